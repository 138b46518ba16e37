"""Sorts keys, so that equal values give the same bytes."""

from __future__ import annotations

from typing import Any


def in_order(value: Any) -> Any:
    """A copy with the keys of its objects sorted, at every depth; anything else as it is.

    >>> in_order({"b": 1, "a": [{"d": 1, "c": 2}]})
    {'a': [{'c': 2, 'd': 1}], 'b': 1}
    """
    if type(value) is dict:
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(item) for item in value] if type(value) is list else value
