"""The places of the body where clearing writes: read, typed by the contract, and kept apart from all else.

A place is a target path like any other, relative to the body wherever its rule stands: `gone`,
`people[0].clear_fields`, `ops[path=/company].op`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from custmap.contract.contract import Contract
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.diagnostics.span import Span
from custmap.mapping.file import Text
from custmap.model.clear import Clear, ItemIn, KeyIn, Named, NameIn, Write
from custmap.model.nodes import Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import child_at, children, clears, nodes, own_objects
from custmap.resolve.context import Context
from custmap.resolve.contract_places import ContractPlaces
from custmap.resolve.findings import Findings
from custmap.values.equality import same
from custmap.values.paths import (
    Index,
    Member,
    PathError,
    Segment,
    Select,
    TargetPath,
    format_path,
    in_path_order,
    parse_path,
)
from custmap.values.types import Type


class _Written(NamedTuple):
    """A place where clears of one form write.

    `own`   the target of the rule, for `write` and items; `value`: what `write` puts there.
    """

    place: TargetPath
    form: type[Clear]
    span: Span
    own: TargetPath | None = None
    value: Any = None

    @property
    def is_open(self) -> bool:
        """Is it an object, in which other things may stand, too?"""
        return self.form is KeyIn

    @property
    def is_shared(self) -> bool:
        """May another rule write here, in the same form?"""
        return not issubclass(self.form, ItemIn)


class ClearPlaces:
    """The places of one mapping's clears, and which name is written where."""

    def __init__(self, contract: Contract, findings: Findings) -> None:
        self._contract = contract
        self._findings = findings
        self._steps = ContractPlaces(findings)
        self._taken: dict[tuple[TargetPath, str], Span] = {}
        self._named: dict[TargetPath, set[str]] = {}
        self._keys: dict[TargetPath, Span] = {}
        """Where the names are keys of a map: they may be any."""
        self._names: dict[tuple[TargetPath, type[Named]], _Written] = {}
        self._writes: list[_Written] = []

    @property
    def closed(self) -> bool:
        """Is a member wrong that the contract does not list?"""
        return self._contract.closed

    @property
    def names(self) -> dict[TargetPath, type[Named]]:
        """The places of names, in order, with the form that writes them there."""
        forms = {place: form for place, form in self._names if issubclass(form, Named)}
        forms |= {one.place: ItemIn for one in self._writes if one.form is ItemIn}
        return dict(sorted(forms.items(), key=lambda one: in_path_order(one[0])))

    def read(self, path: Text) -> TargetPath | None:
        """A place as written; None and a finding if it cannot be read, or the contract has no such place."""
        try:
            parsed = parse_path(path.value)
        except PathError as error:
            self._findings.add("CM209", error.reason, path.inside(error.offset))
            return None
        context = Context("body", self._contract.closed)
        type_ = self._contract.body
        typed: TargetPath = ()
        for segment in parsed:
            type_ = self._steps.type_of(type_, segment, (*typed, segment), path.span, context)
            if isinstance(segment, Select):
                segment = self._steps.typed(segment, type_, path.span)
            typed = (*typed, segment)
        return typed

    def type_at(self, place: TargetPath) -> Type | None:
        """The contract's type at a place; None if it does not describe it."""
        return self._contract.at(place)

    def names_at(self, place: TargetPath, form: type[Named], span: Span) -> None:
        """Names are written at a place in a form."""
        self._names.setdefault((place, form), _Written(place, form, span))

    def takes(self, place: TargetPath, name: str, span: Span) -> None:
        """A target writes a name at a place: no other may write the same one."""
        self._named.setdefault(place, set()).add(name)
        other = self._taken.setdefault((place, name), span)
        if other != span:
            self._findings.add(
                "CM507",
                "another rule uses this name, so the vendor cannot tell which of the two is cleared",
                span,
                "Give one of them another name: `as: NAME` in its `clear`.",
                notes=[Note(other, "the same name")],
            )

    def takes_keys(self, place: TargetPath, span: Span) -> Collection[str]:
        """The keys of a map are written at a place.

        The names that other rules write there, once all are read.
        """
        other = self._keys.setdefault(place, span)
        if other != span:
            message = (
                "another map writes its keys there, so the vendor cannot tell which of the two is cleared"
            )
            notes = [Note(other, "the other map")]
            self._findings.add("CM507", message, span, notes=notes, severity=Severity.WARNING)
        return self._named.setdefault(place, set())

    def writes(self, clear: Clear, span: Span, own: TargetPath | None) -> None:
        """A rule writes other members when it is cleared; `own` is its target, None inside an item."""
        for place, value in clear.writes if isinstance(clear, Write) else ():
            self._writes.append(_Written(place, Write, span, own, value))
            if isinstance(place[-1], Select) and not isinstance(value, dict):
                self._no_object(span)

    def lists(self, place: TargetPath, span: Span, own: TargetPath) -> None:
        """Items of the list at the target `own` are listed at a place."""
        self._writes.append(_Written(place, ItemIn, span, own))

    def check(self, body: TargetNode) -> None:
        """Findings for places that a rule fills, or that another `clear` writes in another way."""
        written = [*self._names.values(), *self._writes]
        for one in written:
            self._filled(one, body)
        for (place, name), span in self._taken.items():
            if place in self._keys:
                message = "keys of a map are written there, too: one that is this name cannot be cleared"
                notes = [Note(self._keys[place], "the map")]
                self._findings.add("CM507", message, span, notes=notes, severity=Severity.WARNING)
            if (place, KeyIn) in self._names and (rule := _rule_at(body, (*place, Member(name)), alone=True)):
                self._twice(
                    _Written((*place, Member(name)), KeyIn, span),
                    "a rule fills it too",
                    Note(rule, "the rule"),
                )
            for one in self._writes if (place, KeyIn) in self._names else ():
                if one.place[: len(place) + 1] == (*place, Member(name)):
                    self._twice(one, "another `clear` writes a name there", Note(span, "the other `clear`"))
        for at, one in enumerate(written):
            others = (other for later, other in enumerate(written) if _overwrites(one, other, later > at))
            if other := next(others, None):
                kind = "`clear`" if one.is_shared and other.is_shared else "rule"
                self._twice(one, f"another {kind} writes in it", Note(other.span, f"the other {kind}"))
        self._shapes(written, body)

    def _filled(self, one: _Written, body: TargetNode) -> None:
        rule = _rule_at(body, one.place, alone=not one.is_open or one.place in self._keys)
        if rule and not (one.own and one.place[: len(one.own)] == one.own):
            self._twice(one, "a rule fills it too", Note(rule, "the rule"))
            return
        around = (node for node in own_objects(body) if node.path == one.place[: len(node.path)])
        for node in around:
            if node.clear is not None and node.clear.at_place and not _is_of(node, one.place, body):
                self._twice(one, "another `clear` writes the object around it", Note(node.span, "the object"))
                return

    def _twice(self, one: _Written, why: str, note: Note) -> None:
        shown = format_path(one.place)
        what = _WHAT.get(one.form, "names of cleared members are written here").format(shown)
        help = "Choose another member for the names." if issubclass(one.form, NameIn | KeyIn) else _APART
        self._findings.add("CM307", f"{what}, and {why}", one.span, help, notes=[note])

    def _shapes(self, written: list[_Written], body: TargetNode) -> None:
        """Findings for paths that take a container for something else than other paths do."""
        known = {
            around.path: (_shape(one.path[len(around.path)]), one.span)
            for around in nodes(body)
            for one in children(around)
        }
        for one in written:
            for depth, segment in enumerate(one.place):
                shape, other = known.setdefault(one.place[:depth], (_shape(segment), one.span))
                if shape != _shape(segment):
                    around = f"`{format_path(one.place[:depth])}`" if depth else "the body"
                    self._findings.add(
                        "CM307",
                        f"{around} is {_shape(segment)} here, and {shape} elsewhere",
                        one.span,
                        "Use it as an object, as a list by position, or as a list by one key.",
                        notes=[Note(other, "used differently here")],
                    )
                    break
            self._key_members(one)

    def _key_members(self, one: _Written) -> None:
        """A place must leave alone the member by which its item is named: `row[type=email].type`."""
        for segment, below in zip(one.place, (*one.place[1:], None), strict=True):
            if not isinstance(segment, Select):
                continue
            if below == Member(segment.key):
                self._findings.add(
                    "CM307",
                    f"`{segment.key}` of this item is `{segment.value}`: the path says so",
                    one.span,
                    "Choose another member of the item.",
                )
            if below is None and one.form in (NameIn, ItemIn):
                self._no_object(one.span)

    def _no_object(self, span: Span) -> None:
        message = "an item that its key names is an object, and something else would be written there"
        self._findings.add("CM506", message, span, "Name a member of the item.")


