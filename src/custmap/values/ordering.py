"""Sorts keys, so that equal values give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def in_order(value: Any) -> Any:
    """A copy with the keys of its objects sorted, at every depth; anything else as it is.

    >>> in_order({"b": 1, "a": [{"d": 1, "c": 2}]})
    {'a': [{'c': 2, 'd': 1}], 'b': 1}
    """
    if type(value) is dict:
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if type(value) is list else value


def in_value_order(values: Iterable[Any]) -> list[Any]:
    """Scalars in order: numbers by size, then false and true, then texts.

    >>> in_value_order([10, 9]), in_value_order(["b", "a"]), in_value_order(["10", True, "a", 2])
    ([9, 10], ['a', 'b'], [2, True, '10', 'a'])
    """
    listed = list(values)
    if len(listed) > 1:
        listed.sort(key=None if set(map(type, listed)) == {str} else _of_its_class)
    return listed


def _of_its_class(value: Any) -> tuple[int, Any]:
    return (2 if type(value) is str else 1 if type(value) is bool else 0), value
