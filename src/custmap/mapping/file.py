"""`MappingFile`: the content of a mapping file, each part with its span; nothing is resolved yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from custmap.diagnostics.span import Span
from custmap.syntax.node import MapNode, Node

Word: TypeAlias = Literal["send_null", "send_empty", "omit", "mask", "impossible", "skip"]
SOURCES: Final = frozenset({"from", "param", "value", "each", "first", "fields"})
"""The keys of which a rule has at least one; without any it is the policy of a container."""
MAKERS: Final = SOURCES | {"when", "default", "values", "unmapped", "format"}
"""The keys that decide which value a rule gives."""


class Text(Struct, frozen=True):
    """A text of the file and its span."""

    value: str
    span: Span

    def inside(self, offset: int, length: int = 1) -> Span:
        """The span of a part of the text; accounts for a quote before it."""
        if self.span.line != self.span.end_line:
            return self.span
        width = self.span.end_column - self.span.column
        quote = 1 if width >= len(self.value) + 2 else 0
        return self.span.within(offset + quote, length)


class Constant(Struct, frozen=True):
    """A constant of the file; wrapped, because null is a constant too."""

    value: Any
    span: Span


CLEARED_AT: Final = ("name_in", "key_in")
"""The forms of `clear` that name a place of the body."""


class ClearFile(Struct, frozen=True):
    """A `clear` as written: a word, or a long form. `places`: the places of the forms that name one."""

    span: Span
    word: Word | None = None
    send: Constant | None = None
    write: tuple[tuple[Text, Any], ...] | None = None
    places: tuple[tuple[str, Text], ...] = ()
    with_value: Constant | None = None
    as_name: Text | None = None
    item: Node | None = None


class ChangesFile(Struct, frozen=True):
    """`changes` as written: the list, the templates of items, and the types of the vendor's copy."""

    span: Span
    into: Text | None
    add: Node | None
    set: Node | None
    clear: Node | None
    paths: str
    fails: bool
    copy: MapNode | None
    unread: frozenset[str] = frozenset()


class WayFile(Struct, frozen=True):
    """`added` or `gone` as written: a place, or a template of an item."""

    span: Span
    place: Text | None = None
    item: Node | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of `values` or `transitions`, keys with their type.

    `back`  as written: whether the vendor's value reads back as this canonical one.
    """

    left: Any
    right: Any
    left_span: Span
    right_span: Span
    back: Any = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as written; `span` is its line in the file, `target` the key in front of it.

    `unread` are the keys whose value has a wrong form, and those that an unknown key may stand for. They
    are left out of the rule, and problems that may follow from that are not reported. `told_elsewhere`: of a
    list whose items are told one by one, the ways (`added`, `gone`) that a rule of another request has.
    `nulls` is there in source files alone.
    """

    target: Text
    span: Span
    keys: dict[str, Span]
    from_: Text | None = None
    param: Text | None = None
    value: Constant | None = None
    fields: tuple[Rule, ...] | None = None
    each: Text | None = None
    first: tuple[Rule, ...] | None = None
    key: Text | None = None
    values: tuple[Pair, ...] | None = None
    unmapped: str = "reject"
    unmapped_default: Constant | None = None
    format: Text | None = None
    default: Constant | None = None
    when: Text | None = None
    otherwise_clear: bool = False
    merge: str | None = None
    clear: ClearFile | None = None
    set_item: Node | None = None
    add_item: Node | None = None
    added: WayFile | None = None
    gone: WayFile | None = None
    empty: str | None = None
    always: bool = False
    identity: bool | None = None
    immutable: bool = False
    transitions: tuple[Pair, ...] | None = None
    repeatable: bool = True
    one_way: bool = False
    note: str | None = None
    assumed: str | None = None
    nulls: str | None = None
    unread: frozenset[str] = frozenset()
    told_elsewhere: frozenset[str] = frozenset()

    @property
    def has_source(self) -> bool:
        """Does it have a source that can be read?"""
        return any((self.from_, self.param, self.value, self.each, self.first, self.fields))

    @property
    def is_policy(self) -> bool:
        """Does it only set policies of a container that other rules fill?"""
        return not self.has_source and not self.unread & SOURCES

    def states(self, key: str) -> bool:
        """Does it have this key, in a form that can be read?"""
        return key in self.keys or key in self.unread

    @property
    def inner(self) -> Iterator[Rule]:
        """The rules inside it, at any depth."""
        for rule in (*(self.fields or ()), *(self.first or ())):
            yield rule
            yield from rule.inner

    @property
    def lines(self) -> set[int]:
        """The lines of its keys, and of the rules inside it."""
        rules = (self, *self.inner)
        return {rule.span.line for rule in rules} | {at.line for rule in rules for at in rule.keys.values()}


