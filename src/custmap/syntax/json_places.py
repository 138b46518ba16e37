"""Where the values of a JSON text stand, found when they are asked for.

A document of 3 MB is read in 50 ms. To read it once more as YAML, for its places, would take ten times as
long, and fail for escapes that YAML does not know. So what is beside the way is skipped by the parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_VALUE: Final = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)


class JsonPlace(Struct, frozen=True):
    """First and last character of a value, and the first of its key; `depth`: how many parts lead there."""

    start: int
    end: int
    key: int | None = None
    depth: int = 0


def json_place(text: str, pointer: Sequence[str | int]) -> JsonPlace:
    """The place of a value in a valid JSON text, or of its nearest existing parent."""
    at, key, depth = _after_space(text, 0), None, 0
    for part in pointer:
        found = _inside(text, at, part)
        if found is None:
            break
        at, key = found
        depth += 1
    return JsonPlace(at, _end(text, at), key, depth)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _end(text: str, at: int) -> int:
    return _VALUE.raw_decode(text, at)[1]


def _inside(text: str, at: int, part: str | int) -> tuple[int, int | None] | None:
    """The first character of a member or an item, and of the member's key; None if there is none."""
    if text[at] == "{":
        return _member(text, at, str(part))
    return _item(text, at, part) if text[at] == "[" and isinstance(part, int) else None


def _member(text: str, at: int, name: str) -> tuple[int, int] | None:
    at = _after_space(text, at + 1)
    while text[at] == '"':
        key = at
        found, at = _VALUE.raw_decode(text, at)
        at = _after_space(text, _after_space(text, at) + 1)
        if found == name:
            return at, key
        at = _after_space(text, _end(text, at))
        if text[at] != ",":
            break
        at = _after_space(text, at + 1)
    return None


def _item(text: str, at: int, position: int) -> tuple[int, None] | None:
    at = _after_space(text, at + 1)
    while text[at] != "]":
        if position == 0:
            return at, None
        position -= 1
        at = _after_space(text, _end(text, at))
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return None
