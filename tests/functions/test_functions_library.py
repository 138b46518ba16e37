"""The whole table: cases, the examples as expressions, the way back, hostile arguments, nothing shared."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.expressions.function import LAZY, Example, FunctionError, FunctionSpec
from custmap.expressions.plain import compile_expression
from custmap.functions.examples import broken
from custmap.functions.inverses import inverse_of
from custmap.functions.reference import expression, reference
from custmap.functions.table import LIBRARY, with_functions
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.types import ANY, BOOLEAN, INTEGER, NUMBER, OBJECT, STRING

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "function_cases.yaml").read_text(encoding="utf-8"))
EXAMPLES = [(spec, example) for spec in LIBRARY.values() for example in spec.examples]
TWO_WAY = [row for row in EXAMPLES if row[0].inverse and isinstance(row[1].gives, (str, int, list, dict))]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 12),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from(
        ["+12065550142", "2022-02-11T16:36:17Z", "US", "iso", "epoch", "{}", "42", "Alda Marlow"]
    ),
)
KEYS = st.one_of(
    st.text(max_size=5), st.sampled_from(["formatted", "given", "number", "extension", "key", "value"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)


def shown(row: tuple[FunctionSpec, Example]) -> str:
    return expression(*row)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['call']}{case['given']}")
def test_cases(case: dict[str, Any]) -> None:
    call = LIBRARY[case["call"]].call
    if "fails" in case:
        with pytest.raises(FunctionError) as caught:
            call(*case["given"])
        assert caught.value.reason == case["fails"]
        return
    result = call(*case["given"])
    assert same(result, case["gives"])
    assert type(result) is type(case["gives"])


@pytest.mark.parametrize("row", EXAMPLES, ids=shown)
def test_examples_are_expressions(row: tuple[FunctionSpec, Example]) -> None:
    spec, example = row
    if spec.name == "coalesce" and None in example.given:
        return  # plain JMESPath has no absent, so a null is one
    search = compile_expression(expression(spec, example), functions=LIBRARY)
    if example.fails:
        with pytest.raises(FunctionError):
            search({})
        return
    expected = None if example.gives is ABSENT else example.gives
    assert same(search({}), expected)


@pytest.mark.parametrize("row", TWO_WAY, ids=shown)
def test_what_came_back_goes_there_again(row: tuple[FunctionSpec, Example]) -> None:
    spec, example = row
    further = example.given[1:]
    back = inverse_of(spec, ANY, further)
    if back is None:
        return
    first = back(example.gives, *further)
    again = spec.call({spec.part: first} if spec.part else first, *further)
    assert same(again, example.gives)
    if not spec.lossy and not spec.part:
        assert same(first, example.given[0])


@pytest.mark.parametrize("name", LIBRARY)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_hostile_arguments_fail_and_nothing_else(name: str, data: st.DataObject) -> None:
    spec = LIBRARY[name]
    count = data.draw(st.integers(1, len(spec.arguments) + spec.variadic))
    arguments = [data.draw(VALUES) for _ in range(count)]
    before = copy.deepcopy(arguments)
    try:
        result = spec.call(*arguments)
    except FunctionError as failure:
        assert failure.__cause__ is None
        assert "Alda" not in failure.reason and "5550142" not in failure.reason
    else:
        assert result is ABSENT or result.__class__ in (type(None), bool, int, float, str, list, dict)
        assert name in LAZY or _mutable_parts(result).isdisjoint(_mutable_parts(arguments))
    assert repr(arguments) == repr(before)


@pytest.mark.parametrize("name", [name for name, spec in LIBRARY.items() if spec.inverse])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_hostile_results_fail_on_the_way_back(name: str, data: st.DataObject) -> None:
    """A vendor's answer is foreign data: the way back must stand anything, like the way there."""
    spec = LIBRARY[name]
    back = spec.inverse
    assert back is not None
    further = [data.draw(VALUES) for _ in spec.arguments[1:]]
    try:
        back(data.draw(VALUES), *further)
    except FunctionError as failure:
        assert "Alda" not in failure.reason


