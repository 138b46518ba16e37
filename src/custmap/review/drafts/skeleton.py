"""The tables of a drafted mapping: every member of an operation's body, with a rule where there is no doubt.

    email:               email     # text, at most 512 characters
    # balance:                     # whole number

    address.city:        "addresses[0].city"   # text

What the contract requires and no customer has is a constant or a parameter: the draft passes as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from custmap.contract.contract import Contract, Parameter
from custmap.expressions.inference import format_source
from custmap.review.drafts.drafted_items import item_lines
from custmap.review.drafts.drafted_params import Params
from custmap.review.drafts.drafted_rows import Row, expression_text
from custmap.review.drafts.example_values import example
from custmap.review.drafts.known_names import CUSTOMER, PEOPLE, bare, holder_of, is_customer_id, known_rule
from custmap.review.drafts.member_facts import facts
from custmap.schema.misfit import misfit
from custmap.testing.write_yaml import flow
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Member, TargetPath, format_path
from custmap.values.types import Type
from custmap.values.words import counted

PARTS: Final = ("path", "query", "headers", "body")
Place = tuple[str, TargetPath]
"""A part of the request, and a target in it."""
_ID: Final = "1001"
_DEEPEST: Final = 5
_MOST: Final = 160
"""A table of more rows is drafted less deep: it is a page to read."""


@dataclass(frozen=True, slots=True)
class Security:
    """What a security scheme says of its parameter: how the value is written, and what it is."""

    summary: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Parameters and tables; `ids` is what may stand at `identifiers.VENDOR` in a fixture."""

    params: Params
    tables: Mapping[str, tuple[Row, ...]]
    ids: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a skeleton is made of.

    `vendor`    names the id of the customer in the vendor's system, `identifiers.VENDOR`.
    `security`  of headers and query parameters that the operation's security needs, by place and name.
    """

    contract: Contract
    vendor: str
    security: Mapping[tuple[str, str], Security] = field(default_factory=dict)


def skeleton(subject: Subject, refused: Mapping[Place, int]) -> Skeleton:
    """The tables; `refused`: how many rules of a place were tried and do not pass."""
    for depth in range(_DEEPEST, -1, -1):
        made = _Drawer(subject, refused, depth).drawn()
        if sum(1 + len(row.below) for row in made.tables["body"]) <= _MOST:
            break
    return made


@dataclass(slots=True)
class _Drawer:
    subject: Subject
    refused: Mapping[Place, int]
    depth: int
    params: Params = field(default_factory=Params)
    used: set[tuple[str | int, ...]] = field(default_factory=set)
    ids: str = _ID
    named: bool = False
    """Does the body say which customer it is?"""

    def drawn(self) -> Skeleton:
        contract = self.subject.contract
        for name, variable in contract.variables.items():
            if variable.default is None:
                sample = variable.enum[0] if variable.enum else "api.example.com"
                summary = "The server" if name == "host" else f"`{name}` of the server's URL"
                self.params.add(name, summary, sample)
        secret = [row for part in PARTS[1:3] for row in self._secrets(part)]
        tables = {
            "path": tuple(self._path()),
            **{
                part: tuple([row for where, row in secret if where == part] + list(self._parameters(part)))
                for part in PARTS[1:3]
            },
            "body": tuple(self._body()),
        }
        return Skeleton(self.params, tables, self.ids)

    def _tries(self, part: str, path: TargetPath) -> int:
        return self.refused.get((part, path), 0)

    # The URL and the headers

    def _path(self) -> Iterator[Row]:
        steps = self.subject.contract.path.split("/")
        for name, parameter in self.subject.contract.parameters.get("path", {}).items():
            at = next((index for index, step in enumerate(steps) if f"{{{name}}}" in step), 0)
            path = (Member(name),)
            if self._is_customer(name, steps[at - 1] if at else "") and not self._tries("path", path):
                yield self._identity(path, parameter.type)
            else:
                yield self._param(path, parameter.type, name, required=True)

    def _is_customer(self, name: str, before: str) -> bool:
        """Is a variable of the path the customer's id: `/customers/{id}`, `/customers/{customer}`?"""
        holder = bare(before).removesuffix("s")
        if bare(name) in ("id", holder):
            return holder in PEOPLE
        return is_customer_id(name)

    def _identity(self, path: TargetPath, type_: Type, *, in_body: bool = False) -> Row:
        source = ("identifiers", self.subject.vendor)
        text, note = format_source(source), ""
        if type_.known and "string" not in type_.kinds:
            text, note = f"integer({text})", "; custmap: ignore CM410: any other id is rejected"
        self.used.add(source)
        if "string" in type_.kinds and misfit(type_, _ID) is not None:
            self.ids = str(example(type_))
        rule = expression_text(text)
        rule = f"{{from: {rule}, identity: true}}" if in_body else rule
        row = Row(path, rule, facts(type_, required=True), reads=(source,))
        return row if not note else Row(path, rule, note[2:], reads=(source,))

    def _secrets(self, part: str) -> Iterator[tuple[str, Row]]:
        for name, parameter in self.subject.contract.parameters.get(part, {}).items():
            said = self.subject.security.get((part, name))
            if said is None:
                continue
            wanted = "token" if bare(name) == "authorization" else name
            param = self.params.add(wanted, said.summary, "secret", secret=True, needed=parameter.required)
            form = f", format: {flow(said.format)}" if said.format else ""
            yield part, Row((Member(name),), f"{{param: {param}{form}}}", "", param=param)

    def _parameters(self, part: str) -> Iterator[Row]:
        """Required ones are filled; one with a default is left to the contract."""
        for name, parameter in self.subject.contract.parameters.get(part, {}).items():
            if (part, name) in self.subject.security:
                continue
            path = (Member(name),)
            if parameter.required and parameter.default is ABSENT and self._tries(part, path) < 2:
                yield self._required(path, parameter.type, name)
            else:
                yield Row(path, None, _of_parameter(parameter))

    # What the contract requires and a record may not have

    def _required(self, path: TargetPath, type_: Type, name: str) -> Row:
        values = [one for one in type_.enum or () if one is not None]
        if len(values) == 1:
            return Row(path, f"{{value: {flow(values[0])}}}", facts(type_, required=True))
        return self._param(path, type_, name, required=True)

    def _param(self, path: TargetPath, type_: Type, name: str, *, required: bool) -> Row:
        said = facts(type_, required=required)
        param = self.params.add(name, f"{name}: {facts(type_)}", example(type_))
        return Row(path, f"{{param: {param}}}", said, param=param)

    # The body

    def _body(self) -> list[Row]:
        body = self.subject.contract.body
        if body is None or (not ("object" in body.kinds and body.members) and body.items is None):
            return []
        if "object" in body.kinds and body.members:
            return self._object(body, (), CUSTOMER, sure=True, met=())
        path, item = (Index(0),), body.items
        if item is None or not item.members:
            return [self._param(path, item or Type(), "item", required=True)]
        return self._object(item, path, CUSTOMER, sure=True, met=())

    def _object(
        self, type_: Type, path: TargetPath, holder: str, *, sure: bool, met: tuple[int, ...]
    ) -> list[Row]:
        """The rows of an object's members; `sure`: the object is in every request."""
        names = [name for name, held in _members(type_)]
        plain: list[Row] = []
        nested: list[Row] = []
        for name, held in _members(type_):
            required = name in type_.asked
            at = _At(name, held, (*path, Member(name)), holder, sure and required, required)
            if "object" in held.kinds and held.members:
                nested += self._nested(at, len(names), met)
            else:
                plain.append(self._leaf(at, names))
        return plain + nested

    def _nested(self, at: _At, siblings: int, met: tuple[int, ...]) -> list[Row]:
        """The rows of an object's members, or one for the whole of an object that is too deep."""
        said = facts(at.type, required=at.required)
        tries = self._tries("body", at.path)
        deep = len(met) >= self.depth and not (at.sure and len(met) < _DEEPEST)
        if id(at.type) in met or deep or tries:
            members = counted(len(list(_members(at.type))), "member")
            row = Row(at.path, None, f"{said}: {members}")
            return [self._required(at.path, at.type, at.name) if at.sure and tries < 2 else row]
        inner = holder_of(at.name, at.type, at.holder, siblings)
        before = set(self.used)
        rows = self._object(at.type, at.path, inner, sure=at.sure, met=(*met, id(at.type)))
        if not at.sure and not _is_whole(at.type, at.path, rows):
            self.used = before
            rows = [row.silent() for row in rows]
        if at.sure and not any(row.rule for row in rows):
            said = f"{said}: take this out when one of its members has a rule"
            rows = [Row(at.path, "{value: {}}", said, format_path(at.path)), *rows]
        return rows

    def _leaf(self, at: _At, names: list[str]) -> Row:
        """The row of a member that has no members of its own; `names` are those beside it."""
        said, group = facts(at.type, required=at.required), format_path(at.path[:-1])
        tries = self._tries("body", at.path)
        known = None if tries else known_rule(at.name, at.type, at.holder, names)
        if known is not None and self.used.isdisjoint(known.reads):
            self.used.update(known.reads)
            return Row(at.path, known.rule, said, group, reads=known.reads)
        if at.sure and tries < 2:
            # An item of which nothing comes from the record is not sent.
            is_id = is_customer_id(at.name) or (at.path[:1] == (Index(0),) and bare(at.name).endswith("id"))
            if not tries and at.holder == CUSTOMER and is_id and not self.named:
                self.named = True
                row = self._identity(at.path, at.type, in_body=True)
            else:
                row = self._required(at.path, at.type, at.name)
            return replace(row, group=group)
        below = item_lines(at.type) if at.type.items is not None else ()
        return Row(at.path, None, said, group, below)


@dataclass(frozen=True, slots=True)
class _At:
    """A member of an object. `sure`: the contract requires it in every request."""

    name: str
    type: Type
    path: TargetPath
    holder: str
    sure: bool
    required: bool


def _members(type_: Type) -> Iterator[tuple[str, Type]]:
    """The members that a request may have."""
    for name in type_.members:
        held = type_.member(name)
        if held is not None and held.kinds and not held.read_only:
            yield name, held


def _is_whole(type_: Type, path: TargetPath, rows: list[Row]) -> bool:
    """Has an object all that the contract requires of it, wherever one of its members is sent?"""
    spoken = {row.path for row in rows if row.rule is not None}
    if not spoken:
        return True
    return all(any(one[: len(path) + 1] == (*path, Member(name)) for one in spoken) for name in type_.asked)


def _of_parameter(parameter: Parameter) -> str:
    said = facts(parameter.type, required=parameter.required)
    if parameter.default is ABSENT or isinstance(parameter.default, dict | list):
        return said
    return f"{said}; {flow(parameter.default)} where it is left out"
