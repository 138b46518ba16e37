"""From the targets of a plan, and from a vendor's words, back to the rules and what they read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import eq
from typing import Any, NamedTuple

from custmap.back.field_names import Tracer
from custmap.back.outcome import Message
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.clear import Write
from custmap.model.nodes import Leaf, TargetNode
from custmap.model.walkers import below, clear_of, eaches, leaves, nodes
from custmap.plan.named_parts import has_free_keys, key_member
from custmap.plan.open_paths import OpenPath, names_of, open_path, steps_of
from custmap.plan.unsettled import Readers
from custmap.running.draft import read
from custmap.settle.sent import Told
from custmap.values.absent import ABSENT
from custmap.values.numbers import key_text
from custmap.values.paths import (
    Index,
    Member,
    PathError,
    Select,
    TargetPath,
    Value,
    format_path,
    found_at,
    parse_path,
)

Record = dict[str, Any]


class Place(NamedTuple):
    """The rules behind a target, and the entry or item that it means: the segments below the rule's own."""

    leaves: tuple[Leaf, ...]
    below: TargetPath = ()

    @property
    def is_identity(self) -> bool:
        return all(leaf.policy.identity for leaf in self.leaves)


class Night(NamedTuple):
    """The two records of a night; `open`: what was open before it."""

    before: Record
    after: Record
    open: Sequence[OpenPath]


class _Rule(NamedTuple):
    path: TargetPath
    node: TargetNode


class Traces:
    """Finds what the targets of one operation are about."""

    def __init__(self, checked: Checked, readers: Readers, inner: Sequence[Checked] = ()) -> None:
        """`inner`: the mappings of the calls for each entry of what its one rule makes."""
        self._readers = readers
        self._tracer = Tracer(checked.operation)
        self._fields_of_a_record = checked.canonical.type.members
        self.is_whole = bool(inner)
        self._by_place: dict[tuple[int, int], list[_Rule]] = {}
        self._by_target: dict[str, Leaf] = {}
        for root in checked.operation.parts.values():
            for node in nodes(root) if root.whole else below(root):
                if isinstance(node, Leaf):
                    self._by_target[node.target] = node
                for line, column in _places(node):
                    for place in ((line, column), (line, 0)):
                        self._by_place.setdefault(place, []).extend(_rules(node))
        self._leaves = {id(leaf) for leaf in self._by_target.values()}
        rules = [rule for found in self._by_place.values() for rule in found]
        for call in inner:
            for root in call.operation.parts.values():
                for node in below(root):
                    for line, column in _places(node):
                        self._by_place.setdefault((line, column), rules)
                        self._by_place.setdefault((line, 0), rules)

    def has(self, place: Place) -> bool:
        """Is it a place of this operation?"""
        return any(id(leaf) in self._leaves for leaf in place.leaves)

    def place(self, told: Told) -> Place | None:
        """The place of a change or a rejection; None if the mapping has no rule in its line."""
        rules = self._by_place.get((told.line, told.column))
        if not rules:
            return None
        path = _parsed(told.target)
        inside = [rule for rule in rules if path[: len(rule.path)] == rule.path]
        if not inside:
            return None
        best = max(inside, key=lambda rule: len(rule.path))
        below = path[len(best.path) :]
        if isinstance(best.node, Leaf) and best.node.kind.one_by_one:
            below = tuple(Value(one.position) if isinstance(one, Index) else one for one in below)
        return Place(tuple(leaves(best.node)), below)

    def word(self, message: Message, body: Any) -> Place | None:
        """The place of what a vendor names; None if it names no field of the customer.

        `body` is what was sent: it says which item a position means.
        """
        traced = None if message.vendor_field is None else self._tracer.trace(message.vendor_field)
        if traced is None or traced.field is None:
            return None
        leaf = self._by_target.get(traced.target or "")
        if leaf is None:  # an object around several rules
            return Place(tuple(one for one in self._by_target.values() if _is_in(one, traced.field)))
        below = traced.below
        if leaf.kind.is_map and below:
            keys = _meant(below, found_at(body, leaf.path))
            if len(keys) > 1:
                return None
            if keys and below[0] != Member(keys[0]):
                below = (Member(keys[0]),)
        if leaf.kind.has_items and below and isinstance(below[0], Index):
            item = found_at(body, (*leaf.path, below[0]))
            key = item.get(leaf.key) if type(item) is dict else None
            below = (Select(leaf.key or "", key), *below[1:]) if isinstance(key, str | int | float) else ()
        return Place((leaf,), below)

    def paths(self, place: Place, night: Night, *, fully: bool = False) -> Iterator[OpenPath]:
        """The canonical paths that the rules of a place read; of a map or a list only what it is about.

        `fully`: what is read in place of a part that is not stated, too.
        """
        for leaf in place.leaves:
            reads = leaf.reads if fully else self._readers.reads.get(leaf.slot, ())
            paths = list(dict.fromkeys(map(steps_of, reads)))
            own = {path: list(self._own(leaf, path, place.below, night)) for path in paths if path}
            told = any(own.values())
            for path in paths:
                if not path:  # the whole record; of an empty one, whatever it could have
                    fields = night.before | night.after or self._fields_of_a_record
                    yield from (open_path(_text((name,))) for name in sorted(fields))
                elif own[path]:
                    yield from own[path]
                elif told and self._is_silent(path, night):
                    names = tuple(one.name for one in place.below if isinstance(one, Member))
                    yield open_path(_text((*path, *names)))
                elif not (told and self._has_own(leaf, path, night)):
                    yield open_path(_text(path))

    def _is_silent(self, path: SourcePath, night: Night) -> bool:
        """Is it a free map that neither record mentions? At most the entry in question may be in it."""
        held = (read(record, path) for record in (night.before, night.after))
        return self._readers.is_free(path) and all(one is ABSENT for one in held)

    def identities(self) -> Iterator[OpenPath]:
        """The canonical paths that name the customer."""
        for leaf in self._by_target.values():
            if leaf.policy.identity:
                yield from (open_path(_text(path)) for path in map(names_of, leaf.reads) if path)

    def _own(self, leaf: Leaf, source: SourcePath, below: TargetPath, night: Night) -> Iterator[OpenPath]:
        """The entry or item of one of a rule's sources that a target is about, where it can be told."""
        held = [read(record, source) for record in (night.before, night.after)]
        if leaf.kind.is_map and below and isinstance(below[0], Member):
            names = tuple(one.name for one in below if isinstance(one, Member))
            entry = (*source, names[0])
            known = any(type(one) is dict and names[0] in one for one in held)
            named = known or any(one.is_in(entry) for one in night.open)
            if named and has_free_keys(leaf):
                yield open_path(_text((*source, *names)))
            elif fields := list(self._fields(leaf, source, names, held)):
                yield from fields
            elif named:
                yield open_path(_text((*source, *names)))
        elif below and isinstance(below[0], Select if leaf.kind.has_items else Value):
            yield from self._items(leaf, names_of(source), key_text(below[0].value), night)

    def _fields(
        self, leaf: Leaf, path: SourcePath, entry: tuple[str, ...], held: Sequence[Any]
    ) -> Iterator[OpenPath]:
        """The fields at a path, or in what is there, of which alone a rule makes an entry."""
        below = dict.fromkeys(name for one in held if type(one) is dict for name in one)
        for name in () if has_free_keys(leaf) else below:
            yield from self._fields(leaf, (*path, name), entry, [read(one, (name,)) for one in held])
        made = [] if below else self._readers.named.made_of(leaf, path)
        if any(all(map(eq, entry, names)) for names in made):
            yield open_path(_text(path))

    def _has_own(self, leaf: Leaf, path: SourcePath, night: Night) -> bool:
        """Does a map or list have other entries or items of its own from a path than those in question?"""
        kinds = (dict,) if leaf.kind.is_map else (dict, list)
        held = (read(record, path) for record in (night.before, night.after))
        return any(type(one) in kinds for one in held) or bool(self._readers.named.made_of(leaf, path))

    def _items(
        self, leaf: Leaf, source: tuple[str, ...], wanted: str | None, night: Night
    ) -> Iterator[OpenPath]:
        """The items of a source from which a rule makes the item with a key: of a map, the entries."""
        member = key_member(leaf)
        found: dict[str, None] = {}
        for one in (read(record, source) for record in (night.before, night.after)):
            if type(one) is dict:
                found |= {
                    _text((*source, name)): None
                    for name, entry in one.items()
                    if self._makes(leaf, source, {name: entry}, wanted)
                }
            elif type(one) is list:
                for item in one:
                    named = _named(item, member)
                    if named is not None and self._makes(leaf, source, [item], wanted):
                        found[_text(source, named)] = None
        for path in night.open:
            if path.names[: len(source)] != source:
                continue
            keys = self._readers.named.items(leaf, path, ())
            if wanted in map(key_text, keys.values()):
                found[path.text] = None
        yield from map(open_path, found)

    def _makes(self, leaf: Leaf, source: tuple[str, ...], held: Any, wanted: str | None) -> bool:
        return wanted in map(key_text, self._readers.named.keys(leaf, source, held).values())


