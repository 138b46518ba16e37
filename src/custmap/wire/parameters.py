"""How a parameter's value is written in a path, a query or a header: OpenAPI's `style` and `explode`.

A table of OpenAPI 3.1 (Parameter Object, "Style Examples"), which follows RFC 6570. What a reader could
not take apart again is refused: an item with a comma in a header, a nested list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from custmap.contract.style import FORM, SIMPLE, Style
from custmap.values.numbers import number_text

# RFC 3986 unreserved: what `quote` leaves alone.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class PlaceError(ValueError):
    """A value cannot stand at `place` (`path.orderId`, `headers.Authorization`); the value is not told."""

    def __init__(self, code: str, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.code = code
        self.place = place
        self.reason = reason

    def __reduce__(self) -> tuple[type[PlaceError], tuple[str, str, str]]:
        return type(self), (self.code, self.place, self.reason)


def path_text(name: str, value: Any, style: Style = SIMPLE, kind: str = "path") -> str:
    """A value as (a part of) a path segment, percent-encoded with no safe characters; else PlaceError.

    `.` and `..` are refused, since clients and servers alike resolve them away.
    """
    place = f"{kind}.{name}"
    texts = _texts(place, value)
    match style.name:
        case "label":
            text = _labels(place, texts, style.explode)
        case "matrix":
            text = _matrix(place, name, texts, style.explode)
        case _:
            text = _joined(place, texts, style.explode)
    if text in ("", ".", ".."):
        what = "an empty value" if not text else "a path of dots alone"
        raise PlaceError("CM710", place, f"{what} cannot stand in a URL's path")
    return text


def query_pairs(name: str, value: Any, style: Style = FORM) -> list[str]:
    """A value as `name=value` pairs, percent-encoded; an empty list or object gives none. Else PlaceError."""
    place = f"query.{name}"
    if value.__class__ in (list, tuple, dict) and not value:
        return []
    key = encoded(place, name)
    texts = _texts(place, value)
    if isinstance(texts, str):
        return [f"{key}={encoded(place, texts)}"]
    separator = _SEPARATORS.get(style.name)
    if separator is not None:
        return [f"{key}={_delimited(place, texts, *separator)}"]
    if style.name == "deepObject" and isinstance(texts, dict):
        return [f"{key}%5B{encoded(place, part)}%5D={encoded(place, text)}" for part, text in texts.items()]
    if not style.explode:
        return [f"{key}={_joined(place, texts, explode=False)}"]
    if isinstance(texts, dict):
        return [f"{encoded(place, part)}={encoded(place, text)}" for part, text in texts.items()]
    return [f"{key}={encoded(place, text)}" for text in texts]


def header_text(name: str, value: Any, style: Style = SIMPLE) -> str:
    """A header's value as text; controls and what is not Latin-1 are refused (RFC 9110 § 5.5)."""
    if not isinstance(value, str):
        value = _listed(f"headers.{name}", value, style)
    if value.isascii() and value.isprintable():
        return str(value)
    place = f"headers.{name}"
    if _CONTROL.search(value):
        raise PlaceError("CM710", place, "a line break or control character cannot stand in a header")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise PlaceError("CM710", place, "a character outside Latin-1 cannot stand in a header") from None
    return str(value)


Texts = str | list[str] | dict[str, str]

_SEPARATORS: Final = {"spaceDelimited": (" ", "%20"), "pipeDelimited": ("|", "%7C")}


def _texts(place: str, value: Any) -> Texts:
    """The value with its items and members as texts; nothing stands inside these."""
    if isinstance(value, dict):
        return {name: scalar_text(place, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [scalar_text(place, item) for item in value]
    return scalar_text(place, value)


def _words(texts: Texts, explode: bool, write: Callable[[str], str]) -> list[str]:
    """What is joined: the text, the items, names and values in turn, or `name=value` where exploded."""
    match texts:
        case str():
            return [write(texts)]
        case list():
            return [write(text) for text in texts]
    if explode:
        return [f"{write(name)}={write(text)}" for name, text in texts.items()]
    return [write(part) for pair in texts.items() for part in pair]


def _joined(place: str, texts: Texts, explode: bool) -> str:
    """With commas; those inside an item are encoded, so that a reader finds the items again."""
    return ",".join(_words(texts, explode, lambda text: encoded(place, text)))


def _labels(place: str, texts: Texts, explode: bool) -> str:
    def write(text: str) -> str:
        if explode and "." in text and not isinstance(texts, str):
            raise PlaceError("CM710", place, "an item with a dot cannot be told apart here")
        return encoded(place, text)

    words = _words(texts, explode, write)
    return "." + ("." if explode else ",").join(words) if words else ""


def _matrix(place: str, name: str, texts: Texts, explode: bool) -> str:
    key = encoded(place, name)

    def pair(value: str) -> str:
        return f";{key}={value}" if value else f";{key}"

    if explode and isinstance(texts, list):
        return "".join(pair(encoded(place, text)) for text in texts)
    if explode and isinstance(texts, dict):
        return "".join(f";{word}" for word in _words(texts, True, lambda text: encoded(place, text)))
    return pair(_joined(place, texts, explode=False)) if texts or isinstance(texts, str) else ""


def _delimited(place: str, texts: Texts, separator: str, written: str) -> str:
    words = _words(texts, False, str)
    if any(separator in word for word in words):
        what = "a blank" if separator == " " else f"`{separator}`"
        raise PlaceError("CM710", place, f"an item with {what} cannot be told apart here")
    return written.join(encoded(place, word) for word in words)


def _listed(place: str, value: Any, style: Style) -> str:
    """In a header nothing is encoded, so an item must not hold what separates."""
    texts = _texts(place, value)
    if not texts:
        raise PlaceError("CM710", place, "an empty list or object cannot stand in a header")
    words = _words(texts, style.explode, str)
    names = texts if style.explode and isinstance(texts, dict) else ()
    if any("," in word for word in words) or any("=" in name for name in names):
        raise PlaceError("CM710", place, "an item with a comma or `=` cannot be told apart here")
    return ",".join(words)


def scalar_text(place: str, value: Any) -> str:
    """A text, number or boolean as text; PlaceError for anything else."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        raise PlaceError("CM710", place, "a value is missing")
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        try:
            return number_text(value)
        except ValueError:
            raise PlaceError("CM710", place, "a number has too many digits") from None
    raise PlaceError("CM710", place, f"expected a text, a number or a boolean, got {_kind(value)}")


def _kind(value: Any) -> str:
    if isinstance(value, float):
        return "a number that is not finite"
    return {"dict": "an object", "list": "a list", "tuple": "a list"}.get(
        type(value).__name__, "another type"
    )


def encoded(place: str, text: str) -> str:
    """Percent-encoded with no safe characters."""
    if _PLAIN.fullmatch(text):
        return text
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise PlaceError("CM710", place, "a lone surrogate cannot stand in a URL") from None
