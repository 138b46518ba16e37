"""The quick copy: plain records never need the careful one, and both say the same of whatever comes in."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.border import intake
from custmap.border.intake import Taken
from custmap.diagnostics.errors import RecordError
from custmap.schema.canonical import Canonical, load_canonical
from custmap.schema.customer import Customer
from custmap.values.equality import same

CUSTOMER = load_canonical(None)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
PLAIN_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)


class Named(str):
    """A text of the caller's own class."""


ODD_LEAF = st.sampled_from(
    [
        2**63, -(2**63) - 1, math.nan, math.inf, -math.inf, "\ud800", b"", (), (1, "a"), set(),
        Decimal("1.5"), Named("a"), OrderedDict(a=1), {Named("a"): 1}, {1: 2}, {None: 1}, {"\udc00": 1},
        {"a": b""}, [b""], ["\ud800"], [2**63], {"a": 2**63},
    ]
)  # fmt: skip


def nested(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=10,
    )


def records(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Records whose members may hold anything; `name` and `phone` are texts as often as not."""
    value = nested(leaf)
    others = st.dictionaries(st.sampled_from([*Customer.model_fields, "zip"]), value, max_size=3)
    called = st.dictionaries(st.sampled_from(["name", "phone"]), TEXT | value, max_size=2)
    return st.builds(lambda one, other: {**one, **other}, others, called)


def without(copy: str, record: object, **limits: int) -> Taken:
    """What a record is taken as while one of the two copies, or what it may hold, is not there."""

    def never(*_: object) -> Any:
        raise AssertionError(f"{copy} was called")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, copy, never)
        for name, limit in limits.items():
            patch.setattr(intake, name, limit)
        return intake.take(record, CUSTOMER, check=False)


def quickly(record: object, **limits: int) -> Taken:
    """AssertionError where the record needs the careful copy."""
    return without("copy_carefully", record, **limits)


def is_quick(record: object, **limits: int) -> bool:
    try:
        quickly(record, **limits)
    except AssertionError:
        return False
    return True


@given(records(PLAIN_LEAF))
def test_a_plain_record_is_copied_quickly(record: dict[str, Any]) -> None:
    taken = quickly(record)
    texts = {name for name in ("name", "phone") if isinstance(record.get(name), str)}
    wanted = dict(record)
    for name, part in (("name", "formatted"), ("phone", "number")):
        if name in texts:
            wanted[name] = {part: record[name]}
    assert same(taken.record, wanted) and taken.texts == texts


@given(records(PLAIN_LEAF) | records(ODD_LEAF) | nested(ODD_LEAF | PLAIN_LEAF))
def test_both_copies_say_the_same(record: object) -> None:
    assert outcome(lambda: intake.take(record, CUSTOMER, check=False)) == outcome(
        lambda: without("_copy_map", record)
    )


def outcome(call: Callable[[], Taken]) -> tuple[str, object]:
    try:
        taken = call()
    except RecordError as error:
        return "refused", [(one.code, one.path, one.message, one.help) for one in error.diagnostics]
    return json.dumps(taken.record), taken.texts  # unlike `==`, a text tells 1 from True and from 1.0


def size(value: object) -> int:
    """How many values stand in a value."""
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return len(inside) + sum(map(size, inside))


def depth(value: object) -> int:
    inside = list(value.values()) if isinstance(value, dict) else value
    return 1 + max(map(depth, inside), default=0) if isinstance(inside, list) else 0


@given(records(PLAIN_LEAF))
def test_limits_are_held_to_the_value(record: dict[str, Any]) -> None:
    assert is_quick(record, MAX_VALUES=size(record), MAX_DEPTH=depth(record))
    assert not is_quick(record, MAX_VALUES=size(record) - 1)
    assert not is_quick(record, MAX_DEPTH=depth(record) - 1)


@pytest.mark.parametrize(
    ("number", "quick"),
    [
        (2**63 - 1, True),
        (2**63, False),
        (-(2**63), True),
        (-(2**63) - 1, False),
        (1.7976931348623157e308, True),
        (-5e-324, True),
        (math.inf, False),
        (-math.inf, False),
        (math.nan, False),
    ],
)
@pytest.mark.parametrize("held", [lambda value: value, lambda value: [value], lambda value: {"a": value}])
def test_numbers_that_need_care(number: float, quick: bool, held: Callable[[Any], Any]) -> None:
    record = {"attributes": {"k": held(number)}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "copy_carefully", lambda *_: {"careful": True})
        assert ("careful" not in intake.take(record, CUSTOMER, check=False).record) is quick


def deep(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = wrap("x")
    for _ in range(depth - 1):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_the_record_is_one_of_64_levels(wrap: Callable[[Any], Any]) -> None:
    at_the_limit({"a": deep(63, wrap)}, {"a": deep(64, wrap)}, "CM703")


def test_the_record_is_none_of_a_million_values() -> None:
    at_the_limit({"k": [None] * 999_999}, {"k": [None] * 1_000_000}, "CM702")


def at_the_limit(fits: dict[str, Any], over: dict[str, Any], code: str) -> None:
    """For either copy."""
    assert quickly(fits).record == without("_copy_map", fits).record == fits
    assert not is_quick(over)
    with pytest.raises(RecordError) as caught:
        intake.take(over, CUSTOMER, check=False)
    assert [one.code for one in caught.value.diagnostics] == [code]


def reversed_(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_(value[key]) for key in reversed(value)}
    return [reversed_(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Canonical:
    path = Path(tmp_path_factory.mktemp("own")) / "own.json"
    path.write_text('{"type": "object"}', encoding="utf-8")
    return load_canonical(path)


@given(held=st.dictionaries(TEXT, nested(PLAIN_LEAF), max_size=4))
def test_the_order_of_free_keys_shows_nowhere(held: dict[str, Any], own: Canonical) -> None:
    for canonical, records in (
        (own, [held]),
        (CUSTOMER, [{field: held} for field in ("identifiers", "attributes", "custom_fields")]),
    ):
        for record in records:
            for given_ in (record, reversed_(record)):
                taken = intake.take(given_, canonical, check=False).record
                assert json.dumps(taken) == json.dumps(record, sort_keys=True)


MISFIT, UNKNOWN = ("CM701", "priority"), ("CM712", "zip")


@pytest.mark.parametrize(
    ("record", "check", "strict", "refused", "noted"),
    [
        ({"zip": 1}, True, False, [], True),
        ({"zip": 1}, False, False, [], False),
        ({"zip": 1}, True, True, [UNKNOWN], False),
        ({"zip": 1}, False, True, [UNKNOWN], False),
        ({"priority": "x", "zip": 1}, True, False, [MISFIT], True),
        ({"priority": "x", "zip": 1}, False, False, [], False),
        ({"priority": "x", "zip": 1}, True, True, [MISFIT, UNKNOWN], False),
        ({"priority": "x", "zip": 1}, False, True, [UNKNOWN], False),
        ({"priority": 1}, True, False, [], False),
        ({"priority": 1}, True, True, [], False),
    ],
)
@pytest.mark.parametrize("take", [intake.take, intake.take_parsed])
def test_unknown_members(
    take: Callable[..., Taken], record: dict[str, Any], check: bool, strict: bool, refused: Any, noted: bool
) -> None:
    defaults = {"check": True, "strict": False}
    options = {name: one for name, one in (("check", check), ("strict", strict)) if one is not defaults[name]}
    said = ("unknown members are ignored: zip (did you mean `addresses[*].postal_code`?)",) if noted else ()
    if not refused:
        left = {name: value for name, value in record.items() if not noted or name != "zip"}
        assert take(dict(record), CUSTOMER, **options) == Taken(left, frozenset(), said)
        return
    with pytest.raises(RecordError) as caught:
        take(dict(record), CUSTOMER, **options)
    assert [(one.code, one.path) for one in caught.value.diagnostics] == refused
    assert tuple(getattr(caught.value, "__notes__", ())) == said
