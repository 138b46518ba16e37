"""From JSON text to values and back, without loss.

msgspec is fast, keeps integers exact and refuses what RFC 8259 refuses, with some exceptions: it silently
keeps the last of duplicate keys, and it does not limit depth as needed. A dropped key also drops a colon, so
the value is written again and the colons are counted: two passes in C instead of one in Python. Depth is
checked only if there are enough brackets for it. Decimals become the nearest float; a record's are held
against what is written again, since its numbers must not change.

msgspec also writes, six times as fast as `json`; large and small floats in another form, and NaN as `null`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

DEPTH: Final = 64

# Made once: a call of `msgspec.json.decode` makes a decoder.
_DECODE: Final = msgspec.json.Decoder().decode
_ENCODE_INTO: Final = msgspec.json.Encoder().encode_into

# Buffers to write into, one for each thread that is writing: a third faster than a new one each time.
_SPARE: Final[list[bytearray]] = []
_SPARED: Final = 1 << 16

# All bytes but brackets that open, colons, and what numbers are written with.
_OTHER_BYTES: Final = bytes(code for code in range(256) if code not in b"[{:0123456789.eE+-")
# A number that may be more than a float can hold.
_LONG: Final = re.compile(rb"[0-9.]{17}|[0-9][eE]")

_BYTE: Final = re.compile(r" ?\(byte (\d+)\)$")
_CONTAINERS: Final = (dict, list)
# Brackets and texts, the last one perhaps unterminated; a key is matched with its colon.
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


class InexactError(ValueError):
    """A JSON text has numbers that no float is; `value` holds them as Decimal."""

    def __init__(self, value: Any) -> None:
        super().__init__("a number has more digits than a float can hold")
        self.value = value


def parse_json(data: bytes | str, *, depth: int = DEPTH, exact: bool = False) -> Any:
    """The value of a JSON text (RFC 8259); JsonError if it is not one.

    Also refused: duplicate keys, numbers too large for a float,
    lone surrogates, a byte order mark, nesting over `depth` (which is at most 200).
    A decimal becomes the nearest float; with `exact` it is an InexactError if that is another number.

    >>> parse_json(b'{"id": 1234567890123456789012345}')
    {'id': 1234567890123456789012345}
    """
    if data.__class__ is bytes:
        raw = data
    else:
        try:
            raw = data.encode() if isinstance(data, str) else bytes(data)
        except UnicodeEncodeError as error:
            raise JsonError("half of a surrogate pair", len(error.object[: error.start].encode())) from None
    try:
        value = _DECODE(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _blame(raw, error, depth) from None
    if not is_whole(raw, value, depth, exact=exact):
        if _deeper(value, depth):
            raise JsonError(f"nested more than {depth} levels deep", too_deep(raw, depth) or 0)
        at = _twice(raw)
        if at is not None:
            raise JsonError("the same key twice", at)
        if exact and _LONG.search(raw) is not None:
            return _exactly(raw)
    return value


def _exactly(raw: bytes) -> Any:
    """The value, with each number as it is written; InexactError if that takes Decimals."""
    inexact = False

    def number(text: str) -> int | float | Decimal:
        nonlocal inexact
        nearest = float(text)
        try:
            written = Decimal(text)
        except InvalidOperation:  # the exponent has 19 digits
            written = Decimal("1e-1000")
        if written == Decimal(repr(nearest)):
            return nearest
        inexact = True
        return written

    value = msgspec.json.Decoder(float_hook=number).decode(raw)
    if inexact:
        raise InexactError(value)
    return value


def is_whole(raw: bytes, value: Any, depth: int = DEPTH, *, exact: bool = False) -> bool:
    """Does a value have every key of its JSON text, each once, and at most `depth` levels?

    With `exact`: and every number as it is written?

    False may also mean: look closer.
    """
    try:
        again = _SPARE.pop()
    except IndexError:
        again = bytearray()
    _ENCODE_INTO(value, again)
    # What is written in the same way has lost nothing.
    signs = raw if again == raw else raw.translate(None, _OTHER_BYTES)
    whole = signs is raw or _same_signs(raw, signs, again, exact)
    whole = whole and not (signs.count(b"{") + signs.count(b"[") > depth and _deeper(value, depth))
    if len(again) < _SPARED:
        _SPARE.append(again)
    return whole


def _same_signs(raw: bytes, signs: bytes, again: bytearray, exact: bool) -> bool:
    """Has a text that was written again all its colons, and with `exact` all its numbers?"""
    kept = again.translate(None, _OTHER_BYTES)
    # An escaped colon (`\\u003a`) becomes a plain one, so then the numbers of colons prove nothing.
    return kept == signs or (
        kept.count(b":") == signs.count(b":")
        and not (b"\\" in raw and b"\\u003" in raw)
        and not (exact and _LONG.search(raw))
    )


def _blame(raw: bytes, error: Exception, depth: int) -> JsonError:
    """A JsonError for an error of msgspec, with the best available offset."""
    found = _wrong(raw, error)
    # msgspec has another limit of nesting: the text before the error is checked here.
    at = too_deep(raw[: found.offset], depth)
    return found if at is None else JsonError(f"nested more than {depth} levels deep", at)


def _wrong(raw: bytes, error: Exception) -> JsonError:
    if isinstance(error, RecursionError):
        return JsonError("nested too deeply", len(raw))
    # msgspec 0.23 has an error of its own for it.
    if isinstance(error, UnicodeDecodeError) or "UTF-8" in str(error):
        try:
            raw.decode()
        except UnicodeDecodeError as place:
            return JsonError("not UTF-8", place.start)
    for found in _PAIR_OR_SURROGATE.finditer(raw):
        if found.group("lone"):
            return JsonError("half of a surrogate pair", found.start())
    reason = str(error)
    if place_named := _BYTE.search(reason):
        reason = reason[: place_named.start()].removeprefix("JSON is malformed: ")
        return JsonError(reason, int(place_named.group(1)))
    if "truncated" in reason:
        return JsonError("the text ends too early", len(raw))
    return JsonError("a number is out of range", 0)


def _deeper(value: Any, depth: int) -> bool:
    """Are there more than `depth` nested containers?"""
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
    """The offset of the first container inside `depth` others; None if none. `raw` need not be JSON."""
    open_now = 0
    for found in _STRUCTURE.finditer(raw):
        bracket = found.group()
        open_now += (bracket in (b"[", b"{")) - (bracket in (b"]", b"}"))
        if open_now > depth:
            return found.start()
    return None


def _twice(raw: bytes) -> int | None:
    """The offset of the first duplicate key in a JSON text; None if there is none."""
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

    ValueError for what JSON cannot represent: NaN, infinities, other types, keys that are not text, lone
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


def json_bytes(value: Any) -> bytes:
    """The JSON text of a value on one line, members in their order, no ASCII escapes.

    ValueError or TypeError for what JSON cannot represent, UnicodeEncodeError for lone surrogates.

    >>> json_bytes({"b": 1e16, "a": [2.5, None, "é"]}).decode()
    '{"b":1e16,"a":[2.5,null,"é"]}'
    """
    text = finite_bytes(value)
    if b"null" in text:
        json.dumps(value, allow_nan=False)  # it may have been NaN
    return text


finite_bytes: Final = msgspec.json.Encoder().encode
"""`json_bytes` of a value whose numbers are known to be finite: NaN would be written as `null`."""
