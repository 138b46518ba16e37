"""`Contract`: what one vendor operation accepts and answers, independent of its source.

Loaded from OpenAPI (`openapi.py`) or from the mapping itself (`inline.py`). Body and parameters are
`Type`s; the body is also a plain JSON Schema, so any JSON Schema tool can check what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from custmap.contract.form_body import Form
from custmap.contract.style import Style, style_of
from custmap.schema.json_schema import Definitions, type_of
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, Segment, TargetPath, format_path
from custmap.values.types import ANY, Type

_VARIABLE = re.compile(r"\{([^{}/]+)\}")
_DEEPEST: Final = 8
"""How deep open places are looked for; a body that refers to itself has no end."""


class ServerVariable(Struct, frozen=True):
    """A variable of the server's URL; if it has no default, the caller must give it."""

    default: str | None = None
    enum: tuple[str, ...] | None = None


class Parameter(Struct, frozen=True):
    """A parameter in path, query or headers.

    `style`    how lists and objects are written; None: the default of the place.
    `default`  the contract's default; ABSENT: it has none.
    """

    type: Type
    required: bool = False
    style: Style | None = None
    default: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: `status` as the contract writes it (`200`, `4XX`, `default`); read leniently."""

    status: str
    media_type: str | None = None
    schema: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def type(self) -> Type | None:
        """The type of the answer's body."""
        return None if self.schema is None else type_of(self.schema, Definitions(self.schema))

    @property
    def ok(self) -> bool:
        return self.status.startswith("2")


@dataclass(frozen=True, slots=True)
class Contract:
    """One operation.

    `servers`     the server's URL with its variables, `https://{host}/v3`; `path` follows it.
    `parameters`  by place (`path`, `query`, `headers`) and name.
    `body`        the body's type; None: the operation has no body. `body_schema` is the same as plain
                  JSON Schema (draft 2020-12), with references bundled under `$defs`.
    `media_type`  the body's; `accept` that of a successful answer.
    `form`        how the body is written as a form; None: as JSON.
    `closed`      members that are not listed are mistakes; else (inline) they may exist.
    `opens`       places of the body that the contract does not describe further; the body itself is "".
    `source`      the file that contains the contract.
    """

    name: str
    method: str
    servers: str
    path: str
    source: str
    variables: Mapping[str, ServerVariable] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)
    body: Type | None = None
    body_required: bool = False
    body_schema: dict[str, Any] | None = field(default=None, repr=False)
    media_type: str | None = None
    form: Form | None = None
    accept: str | None = None
    responses: tuple[Response, ...] = ()
    closed: bool = True
    opens: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Server and path together, with variables in braces."""
        return self.servers.rstrip("/") + self.path

    @property
    def answer(self) -> Response | None:
        """The first answer that means success."""
        return next((response for response in self.responses if response.ok), None)

    def at(self, path: TargetPath) -> Type | None:
        """The type at a place of the body: `ANY` if it is open, None if there is no such place."""
        return None if self.body is None else type_at(self.body, path)

    def siblings(self, path: TargetPath) -> tuple[str, ...]:
        """The names beside the first part of the path that the contract does not have, for "Did you mean"."""
        type_ = self.body
        for segment in path:
            if type_ is None:
                break
            further = step(type_, segment)
            if further is None or (isinstance(segment, Member) and segment.name not in type_.members):
                return tuple(type_.members)
            type_ = further
        return ()

    def parameter(self, place: str, name: str) -> Parameter | None:
        """A parameter by its place and name; header names are case-insensitive (RFC 9110 § 5.1)."""
        found = self.parameters.get(place, {})
        if place != "headers":
            return found.get(name)
        return next((found[known] for known in found if known.lower() == name.lower()), None)

    def styles(self, place: str) -> dict[str, Style]:
        """How the parameters of a place are written, if not in the default style."""
        default = style_of(place, None, None)
        found = self.parameters.get(place, {}).items()
        return {name: one.style for name, one in found if one.style not in (None, default)}


UNKNOWN_CONTRACT: Final = Contract("", "", "", "", "", closed=False)
"""Stands for a contract that cannot be read, so that the rest of a mapping can be checked."""


def step(type_: Type, segment: Segment) -> Type | None:
    """The type one step further; `ANY` if nothing is known, None if there is no such place."""
    if isinstance(segment, Member):
        if type_.known and "object" not in type_.kinds:
            return None
        if (found := type_.member(segment.name)) is not None:
            return found if found.kinds else None
        return ANY if type_.free or not type_.members else None
    if type_.known and "array" not in type_.kinds:
        return None
    return ANY if type_.items is None else type_.items


def type_at(type_: Type, path: TargetPath) -> Type | None:
    """The type at a place: `ANY` if nothing is known, None if there is no such place."""
    found: Type | None = type_
    for segment in path:
        if found is None:
            return None
        found = step(found, segment)
    return found


def variables_in(text: str) -> list[str]:
    """The names in braces of a URL or a path."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def open_places(body: Type | None, *, closed: bool) -> tuple[str, ...]:
    """The places of a body where the contract allows unlisted members, except maps with free keys.

    Each object is examined once, where it occurs first, since a body may refer to itself.
    """
    if body is None:
        return ()
    found: list[str] = []
    waiting: list[tuple[TargetPath, Type]] = [((), body)]
    seen = {id(body)}
    for path, type_ in waiting:
        if _is_open(type_, closed):
            found.append(format_path(path))
        for name in type_.members:
            member = type_.members[name]
            if not member.members or (id(member) not in seen and len(path) < _DEEPEST):
                seen.add(id(member))
                waiting.append(((*path, Member(name)), member))
    return tuple(found)


def _is_open(type_: Type, closed: bool) -> bool:
    if not type_.members:
        return not type_.known and type_.enum is None
    return type_.extra == ANY or (type_.extra is None and not closed)
