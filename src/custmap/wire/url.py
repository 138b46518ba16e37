"""A request's URL: server, path and query, with each value encoded so that it stays in its place.

What depends only on the mapping (the places of variables, how they are written) is computed once; a record
only fills in values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from msgspec import Struct

from custmap.contract.style import FORM, SIMPLE, Style
from custmap.wire.parameters import PlaceError, path_text, query_pairs, scalar_text

# Most identifiers: nothing to encode, and not `.` or `..`.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.~-]*").fullmatch
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::[0-9]{1,5})?")
_LONG = 10**18
_HOST_HELP = (
    "a host must be `name` or `name:port`; `/ @ # ? \\`, spaces and control characters are not allowed"
)

Styles = Mapping[str, Style]
"""The style of each parameter of one place, by its name."""


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """The URL of an operation, split at the places of values.

    `server`  `https://{host}/api`, with variables; `path`: `/customers/{customerId}`.
    `in_path`, `in_query`  how parameters are written; the default style if not listed.
    """

    server: str
    path: str
    in_path: Styles = field(default_factory=dict)
    in_query: Styles = field(default_factory=dict)
    _head: str = field(init=False)
    _parts: tuple[tuple[str, str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Split both into (kind, name, the text after it); kind is `host`, `server` or `path`."""
        server = self.server.rstrip("/")
        pieces = _VARIABLE.split(server)
        before = pieces[0]
        parts: list[tuple[str, str, str]] = []
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
            parts.append(("server" if _in_path(before) else "host", name, text))
            before += text
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

    def bound(
        self, variables: Mapping[str, Any], query: Mapping[str, Any], path: Mapping[str, Any]
    ) -> BoundUrl:
        """The template with the server's variables filled; PlaceError if one is missing or cannot be written.

        `query` and `path` are the parameters that every request has.
        """
        head = self._head
        parts: list[tuple[str, str]] = []
        for kind, name, text in self._parts:
            if kind == "host":
                text = _host_text(name, variables.get(name)) + text
            elif kind == "server":
                text = path_text(name, variables.get(name), kind="server") + text
            elif name in path:
                text = self._path_text(name, path) + text
            else:
                parts.append((name, text))
                continue
            if parts:
                parts[-1] = (parts[-1][0], parts[-1][1] + text)
            else:
                head += text
        return BoundUrl(self, head, tuple(parts), self.query_text(query))

    def fill(self, variables: Mapping[str, Any], path: Mapping[str, Any], query: Mapping[str, Any]) -> str:
        """The whole URL; PlaceError if a value is missing or cannot be written in its place."""
        return self.bound(variables, query, path).fill(path, None)

    def query_text(self, query: Mapping[str, Any], shown: Mapping[str, str] | None = None) -> str:
        """`?a=1&b=x&b=y`, or "". `shown` are texts that replace values, without encoding."""
        pairs: list[str] = []
        for name, value in query.items():
            if shown and name in shown:
                pairs += [query_pairs(name, "")[0] + shown[name]]
            else:
                pairs += query_pairs(name, value, self.in_query.get(name, FORM))
        return "?" + "&".join(pairs) if pairs else ""

    def check(self, variables: Mapping[str, Any]) -> None:
        """PlaceError if a given server variable cannot be written in its place."""
        for kind, name, _ in self._parts:
            if kind == "host" and name in variables:
                _host_text(name, variables[name])
            elif kind == "server" and name in variables:
                path_text(name, variables[name], kind="server")

    def shown(
        self,
        url: str,
        path: Mapping[str, Any],
        query: Mapping[str, Any],
        in_url: Mapping[tuple[str, str], str],
        in_query: Mapping[str, str],
    ) -> str:
        """A filled `url` with what is shown in place of hidden values, not encoded so that it stays readable.

        `in_url` are those of server and path, {(kind, name): shown}; `in_query` those of the query, by name.
        Filled values never contain a raw `/` or `?`, so the segments of template and URL correspond. A URL
        that these parts do not make, such as one that was changed afterwards, is hidden completely.
        """
        with suppress(PlaceError):
            asked = self.query_text(query)
            base = self._shown_base(url.removesuffix(asked), path, in_url) if url.endswith(asked) else None
            if base is not None:
                return base + self.query_text(query, in_query)
        return "{{url}}"

    def _shown_base(
        self, url: str, path: Mapping[str, Any], hidden: Mapping[tuple[str, str], str]
    ) -> str | None:
        """The URL without its query; None if the template and `path` do not make it."""
        filled, plan = url.split("/"), _segments(self._head, tuple(self._parts))
        if len(filled) != len(plan):
            return None
        segments: list[str] = []
        for made, (texts, asked) in zip(filled, plan, strict=True):
            if not asked:
                if made != texts[0]:
                    return None
                segments.append(made)
                continue
            known = [self._path_text(name, path) if kind == "path" else None for kind, name in asked]
            if not _fits(made, texts, known):
                return None
            if any(place in hidden for place in asked):
                told = [
                    hidden.get(place) or text or f"{{{place[1]}}}"
                    for place, text in zip(asked, known, strict=True)
                ]
                made = _joined(texts, told)
            segments.append(made)
        return "/".join(segments)

    def _path_text(self, name: str, path: Mapping[str, Any]) -> str:
        return path_text(name, path.get(name), self.in_path.get(name, SIMPLE))