def _meant(below: TargetPath, sent: Any) -> list[str]:
    """The keys of what was sent that a vendor's name may mean: they may have dots themselves."""
    name = ".".join(one.name for one in below if isinstance(one, Member))
    entries = sent.items() if type(sent) is dict else ()
    return [
        key
        for key, value in entries
        if name == key or (type(value) in (dict, list) and name.startswith(f"{key}."))
    ]


def _named(item: Any, member: str | None) -> Select | Value | None:
    """How a canonical path names an item of a list: by the key that is its member, or by itself."""
    if type(item) is not dict:
        return None if key_text(item) is None else Value(item)
    key = None if member is None else key_text(item.get(member))
    return None if key is None or member is None else Select(member, key)


def _rules(node: TargetNode) -> Iterator[_Rule]:
    """A rule at its target, and where its clear writes: there a plan shows it."""
    yield _Rule(_parsed(node.target), node)
    clear = clear_of(node)
    if isinstance(clear, Write):
        yield _Rule(_parsed(format_path(clear.places[0])), node)


def _places(node: TargetNode) -> set[tuple[int, int]]:
    """The line and column of a rule, and those of the rules of its items."""
    found = {(node.span.line, node.span.column)}
    if isinstance(node, Leaf):
        for each in eaches(node.origin):
            for inner in below(each.table.item):
                found |= _places(inner)
    return found


def _is_in(leaf: Leaf, field: str) -> bool:
    return leaf.source is not None and f"{leaf.source}.".startswith(f"{field}.")


def _text(steps: SourcePath, item: Select | Value | None = None) -> str:
    segments = [Member(step) if isinstance(step, str) else Index(step) for step in steps]
    return format_path((*segments, *([item] if item else ())))


def _parsed(target: str) -> TargetPath:
    if not target:
        return ()  # the body as a whole
    try:
        return parse_path(target, values=True)
    except PathError:
        return (Member(target),)
