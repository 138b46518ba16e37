"""A request's URL: server, path and query, each value encoded so that it cannot become anything else.

What depends on the mapping alone (where the variables stand) is worked out once; a record only fills in.
Every value is percent-encoded with no safe characters, so taking a URL apart gives the parameters back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

# RFC 3986 unreserved: what `quote` leaves alone.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")
# Most identifiers: nothing to encode, and never `.` or `..`.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]*").fullmatch
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HOST_HELP = "a host is `name` or `name:port`; `/ @ # ? \\`, spaces and control characters are refused"


class PlaceError(ValueError):
    """A value cannot stand at `place` (`path.orderId`, `headers.Authorization`); the value is not told."""

    def __init__(self, code: str, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.code = code
        self.place = place
        self.reason = reason

    def __reduce__(self) -> tuple[type[PlaceError], tuple[str, str, str]]:
        return type(self), (self.code, self.place, self.reason)


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """The URL of an operation, split where values go.

    `server`  `https://{host}/api`, with variables; `path`: `/customers/{customerId}`.
    """

    server: str
    path: str
    _head: str = field(init=False, repr=False, compare=False)
    _parts: tuple[tuple[str, str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Split both into (kind, name, the text after it); kind is `host`, `server` or `path`."""
        server = self.server.rstrip("/")
        pieces = _VARIABLE.split(server)
        before = pieces[0]
        parts: list[tuple[str, str, str]] = []
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
            parts.append(("server" if _in_path(before) else "host", name, text))
            before += "x" + text
        path = self.path if self.path.startswith("/") or not self.path else "/" + self.path
        head, *rest = _VARIABLE.split(path)
        if parts:
            kind, name, text = parts[-1]
            parts[-1] = (kind, name, text + head)
            first = pieces[0]
        else:
            first = pieces[0] + head
        parts += [("path", name, text) for name, text in zip(rest[::2], rest[1::2], strict=True)]
        object.__setattr__(self, "_head", first)
        object.__setattr__(self, "_parts", tuple(parts))

    def fill(self, variables: Mapping[str, Any], path: Mapping[str, Any], query: Mapping[str, Any]) -> str:
        """The whole URL; PlaceError when a value is missing or cannot stand where it goes."""
        url = self._head
        for kind, name, text in self._parts:
            if kind == "path":
                value = path.get(name)
                if type(value) is str and _SAFE(value):
                    url += value + text
                else:
                    url += path_text(name, value) + text
            elif kind == "host":
                url += _host_text(name, variables.get(name)) + text
            else:
                url += path_text(name, variables.get(name), "server") + text
        return url + query_text(query) if query else url

    def check(self, variables: Mapping[str, Any]) -> None:
        """PlaceError when one of the server's variables that are there cannot stand where it goes."""
        for kind, name, _ in self._parts:
            if kind == "host" and name in variables:
                _host_text(name, variables[name])
            elif kind == "server" and name in variables:
                path_text(name, variables[name], "server")

    def shown(self, url: str, hidden: Mapping[tuple[str, str], str], path: Mapping[str, Any]) -> str:
        """A filled `url` (without its query) with hidden values replaced: {(kind, name): shown}.

        Filled values never hold a raw `/`, so the template's and the URL's segments lie side by side.
        A URL that was not filled from here is hidden whole.
        """
        whole = self._head + "".join("{" + name + "}" + text for _, name, text in self._parts)
        kinds = [("path" if kind == "path" else "server", name) for kind, name, _ in self._parts]
        filled, plan = url.split("/"), whole.split("/")
        if len(filled) != len(plan):
            return "{{url}}"
        at = 0
        segments: list[str] = []
        for made, planned in zip(filled, plan, strict=True):
            names = _VARIABLE.findall(planned)
            places = kinds[at : at + len(names)]
            at += len(names)
            if any(place in hidden for place in places):
                told = [hidden.get(place) or _open_text(place, path) for place in places]
                texts = _VARIABLE.split(planned)[::2]
                made = texts[0] + "".join(a + b for a, b in zip(told, texts[1:], strict=True))
            segments.append(made)
        return "/".join(segments)


