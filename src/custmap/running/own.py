"""Lists and objects of a record, copied before they go out: plain values only, and keys in order."""

from __future__ import annotations

from typing import Any, Final

from custmap.values.unusual import Unusual

_MOST: Final = 100_000
"""More values than this are counted by the careful copy: shared parts can make a small record endless."""
_DEEPEST: Final = 60
_SMALL: Final = 1 << 63
_TEXT: Final = frozenset({str})
_SIMPLE: Final = frozenset({str, bool, type(None)})


def own(value: Any) -> Any:
    """A copy that shares no list or object; `Unusual` for anything that is not plain JSON."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return value
    if kind is list and _SIMPLE.issuperset(map(type, value)):
        return value.copy()
    if kind is not dict or not _TEXT.issuperset(map(type, value)):
        return _own(value, kind, _DEEPEST, [_MOST])
    made = {}
    for key in sorted(value):
        one = value[key]
        kind = type(one)
        if (
            kind is str
            or one is None
            or kind is bool
            or (kind is int and -_SMALL <= one < _SMALL)
            or (kind is float and one - one == 0.0)
        ):
            made[key] = one
        else:
            made[key] = _own(one, kind, _DEEPEST, [_MOST])
    return made


def _own(value: Any, kind: type, depth: int, left: list[int]) -> Any:
    if kind is str or value is None or kind is bool:
        return value
    if kind is int:
        if -_SMALL <= value < _SMALL:
            return value
    elif kind is float:
        if value - value == 0.0:  # infinity and NaN minus themselves are NaN
            return value
    elif depth and (kind is dict or kind is list):
        left[0] -= len(value)
        if left[0] >= 0:
            if kind is list:
                return [_own(one, type(one), depth - 1, left) for one in value]
            if _TEXT.issuperset(map(type, value)):
                return {key: _own(value[key], type(value[key]), depth - 1, left) for key in sorted(value)}
    raise Unusual


def is_simple(value: dict[str, Any]) -> bool:
    """Is there no null and no empty object at any depth of a map's objects?"""
    for one in value.values():
        if one is None or (type(one) is dict and not (one and is_simple(one))):
            return False
    return True


def in_name_order(body: dict[str, Any]) -> dict[str, Any]:
    """The members in the order of their names."""
    names = sorted(body)
    return body if names == list(body) else {name: body[name] for name in names}
