"""JSON text to values and back, without losing anything on the way.

msgspec is fast, keeps integers exact and refuses what RFC 8259 refuses, but for two things: of a key
that comes twice it keeps the last, in silence, and it does not mind depth. A key that was dropped
took its colon along, so the value is written again and the colons are counted: two passes in C
instead of one in Python. Depth is only looked at where there are brackets enough for it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

DEPTH: Final = 64

_BYTE: Final = re.compile(r" ?\(byte (\d+)\)$")
_CONTAINERS: Final = (dict, list)
# Brackets and texts, the last one perhaps without its end; a text that is a key brings its colon along.
_STRUCTURE: Final = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z))(\s*:)?|[\[\]{}]', re.DOTALL)
_PAIR_OR_SURROGATE: Final = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F])"
)


class JsonError(ValueError):
    """A text that is not JSON, or more than JSON; `offset` counts bytes of its UTF-8 form from 0."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset

    def __reduce__(self) -> tuple[type[JsonError], tuple[str, int]]:
        return type(self), (self.reason, self.offset)


def parse_json(data: bytes | str, *, depth: int = DEPTH) -> Any:
    """The value of a JSON text (RFC 8259); JsonError where it is not one.

    Refused beside what the RFC refuses: a key that comes twice, numbers too large to be a float,
    lone surrogates, a byte order mark, nesting over `depth` (which is at most 200).

    >>> parse_json(b'{"id": 1234567890123456789012345}')
    {'id': 1234567890123456789012345}
    """
    try:
        raw = data.encode() if isinstance(data, str) else bytes(data)
    except UnicodeEncodeError as error:
        raise JsonError("a lone surrogate", len(error.object[: error.start].encode())) from None
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _blame(raw, error, depth) from None
    if raw.count(b"[") + raw.count(b"{") > depth and _deeper(value, depth):
        raise JsonError(f"nested more than {depth} deep", too_deep(raw, depth) or 0)
    # An escaped colon (`\u003a`) in the text is a plain one when written again, and proves nothing.
    if b"\\u003" in raw or msgspec.json.encode(value).count(b":") != raw.count(b":"):
        at = _twice(raw)
        if at is not None:
            raise JsonError("a key stands twice", at)
    return value


def _blame(raw: bytes, error: Exception, depth: int) -> JsonError:
    """Our error for one of msgspec's, with the best offset there is."""
    found = _wrong(raw, error)
    # msgspec's limit of nesting is not ours: what it read before the error is measured here.
    at = too_deep(raw[: found.offset], depth)
    return found if at is None else JsonError(f"nested more than {depth} deep", at)


def _wrong(raw: bytes, error: Exception) -> JsonError:
    match error:
        case RecursionError():
            return JsonError("nested too deep for the stack that is left", len(raw))
        case UnicodeDecodeError():
            try:
                raw.decode()
            except UnicodeDecodeError as place:
                return JsonError("not UTF-8", place.start)
    for found in _PAIR_OR_SURROGATE.finditer(raw):
        if found.group("lone"):
            return JsonError("a lone surrogate", found.start())
    reason = str(error)
    if place_named := _BYTE.search(reason):
        reason = reason[: place_named.start()].removeprefix("JSON is malformed: ")
        return JsonError(reason, int(place_named.group(1)))
    if "truncated" in reason:
        return JsonError("the text ends too early", len(raw))
    return JsonError("a number is out of range", 0)


def _deeper(value: Any, depth: int) -> bool:
    """Are there more than `depth` containers inside each other?"""
    level = [value] if value.__class__ in _CONTAINERS else []
    for _ in range(depth):
        level = [
            item
            for container in level
            for item in (container.values() if container.__class__ is dict else container)
            if item.__class__ in _CONTAINERS
        ]
    return bool(level)


def too_deep(raw: bytes, depth: int) -> int | None:
    """The offset of the first container inside `depth` others, if there is one. `raw` need not be JSON."""
    open_now = 0
    for found in _STRUCTURE.finditer(raw):
        bracket = found.group()
        open_now += (bracket in (b"[", b"{")) - (bracket in (b"]", b"}"))
        if open_now > depth:
            return found.start()
    return None


def _twice(raw: bytes) -> int | None:
    """The offset of the first key that its object already has, in a text that is JSON; None without one."""
    seen: list[set[str]] = []
    for found in _STRUCTURE.finditer(raw):
        bracket = found.group()
        if bracket in (b"{", b"["):
            seen.append(set())
        elif bracket in (b"}", b"]"):
            seen.pop()
        elif found.group(2):
            key = msgspec.json.decode(found.group(1))
            if key in seen[-1]:
                return found.start()
            seen[-1].add(key)
    return None


def dump_json(value: Any, *, indent: int | None = None) -> str:
    """The JSON text of a value: keys sorted, no ASCII escapes, the same text for the same value.

    ValueError for what JSON cannot say: NaN, infinities, foreign types, keys that are no text, lone
    surrogates, cycles.

    >>> dump_json({"b": 1, "a": [1.5, None, "é"]})
    '{"a":[1.5,null,"é"],"b":1}'
    """
    separators = (",", ":") if indent is None else (",", ": ")
    try:
        text = json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=False,
            sort_keys=True,
            indent=indent,
            separators=separators,
        )
        text.encode()
    except (TypeError, RecursionError, UnicodeEncodeError) as error:
        raise ValueError(f"not a JSON value ({type(error).__name__})") from None
    return text