class BoundUrl(Struct, frozen=True):
    """A URL of which only the path's variables, and a record's own query parameters, are missing."""

    template: UrlTemplate
    head: str
    parts: tuple[tuple[str, str], ...]
    query: str

    def fill(self, path: Mapping[str, Any], query: Mapping[str, Any] | None) -> str:
        """The whole URL; `query`: all its parameters, None if they are those that every request has."""
        url = self.head
        styles = self.template.in_path
        for name, text in self.parts:
            value = path.get(name)
            if name in styles:
                url += path_text(name, value, styles[name]) + text
            elif value.__class__ is str and _SAFE(value):
                url += value + text
            elif value.__class__ is int and 0 <= value < _LONG:
                url += repr(value) + text
            else:
                url += path_text(name, value) + text
        return url + (self.query if query is None else self.template.query_text(query))


@lru_cache(maxsize=256)
def _segments(
    head: str, parts: tuple[tuple[str, str, str], ...]
) -> list[tuple[list[str], list[tuple[str, str]]]]:
    """The segments of a template: the texts of each, and the places between them."""
    whole = head + "".join("{" + name + "}" + text for _, name, text in parts)
    places = iter([("path" if kind == "path" else "server", name) for kind, name, _ in parts])
    found = []
    for planned in whole.split("/"):
        texts = _VARIABLE.split(planned)[::2]
        found.append((texts, list(islice(places, len(texts) - 1))))
    return found


def _fits(segment: str, texts: list[str], between: list[str | None]) -> bool:
    """Is a segment the texts with these between them? None: a value of the server, not known here."""
    known = [one for one in between if one is not None]
    if len(known) == len(between):
        return segment == _joined(texts, known)
    any_value = [r"[^/?#]*" if one is None else re.escape(one) for one in between]
    return re.fullmatch(_joined([re.escape(text) for text in texts], any_value), segment) is not None


def _joined(texts: list[str], between: list[str]) -> str:
    return texts[0] + "".join(a + b for a, b in zip(between, texts[1:], strict=True))


def _in_path(text: str) -> bool:
    """Does this beginning of a server URL reach into the path?"""
    return "/" in text.partition("://")[2] if "://" in text else text.startswith("/")


def _host_text(name: str, value: Any) -> str:
    return _checked_host(name, value) if type(value) is str else _host(name, value)


@lru_cache(maxsize=64)  # hosts are the same for most records
def _checked_host(name: str, value: str) -> str:
    return _host(name, value)


def _host(name: str, value: Any) -> str:
    text = scalar_text(f"server.{name}", value)
    if not _HOST.fullmatch(text) or text.startswith("."):
        raise PlaceError("CM710", f"server.{name}", _HOST_HELP)
    return text
