"""Target paths: `name.firstName`, `"dotted.key".x`, `profiles[0].firstName`, `channels[type=email].value`.

Of a body that is a list: `[0].firstName`, `[type=email].value`.

Plans show places in the same form, so parsing and formatting are inverse to each other.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.numbers import read_number, scalar_text


class Member(Struct, frozen=True):
    """A named member of an object."""

    name: str


class Index(Struct, frozen=True):
    """An item of a list by its position, from 0."""

    position: int


class Select(Struct, frozen=True):
    """The item of a list whose member `key` is `value`: a text, converted once the contract is known."""

    key: str
    value: str | int | float | bool


class Value(Struct, frozen=True):
    """The item of a list of scalars that is `value`. Plans and records have such paths, not mapping files."""

    value: str | int | float | bool


Segment: TypeAlias = Member | Index | Select | Value
TargetPath: TypeAlias = tuple[Segment, ...]

# `$` and `-` occur in vendors' member names (`$set`, `x-fabric-tenant-id`) and have no meaning here.
_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
_SELECTED = re.compile(r"[^\]\"\s]+")
_PLAIN_VALUE = re.compile(r"[^\]\"\s=\[]+")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_POSITION = re.compile(r"[0-9]{1,4}")
MOST_ITEMS = 10_000
"""A path names an item by a position below this."""
_MOST = 64
"""As deep as objects may stand in each other."""


class PathError(ValueError):
    """A target path that cannot be read; `offset` counts characters from 0."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def parse_path(text: str, *, values: bool = False) -> TargetPath:
    """Read a target path; PathError says what is wrong and at which character.

    `values`: items of lists of scalars may be named by their value, `tags[VIP]`; a number of up to four
    digits stays a position.
    """
    segments: list[Segment] = []
    at = 0
    while True:
        if segments or not text.startswith("["):
            name, at = _name(text, at)
            segments.append(Member(name))
        while text[at : at + 1] == "[":
            segment, at = _value(text, at) if values else (None, at)
            if segment is None:
                segment, at = _bracket(text, at)
            segments.append(segment)
        if len(segments) > _MOST:
            raise PathError(f"a path has at most {_MOST} parts", 0)
        if at == len(text):
            return tuple(segments)
        if text[at] != ".":
            raise PathError(f"expected `.` or `[`, found `{text[at]}`", at)
        at += 1


def name_of(path: TargetPath) -> str:
    """The name of a target: the last name in its path; empty if it has none."""
    return next((segment.name for segment in reversed(path) if isinstance(segment, Member)), "")


def in_path_order(path: TargetPath) -> list[tuple[int, int, str]]:
    """What sorts paths, and the parts of a request: independent of the order of rules."""
    return list(map(in_segment_order, path))


def in_segment_order(segment: Segment) -> tuple[int, int, str]:
    match segment:
        case Member(name):
            return (0, 0, name)
        case Index(position):
            return (1, position, "")
        case Select(key, value):
            return (2, 0, f"{key}={value}")
        case Value(value):
            return (3, 0, value_text(value))


def found_at(value: Any, path: TargetPath) -> Any:
    """What a value has at a path; ABSENT if it has nothing there."""
    for segment in path:
        match segment:
            case Member(name) if isinstance(value, dict):
                value = value.get(name, ABSENT)
            case Index(position) if isinstance(value, list) and position < len(value):
                value = value[position]
            case Select(key, wanted) if isinstance(value, list):
                named = (one for one in value if isinstance(one, dict) and same(one.get(key), wanted))
                value = next(named, ABSENT)
            case _:
                return ABSENT
    return value


def alone_at(path: TargetPath, value: Any) -> Any:
    """A value in its place, and nothing around it: earlier positions are `{}`, a named item has its key."""
    for segment in reversed(path):
        match segment:
            case Member(name):
                value = {name: value}
            case Index(position):
                value = [*({} for _ in range(position)), value]
            case Select(key, chosen):
                value = [{key: chosen, **value} if isinstance(value, dict) else value]
    return value


def _name(text: str, at: int) -> tuple[str, int]:
    if found := _PLAIN.match(text, at):
        return found.group(), found.end()
    if found := _QUOTED.match(text, at):
        return _unquoted(found.group(), at), found.end()
    if at >= len(text):
        raise PathError("a name is missing at the end", at)
    raise PathError("expected a name; write a name with other characters in double quotes", at)


def _unquoted(text: str, at: int) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        raise PathError("a quoted name must be written as in JSON", at) from None


_VALUE = re.compile(r'\[("(?:[^"\\]|\\.)*"|[^\]"\s=\[]+)\]')


def _value(text: str, at: int) -> tuple[Segment | None, int]:
    """`[VIP]`; None for what is a position or a key."""
    found = _VALUE.match(text, at)
    if found is None or _POSITION.fullmatch(found.group(1)):
        return None, at
    inner = found.group(1)
    if inner.startswith('"'):
        return Value(_unquoted(inner, at + 1)), found.end()
    number = read_number(inner)
    known = {"true": True, "false": False}.get(inner, inner if number is None else number)
    return Value(known), found.end()


def value_text(value: str | float | bool) -> str:
    """A value between brackets, so that `parse_path` reads it back; texts that look otherwise in quotes.

    >>> value_text("VIP"), value_text("a b"), value_text("7"), value_text(7)
    ('VIP', '"a b"', '"7"', '7')
    """
    text = scalar_text(value)
    if type(value) is not str:
        return text
    plain = _PLAIN_VALUE.fullmatch(text) and read_number(text) is None and text not in ("true", "false")
    return text if plain and not _POSITION.fullmatch(text) else _AS_JSON(text)


def _bracket(text: str, at: int) -> tuple[Segment, int]:
    inside = at + 1
    if found := _POSITION.match(text, inside):
        segment: Segment = Index(int(found.group()))
        end = found.end()
    else:
        key, end = _name(text, inside)
        if text[end : end + 1] != "=":
            raise PathError("expected a position, `[0]`, or a key, `[type=email]`", inside)
        if chosen := _QUOTED.match(text, end + 1):
            value = _unquoted(chosen.group(), end + 1)
        elif chosen := _SELECTED.match(text, end + 1):
            value = chosen.group()
        else:
            raise PathError("expected the key's value after `=`", end + 1)
        segment, end = Select(key, value), chosen.end()
    if text[end : end + 1] != "]":
        raise PathError("expected `]`", end)
    return segment, end + 1


def format_path(path: TargetPath) -> str:
    """Write a target path so that `parse_path` reads it back.

    >>> format_path((Member("channels"), Select("type", "email"), Member("a.b")))
    'channels[type=email]."a.b"'
    """
    text = ""
    for segment in path:
        match segment:
            case Member(name):
                text += ("." if text else "") + _write(name, _PLAIN)
            case Index(position):
                text += f"[{position}]"
            case Select():
                text += "".join(select_text(segment))
            case Value(value):
                text += f"[{value_text(value)}]"
    return text


def select_text(segment: Select) -> tuple[str, str, str]:
    """`[type=`, the key's value, `]`"""
    return f"[{_write(segment.key, _PLAIN)}=", _write(segment.value, _SELECTED), "]"


def _write(name: Any, plain: re.Pattern[str]) -> str:
    text = name if isinstance(name, str) else scalar_text(name)
    return text if plain.fullmatch(text) else _AS_JSON(text)
