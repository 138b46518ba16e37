"""Large records are looked at in parts: what is found, and where, is what a look at the whole finds."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from custmap.diagnostics.errors import MOST
from custmap.schema import windows
from custmap.schema.canonical import load_canonical
from custmap.schema.problems import problems_of
from custmap.schema.windows import Window

CUSTOMER = load_canonical(None)


def record(rng: Random) -> dict[str, Any]:
    """A customer with a few wrong values, somewhere in its lists and maps."""
    wrong = rng.choice((0.002, 0.01, 0.05))

    def text() -> Any:
        return 1 if rng.random() < wrong else "x"

    made: dict[str, Any] = {
        "email": text(),
        "tags": [text() for _ in range(rng.randint(0, 60))],
        "channels": [{"type": "email", "value": text()} for _ in range(rng.randint(0, 40))],
        "identifiers": {f"k{one}": text() for one in range(rng.randint(0, 30))},
        "attributes": {"deep": [[text() for _ in range(5)] for _ in range(rng.randint(0, 9))]},
        "name": {"given": text(), "family": text()},
        "loyalty": {"enrollments": [{"tier": rng.choice((1, "x"))} for _ in range(rng.randint(0, 9))]},
    }
    return {name: made[name] for name in rng.sample(sorted(made), rng.randint(1, len(made)))}


@pytest.mark.parametrize("seed", range(300))
def test_parts_find_what_the_whole_does(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = record(Random(seed))
    whole, more, all_counted = problems_of(CUSTOMER._open, given, CUSTOMER.type)
    assert all_counted
    monkeypatch.setattr(windows, "MOST", 1 + seed % 13)
    monkeypatch.setattr(windows, "_NAMED", 4)
    parts, _, _ = problems_of(CUSTOMER._open, given, CUSTOMER.type)
    if more == 0 and len(whole) < MOST:
        assert set(parts) == set(whole)
    else:
        assert len(parts) >= MOST


def items(value: Any, place: tuple[Any, ...] = (), *, listed: bool = False) -> Iterator[tuple[Any, ...]]:
    """The places of the values in lists."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in inside:
            yield from items(item, (*place, name), listed=listed or isinstance(value, list))
    elif listed:
        yield place


@pytest.mark.parametrize("seed", range(100))
def test_each_item_is_in_a_part(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = record(Random(seed))
    monkeypatch.setattr(windows, "MOST", 1 + seed % 13)
    *parts, whole = windows.windows(given, lambda part: False)
    assert whole == Window(given, {})
    found = [part.place(place) for part in parts for place in items(part.record)]
    assert set(found) == set(items(given)) or not parts  # members of an object may be in two


def test_a_list_that_is_wrong_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from custmap.schema.compiled import compile_schema

    monkeypatch.setattr(windows, "MOST", 3)
    schema = {"properties": {"a": {"minItems": 9, "uniqueItems": True}, "b": {"items": {"type": "string"}}}}
    compiled = compile_schema(schema)
    given = {"a": [1, 2, 3, 4, 5, 6, 1], "b": ["x"] * 7}
    found, _, _ = problems_of(compiled, given, CUSTOMER.type)
    assert sorted(one.message for one in found) == [
        "expected at least 9 items, got 7",
        "has the same item twice, and the schema does not allow duplicates",
    ]


def test_a_place_in_the_whole() -> None:
    window = Window({"a": [{"b": [1]}]}, {("a",): 5, ("a", 5, "b"): 7})
    assert window.place(("a", 0, "b", 0)) == ("a", 5, "b", 7)


def test_a_million_wrong_items() -> None:
    found, more, all_counted = problems_of(CUSTOMER._open, {"tags": [1] * 1_000_000}, CUSTOMER.type)
    assert len(found) == MOST and 1_000 < more < 30_000 and not all_counted
    found, more, all_counted = problems_of(CUSTOMER._open, {"tags": ["a"] * 500_000 + [1]}, CUSTOMER.type)
    assert [one.path for one in found] == ["tags[500000]"]
