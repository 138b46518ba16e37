"""Equality of JSON values, used wherever two values are compared.

In Python `1 == True`, in JSON they differ; JSON has one type of number, so `1` equals `1.0`. ABSENT equals
only itself. Records are nested at most 64 deep, so recursion is safe.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_NUMBERS = (int, float)


def same(a: Any, b: Any) -> bool:
    """Are two JSON values (or ABSENT) the same?

    >>> same(1, True), same(1, 1.0), same({"a": [1]}, {"a": [True]})
    (False, True, False)
    """
    if a is b:
        return True
    kind = type(a)
    if kind is not type(b):
        # `bool` is a subclass of `int`, but its class is not in the tuple.
        return kind in _NUMBERS and type(b) in _NUMBERS and bool(a == b)
    if kind is dict:
        return len(a) == len(b) and all(key in b and same(value, b[key]) for key, value in a.items())
    if kind is list or kind is tuple:
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def same_items(a: list[Any], b: list[Any]) -> bool:
    """Are two lists equal as sets, ignoring order and duplicates?

    >>> same_items([1, 2, 2], [2, 1.0]), same_items([1], [True])
    (True, False)
    """
    return set(map(fingerprint, a)) == set(map(fingerprint, b))


def fingerprint(value: Any) -> Hashable:
    """A hashable key: two values have the same key exactly if they are `same`.

    >>> fingerprint([1, True]) == fingerprint([1.0, True]), fingerprint(1) == fingerprint(True)
    (True, False)
    """
    kind = type(value)
    if kind is bool:
        return (bool, value)  # no list has a class in it
    if kind is dict:
        return frozenset((key, fingerprint(item)) for key, item in value.items())
    if kind is list or kind is tuple:
        return tuple(map(fingerprint, value))
    return value  # type: ignore[no-any-return]
