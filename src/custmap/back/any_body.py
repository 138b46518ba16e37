"""The body of an answer, whatever it is, as JSON values; and texts of what is read of it."""

from __future__ import annotations

import json
from typing import Any, Final, cast

from custmap.border.classes import inherits
from custmap.border.intake import copy_plain
from custmap.diagnostics.errors import RecordError
from custmap.values.json_text import JsonError, dump_json, parse_json
from custmap.values.types import ANY

_NO_JSON: Final = "not JSON"
"""For a body of Python's own kinds: it is not the same as no body."""
_PARTS: Final = 1000
"""A message of more parts is none."""


def json_of(body: object) -> Any:
    """The body as JSON values; a text or bytes that are no JSON stay a text.

    What a JSON parser gave is taken as it is: whatever is read of it is tested where it is used.
    """
    kind = type(body)
    if kind is dict or kind is list or body is None:
        return body
    if inherits(body, str):
        return _parsed(str.__str__(body))
    if inherits(body, bytes):
        return _parsed(bytes.__getitem__(cast(bytes, body), slice(None)))
    if inherits(body, bytearray):
        return _parsed(bytes(bytearray.__getitem__(cast(bytearray, body), slice(None))))
    plain = _plain(body)
    return _NO_JSON if plain is None else plain


def _plain(body: object) -> Any:
    try:
        return copy_plain({"body": body}, ANY)["body"]
    except RecordError:
        return None


def _parsed(text: bytes | str) -> Any:
    """Vendors' JSON may have what ours may not: the same key twice, half of a surrogate pair, NaN."""
    if not text:
        return None
    try:
        return parse_json(text)
    except JsonError:
        pass
    try:
        marked = text.removeprefix("\ufeff") if isinstance(text, str) else text
        value = json.loads(marked, parse_constant=_nothing, parse_int=_integer)
    except (ValueError, RecursionError):
        value = None
    if value is None:
        return _whole_text(text if isinstance(text, str) else text.decode("utf-8", "replace"))
    return value


def _nothing(_: str) -> None:
    """NaN and infinity say nothing."""


def _integer(text: str) -> int | None:
    """An integer; None for one that is longer than Python reads."""
    try:
        return int(text)
    except ValueError:
        return None


def _whole_text(text: str) -> str:
    """A text, with signs for halves of surrogate pairs: vendors cut texts in the middle of an emoji."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def listed(value: Any) -> tuple[Any, ...]:
    if value is None or value is False:
        return ()
    if type(value) is not list:
        return (_plain(value),)
    whole = _plain(value)
    return tuple(whole if whole is not None else map(_scalar, value))


def _scalar(value: Any) -> Any:
    """A text or a number of a list that cannot be taken as a whole; None for anything else."""
    kind = type(value)
    if kind is str:
        return _whole_text(value)
    return _plain(value) if kind is int or kind is float else None


def text_of(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is str:
        return _whole_text(value)
    known = _plain(value) if _is_small(value) else None
    return known if known is None or type(known) is str else dump_json(known)


def _is_small(value: Any) -> bool:
    """Has a value few parts, those that are shared counted each time?"""
    parts, left = [value], _PARTS
    while parts and left:
        left -= 1
        part = parts.pop()
        if type(part) is dict or type(part) is list:
            left -= len(part)
            if left < 0:
                return False
            parts += part.values() if type(part) is dict else part
    return not parts