class Param(Struct, frozen=True):
    name: str
    span: Span
    summary: str | None
    default: Constant | None
    secret: bool


class BulkFile(Struct, frozen=True):
    """`bulk` as written."""

    span: Span
    into: Text
    most: int | None
    most_bytes: int | None


class MaskFile(Struct, frozen=True):
    """`mask` as written; `is_cut`: its names have a depth of 1."""

    span: Span
    query: Text | None
    body: Text | None
    is_cut: bool
    join: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFile:
    """One call as written, of several or the only one. `contract` stays a node, for the loaders of contracts.

    `merge` is there if a request replaces the whole record. `unread` is as in `Rule`, for its keys.
    """

    span: Span
    contract: MapNode
    path: tuple[Rule, ...] = ()
    query: tuple[Rule, ...] = ()
    headers: tuple[Rule, ...] = ()
    body: tuple[Rule, ...] = ()
    merge: Text | None = None
    mask: MaskFile | None = None
    changes: ChangesFile | None = None
    response: MapNode | None = None
    ignored: tuple[tuple[Text, str], ...] = ()
    unread: frozenset[str] = frozenset()

    @property
    def parts(self) -> dict[str, Any]:
        """What it says, by its attributes."""
        return {one.name: getattr(self, one.name) for one in fields(CallFile)}

    @property
    def rules(self) -> tuple[Rule, ...]:
        return (*self.path, *self.query, *self.headers, *self.body)


class EntryFile(Struct, frozen=True):
    """An entry of `requests` as written: one call, or those for each entry of a map or item of a list.

    `keys`  its keys, with their spans.
    `call`  of `for_each` the one for what is set; None if it cannot be read.
    """

    span: Span
    name: Text
    keys: dict[str, Span]
    after: tuple[Text, ...]
    for_each: Text | None
    key: Text | None
    call: CallFile | None
    clear: CallFile | None
    unread: frozenset[str] = frozenset()

    @property
    def calls(self) -> tuple[CallFile, ...]:
        return tuple(one for one in (self.call, self.clear) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile(CallFile):
    """A whole file. `keys`: those of the file, with their spans."""

    file: str
    name: Text
    summary: str | None
    source: Text | None
    params: tuple[Param, ...]
    clear: ClearFile | None
    empty: str | None
    bulk: BulkFile | None
    envelope: tuple[Rule, ...]
    requests: tuple[EntryFile, ...]
    keys: dict[str, Span]

    def of(self, call: CallFile) -> MappingFile:
        """The file as if it had one call alone: what the head says, where the call does not say it."""
        own = {rule.target.value.lower() for rule in call.headers}
        shared = (rule for rule in self.headers if rule.target.value.lower() not in own)
        said = {
            **call.parts,
            "headers": (*shared, *call.headers),
            "body": tuple(self._completed(rule, call) for rule in call.body),
            "response": self.response if call.response is None else call.response,
            "unread": self.unread | call.unread,
        }
        says_clear = call.changes is not None and call.changes.clear is not None
        return replace(self, **said, clear=None if says_clear else self.clear, requests=())

    def _completed(self, rule: Rule, call: CallFile) -> Rule:
        """A rule of a call that knows which ways of telling of items the rules of other calls have."""
        if rule.merge != "items" or rule.from_ is None:
            return rule
        calls = (one for entry in self.requests for one in entry.calls if one is not call)
        others = (one for other in calls for one in other.body if one.merge == "items")
        same = [one for one in others if one.from_ is not None and one.from_.value == rule.from_.value]
        ways = frozenset(key for key in ("added", "gone") for one in same if key in one.keys)
        return replace(rule, told_elsewhere=ways)


def all_rules(file: MappingFile) -> Iterator[Rule]:
    """All rules of a file, including those inside other rules."""
    of_calls = (call.rules for entry in file.requests for call in entry.calls)
    own = (*file.path, *file.query, *file.headers, *file.body, *file.envelope)
    for rule in (*own, *chain.from_iterable(of_calls)):
        yield rule
        yield from rule.inner