_APART: Final = "Choose members that are apart."
_WHAT: Final[dict[type[Clear], str]] = {Write: "clearing writes `{}`", ItemIn: "items are listed in `{}`"}


def _overwrites(one: _Written, other: _Written, is_later: bool) -> bool:
    """Would two clears destroy what the other writes? What is the same place counts once, at the first."""
    if one.place == other.place:
        alike = one.form is other.form and one.is_shared and same(one.value, other.value)
        return is_later and not alike
    return not one.is_open and other.place[: len(one.place)] == one.place


def _rule_at(body: TargetNode, place: TargetPath, *, alone: bool) -> Span | None:
    """The rule that fills a place of the body, or something around it; `alone`: or something in it."""
    node = body
    for segment in place:
        below = child_at(node, segment)
        if below is None:
            break
        node = below
    else:
        if isinstance(node, ObjectNode) and not alone:
            return None
        return node.span
    return node.span if isinstance(node, Leaf | Rider) else None


def _is_of(node: ObjectNode, place: TargetPath, body: TargetNode) -> bool:
    """Do only clears of what is in an object write at a place? They are not said where it is cleared."""
    inside = [clear for clear in clears(node) if place in clear.places and clear is not node.clear]
    return bool(inside) and len(inside) == sum(place in clear.places for clear in clears(body))


def _shape(segment: Segment) -> str:
    match segment:
        case Member():
            return "an object"
        case Index():
            return "a list by position"
        case Select(key):
            return f"a list by `{key}`"
    raise AssertionError("no target names an item by its value")