def _in_path(text: str) -> bool:
    """Has this beginning of a server URL come to the path?"""
    return "/" in text.partition("://")[2] if "://" in text else text.startswith("/")


def _open_text(place: tuple[str, str], path: Mapping[str, Any]) -> str:
    kind, name = place
    return path_text(name, path.get(name)) if kind == "path" else "{" + name + "}"


def build_url(
    server: str,
    variables: Mapping[str, Any],
    path_template: str,
    path: Mapping[str, Any],
    query: Mapping[str, Any],
) -> str:
    """`UrlTemplate(server, path_template).fill(variables, path, query)`.

    >>> build_url("https://{host}", {"host": "api.example.com"}, "/c/{id}", {"id": "a/b"}, {"all": True})
    'https://api.example.com/c/a%2Fb?all=true'
    """
    return UrlTemplate(server, path_template).fill(variables, path, query)


def path_text(name: str, value: Any, kind: str = "path") -> str:
    """One value as a path segment. `.` and `..` would be resolved away by clients and servers alike."""
    place = f"{kind}.{name}"
    text = _scalar_text(place, value)
    if text in ("", ".", ".."):
        what = "an empty text" if not text else "a path of dots alone"
        raise PlaceError("CM710", place, f"{what} cannot stand in a URL's path")
    return _encoded(place, text)


def query_text(query: Mapping[str, Any]) -> str:
    """`?a=1&b=x&b=y`, or an empty text; a list repeats its name, a boolean is `true` or `false`."""
    pairs: list[str] = []
    for name, value in query.items():
        place = f"query.{name}"
        key = _encoded(place, name)
        for item in value if isinstance(value, list | tuple) else (value,):
            pairs.append(f"{key}={_encoded(place, _scalar_text(place, item))}")
    return "?" + "&".join(pairs) if pairs else ""


def header_text(name: str, value: Any) -> str:
    """A header's value as text; controls and what is not Latin-1 are refused (RFC 9110 § 5.5)."""
    text = value if isinstance(value, str) else _scalar_text(f"headers.{name}", value)
    if text.isascii() and text.isprintable():
        return text
    place = f"headers.{name}"
    if _CONTROL.search(text):
        raise PlaceError("CM710", place, "a line break or control character cannot stand in a header")
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise PlaceError("CM710", place, "a character outside Latin-1 cannot stand in a header") from None
    return text


def _host_text(name: str, value: Any) -> str:
    return _checked_host(name, value) if type(value) is str else _host(name, value)


@lru_cache(maxsize=64)  # hosts repeat from record to record
def _checked_host(name: str, value: str) -> str:
    return _host(name, value)


def _host(name: str, value: Any) -> str:
    text = _scalar_text(f"server.{name}", value)
    if not _HOST.fullmatch(text) or text.startswith("."):
        raise PlaceError("CM710", f"server.{name}", _HOST_HELP)
    return text


def _scalar_text(place: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        raise PlaceError("CM710", place, "a value is missing")
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return _number_text(place, value)
    raise PlaceError("CM710", place, f"expected a text, a number or a boolean, got {_kind(value)}")


def _number_text(place: str, value: int | float) -> str:
    try:
        return str(value)
    except ValueError:  # over 4,300 digits: Python refuses the conversion in quadratic time
        raise PlaceError("CM710", place, "a number has too many digits") from None


def _kind(value: Any) -> str:
    if isinstance(value, float):
        return "a number that is not finite"
    return {"dict": "an object", "list": "a list", "tuple": "a list"}.get(
        type(value).__name__, "another type"
    )


def _encoded(place: str, text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise PlaceError("CM710", place, "a lone surrogate cannot stand in a URL") from None
