"""Functions for lists and maps: results share nothing with arguments, maps are sorted by key.

Inverses give what they are given: it is copied where it goes.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any, Final

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import copied, kind_of
from custmap.functions import certainty
from custmap.functions.conversion import text as text_of
from custmap.functions.declare import function as _function
from custmap.functions.refining import filled, from_paired, one_of_each, paired
from custmap.values.equality import fingerprint
from custmap.values.words import CLASS_WORDS

function = partial(_function, topic="collections")

_SMALL: Final = 10**18
"""Integers up to here are written at once."""


def _list_back(items: list[Any]) -> list[Any]:
    return _of_kind(items, list)  # type: ignore[no-any-return]


def _map_back(map: dict[str, Any]) -> dict[str, Any]:
    return _of_kind(map, dict)  # type: ignore[no-any-return]


def _of_kind(value: Any, *kinds: type) -> Any:
    if type(value) not in kinds:
        raise FunctionError(
            f"expected {' or '.join(CLASS_WORDS[kind] for kind in kinds)}, got {kind_of(value)}"
        )
    return value


@function(
    inverse=_list_back,
    refine=one_of_each,
    lossy="repeats",
    examples=[(["a", "b", "a"], ["a", "b"]), ([1, True, 1.0], [1, True])],
)
def unique(items: list[Any]) -> list[Any]:
    """The items without repeats, in the order of their first appearance."""
    seen: set[Hashable] = set()
    kept = []
    for item in items:
        mark = fingerprint(item)
        if mark not in seen:
            seen.add(mark)
            kept.append(copied(item))
    return kept


def _either_back(items: list[Any] | dict[str, Any]) -> list[Any] | dict[str, Any]:
    return _of_kind(items, list, dict)  # type: ignore[no-any-return]


@function(
    inverse=_either_back,
    refine=filled,
    lossy="nulls",
    examples=[(["a", None, ""], ["a", ""]), ({"b": None, "a": 0}, {"a": 0})],
)
def without_nulls(items: list[Any] | dict[str, Any]) -> list[Any] | dict[str, Any]:
    """The list's items or the map's entries that are not null."""
    if isinstance(items, list):
        return [copied(item) for item in items if item is not None]
    return {key: copied(items[key]) for key in sorted(items) if items[key] is not None}


@function(
    inverse=_map_back,
    lossy="types of values",
    can_fail=True,
    surely=certainty.plain_values,
    sorts=True,
    examples=[
        (
            {"giftWrap": True, "score": 3.0, "plan": "gold", "gone": None},
            {"giftWrap": "true", "gone": None, "plan": "gold", "score": "3"},
        ),
        ({"a": {}}, FunctionError),
    ],
)
def text_values(map: dict[str, Any]) -> dict[str, str | None]:
    """The map with every value as `text` writes it; nulls stay null."""
    made: dict[str, str | None] = {}
    for key in map:
        if type(key) is not str:
            raise FunctionError(f"expected text as a key, got {kind_of(key)}")
    for key in sorted(map):
        value = map[key]
        kind = type(value)
        if kind is str or value is None:
            made[key] = value
        elif kind is bool:
            made[key] = "true" if value else "false"
        elif (kind is int and -_SMALL < value < _SMALL) or (kind is float and value % 1 > 0):
            made[key] = repr(value)  # a float that is finite, and not whole
        else:
            made[key] = _text_value(value)
    return made


def _text_value(value: Any) -> str:
    if type(value) not in (int, float):
        raise FunctionError(f"expected text, a number, true or false in the map, got {kind_of(value)}")
    return text_of(value)


@function(examples=[({"b": 1, "a": 2, "c": 3}, ["a", "b", "x"], {"a": 2, "b": 1})])
def only_keys(map: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """The map's entries with one of these keys."""
    wanted = _texts(keys)
    return {key: copied(map[key]) for key in sorted(map) if key in wanted}


@function(examples=[({"b": 1, "a": 2, "c": 3}, ["a", "x"], {"b": 1, "c": 3})])
def without_keys(map: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """The map's entries with none of these keys."""
    unwanted = _texts(keys)
    return {key: copied(map[key]) for key in sorted(map) if key not in unwanted}


def _texts(keys: list[str]) -> set[str]:
    if not all(isinstance(key, str) for key in keys):
        raise FunctionError("keys must be text", "keys")
    return set(keys)


def _list_of_pairs(map: dict[str, Any]) -> list[Any]:
    _of_kind(map, dict)
    return [{"key": key, "value": copied(map[key])} for key in sorted(map)]


@function(
    inverse=_list_of_pairs,
    lossy="order",
    can_fail=True,
    refine=from_paired,
    examples=[
        ([{"key": "b", "value": 1}, {"key": "a", "value": None}], {"a": None, "b": 1}),
        ([{"key": "a", "value": 1}, {"key": "a", "value": 2}], FunctionError),
        ([{"key": "a"}], FunctionError),
    ],
)
def from_pairs(items: list[Any]) -> dict[str, Any]:
    """A map from a list of `{key, value}`; the same key twice fails."""
    found: dict[str, Any] = {}
    for item in _of_kind(items, list):
        if not isinstance(item, dict) or not isinstance(item.get("key"), str) or "value" not in item:
            raise FunctionError("expected a list of {key, value}")
        if item["key"] in found:
            raise FunctionError("the same key appears twice")
        found[item["key"]] = copied(item["value"])
    return {key: found[key] for key in sorted(found)}


@function(
    inverse=from_pairs,
    refine=paired,
    examples=[({"b": 1, "a": None}, [{"key": "a", "value": None}, {"key": "b", "value": 1}])],
)
def pairs(map: dict[str, Any]) -> list[Any]:
    """The map as a list of `{key, value}`, sorted by key."""
    return _list_of_pairs(map)
