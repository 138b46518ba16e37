"""Types, reads and problems found without running; what runs is as was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions_drawing import expressions
from expressions_forms import FORMS, every_record
from expressions_running import FUNCTIONS, compiled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import KIND_CLASSES
from custmap.expressions.infer import infer
from custmap.expressions.inference import format_source
from custmap.expressions.parse import parse
from custmap.expressions.unions import literal_type
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.types import ANY, BOOLEAN, INTEGER, KINDS, NEVER, NUMBER, STRING, Type


def an_object(**members: Type) -> Type:
    return Type(kinds=frozenset({"object"}), members=members, extra=NEVER)


def a_list(items: Type) -> Type:
    return Type(kinds=frozenset({"array"}), items=items)


class Recursive(dict[str, Type]):
    """Members of which one is the whole again, looked up late."""

    def __missing__(self, key: str) -> Type:
        raise KeyError(key)

    def get(self, key: str, default: Any = None) -> Any:
        return CUSTOMER.or_null() if key == "friend" else super().get(key, default)


TEXT = STRING.or_null()
CUSTOMER = Type(
    kinds=frozenset({"object"}),
    extra=NEVER,
    required=frozenset({"id"}),
    members=Recursive(
        id=STRING,
        email=TEXT,
        status=replace(STRING, enum=("active", "inactive")).or_null(),
        blocked=BOOLEAN,
        priority=INTEGER,
        name=an_object(given=TEXT, family=TEXT, part=TEXT).or_null(),
        tags=a_list(STRING).or_null(),
        addresses=a_list(an_object(city=TEXT, zip=STRING)).or_null(),
        attributes=Type(kinds=frozenset({"object", "null"}), free=True),
        identifiers=Type(kinds=frozenset({"object"}), free=True, extra=STRING),
        open=ANY,
        friend=ANY,
    ),
)


def states(type_: Type) -> str:
    if type_.kinds == KINDS and type_.absent:
        return "any"
    return " ".join(sorted([*type_.kinds, *(["absent"] if type_.absent else [])]))


def table() -> list[Any]:
    cases = yaml.safe_load((Path(__file__).parent / "inferring.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["text"]) for case in cases]


@pytest.mark.parametrize("case", table())
def test_inference(case: dict[str, Any]) -> None:
    made = infer(parse(case["text"]), CUSTOMER, FUNCTIONS)
    expected = case.get("problems", [])
    found = [(each.code, each.offset, each.length) for each in made.problems]
    assert sorted(set(found)) == sorted({tuple(row[:3]) for row in expected})
    for code, offset, _, words in expected:
        here = [each for each in made.problems if (each.code, each.offset) == (code, offset)]
        said = [f"{each.message} {each.help}" for each in here]
        assert any(words in text for text in said), said
    assert made.source == case.get("source")
    assert [format_source(read.path) for read in made.reads[1:]] == case.get("reads", [])
    if "type" in case:
        assert states(made.type) == case["type"]
    if "enum" in case:
        assert [value for value in made.type.enum or () if value is not None] == case["enum"]


def test_limits_are_kept_where_the_value_passes_unchanged() -> None:
    scope = an_object(
        short=replace(STRING, max_length=5, format="code"),
        long=replace(STRING, max_length=9, format="code"),
        rank=replace(INTEGER, minimum=1, maximum=3),
    )

    def of(text: str) -> Type:
        return infer(parse(text), scope, FUNCTIONS).type

    assert (of("short").max_length, of("short").format) == (5, "code")
    assert (of("coalesce(short, long)").max_length, of("coalesce(short, long)").format) == (9, "code")
    assert (of("coalesce(long, 'ab')").max_length, of("coalesce(long, 'ab')").format) == (9, None)
    assert of("coalesce(short, lower(long))").max_length is None
    assert (of("coalesce(rank, `7`)").minimum, of("coalesce(rank, `7`)").maximum) == (1, 7)
    assert of("if(short == 'a', rank, `0`)").minimum == 0


def test_lists_keep_what_is_known_of_their_items() -> None:
    def items(text: str) -> Type | None:
        return infer(parse(text), CUSTOMER, FUNCTIONS).type.items

    assert items("sort(tags)") == STRING
    assert items("map(&city, addresses)") == TEXT
    assert items("addresses[*].zip") == STRING


def test_reads_point_at_their_characters() -> None:
    text = "coalesce( name.given , addresses[0].city)"
    made = infer(parse(text), CUSTOMER, FUNCTIONS)
    assert [text[read.offset : read.offset + read.length] for read in made.reads] == [
        "name.given",
        "addresses[0].city",
    ]


def test_named_members_are_all_there_are() -> None:
    """The customer is open, since unknown members are ignored; to read one is a mistake all the same."""
    left_open = replace(an_object(city=TEXT), extra=None)
    (problem,) = infer(parse("cty"), left_open, FUNCTIONS).problems
    assert (problem.code, problem.help) == ("CM301", "Did you mean `city`?")
    assert not infer(parse("cty"), replace(left_open, free=True), FUNCTIONS).problems


def test_the_scope_has_a_name() -> None:
    (problem,) = infer(parse("cty"), an_object(city=TEXT), FUNCTIONS, "the item").problems
    assert problem.message == "the item has no field `cty`"


NUMBERS = st.integers(-3, 9) | st.sampled_from([0.5, 2.5])
DRAWN = an_object(
    a=TEXT,
    b=an_object(a=STRING, b=INTEGER, c=a_list(TEXT)).or_null(),
    c=a_list(an_object(a=STRING, b=NUMBER.or_null()).or_null()),
    **{"d e": Type(kinds=frozenset({"object"}), free=True)},
)


def texts(null: bool) -> st.SearchStrategy[Any]:
    some = st.sampled_from(["", "x", "yz", "12"])
    return some | st.none() if null else some


def members(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


ITEM = members(a=texts(False), b=NUMBERS | st.none()) | st.none()
RECORD = members(
    a=texts(True),
    b=members(a=texts(False), b=st.integers(-3, 9), c=st.lists(texts(True), max_size=3)) | st.none(),
    c=st.lists(ITEM, max_size=3),
    **{
        "d e": st.dictionaries(
            st.sampled_from(["a", "b"]), texts(True) | NUMBERS | st.lists(NUMBERS, max_size=2)
        )
    },
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(expressions(own=True), RECORD)
def test_what_runs_is_as_was_inferred(text: str, record: Any) -> None:
    made = infer(parse(text), DRAWN, FUNCTIONS)
    try:
        (result,) = compiled(text, known_object=True)(record)
    except FunctionError:
        return
    assert_fits(result, made.type)


@pytest.mark.parametrize("text", FORMS)
def test_every_form_is_as_was_inferred(text: str) -> None:
    """Over records of which nothing is known but the kinds, and which names are there."""
    run, read = compiled(text, known_object=True), parse(text)
    for record in every_record(text):
        kinds = {name: replace(literal_type(value), enum=None) for name, value in record.items()}
        scope = an_object(**{**dict.fromkeys("abc", TEXT), **kinds})
        try:
            (result,) = run(record)
        except FunctionError:
            continue
        for known in (scope, replace(scope, required=frozenset(record))):
            assert_fits(result, infer(read, known, FUNCTIONS).type)


def assert_fits(result: Any, type_: Type) -> None:
    if result is ABSENT:
        assert type_.absent
        return
    assert any(result.__class__ in KIND_CLASSES[kind] for kind in type_.kinds), (result, type_.kinds)
    if type_.enum is not None and result is not None:
        assert any(same(result, value) for value in type_.enum)
    if isinstance(result, list) and type_.items is not None:
        for item in result:
            assert_fits(item, type_.items)
    if isinstance(result, dict):
        assert type_.required <= result.keys()
        for name, member in result.items():
            of = type_.member(name)
            if of is not None:
                assert_fits(member, of)