def _mutable_parts(value: Any) -> set[int]:
    if isinstance(value, dict):
        return {id(value)}.union(*map(_mutable_parts, value.values()))
    if isinstance(value, list):
        return {id(value)}.union(*map(_mutable_parts, value))
    return set()


@pytest.mark.parametrize(
    ("name", "further"),
    [("without_nulls", []), ("text_values", []), ("only_keys", [["c", "b", "a"]]), ("without_keys", [[]])],
)
def test_maps_come_out_sorted(name: str, further: list[Any]) -> None:
    assert list(LIBRARY[name].call({"b": 1, "a": 2, "c": 3}, *further)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("source", "written", "value"),
    [(STRING, "5", "5"), (INTEGER, "5", 5), (NUMBER, "5.5", 5.5), (BOOLEAN, "true", True), (ANY, "5", "5")],
)
def test_text_leads_back_to_the_kind_of_its_source(source: Any, written: str, value: object) -> None:
    back = inverse_of(LIBRARY["text"], source)
    assert back is not None
    assert same(back(written), value)


@pytest.mark.parametrize(
    ("name", "further"),
    [
        ("date_time", ("HH:mm",)),
        ("date_time", ("DD.MM.YYYY HH:mm",)),
        ("date_time", ("YYYY-MM-DD YYYY",)),
        ("date_time", ("yyyy",)),
        ("date_time", (ABSENT,)),
        ("phone_national", ()),
        ("truncate", (5,)),
    ],
)
def test_what_says_too_little_has_no_way_back(name: str, further: tuple[object, ...]) -> None:
    assert inverse_of(LIBRARY[name], STRING, further) is None


@pytest.mark.parametrize(
    ("written", "form", "back"),
    [
        ("2022-02-11T16:36:17+05:30", "YYYY-MM-DDTHH:mm:ssZ", "2022-02-11T16:36:17+05:30"),
        ("2022-02-11T11:06:17Z", "YYYY-MM-DDTHH:mm:ssZ", "2022-02-11T11:06:17+00:00"),
        ("11.02.2022 [16] -0330", "DD.MM.YYYY [[]HH[]] ZZ", None),
        ("11.02.2022 at 16 -0330", "DD.MM.YYYY [at] HH ZZ", "2022-02-11T16:00:00-03:30"),
        ("20220211", "YYYYMMDD", "2022-02-11"),
        ("20220230", "YYYYMMDD", None),
        ("2022-02-11", "YYYYMMDD", None),
        ("2022-02-11T11:06:17.5Z", "utc", "2022-02-11T11:06:17.5+00:00"),
        (1644577577, "epoch", "2022-02-11T11:06:17+00:00"),
        (1644577577250, "epoch_ms", "2022-02-11T11:06:17.25+00:00"),
        (10**20, "epoch", None),
        ("1644577577", "epoch", None),
        (True, "epoch", None),
    ],
)
def test_dates_lead_back(written: object, form: str, back: str | None) -> None:
    inverse = LIBRARY["date_time"].inverse
    assert inverse is not None
    if back is None:
        with pytest.raises(FunctionError):
            inverse(written, form)
        return
    assert inverse(written, form) == back


def test_text_of_an_object_has_no_way_back() -> None:
    assert inverse_of(LIBRARY["text"], OBJECT) is None


def test_the_reference_is_up_to_date() -> None:
    page = (ROOT / "docs/functions.md").read_text(encoding="utf-8")
    assert page == reference(), "run `python -m custmap.functions.reference > docs/functions.md`"


def test_the_example_of_a_projects_function_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", reference(), re.DOTALL)
    assert len(code) == 1
    shop = ModuleType("shop")
    exec(code[0], vars(shop))
    spec = with_functions([shop])["account_number"]
    assert broken(spec) == []
    assert spec.inverse is not None
    assert spec.inverse("1001") == "C-1001"


def test_the_library_is_loaded_without_its_heavy_helpers() -> None:
    code = "import sys, custmap.functions.table; print({'phonenumbers', 'nameparser'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
