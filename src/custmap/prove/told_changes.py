"""A list of changes, read by the declared vendor: each item as a place of the copy and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from custmap.model.changes import Changes
from custmap.model.clear import Clear, Operated
from custmap.model.item_ways import Way
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.template import Hole, Template
from custmap.prove.clearings import says_cleared
from custmap.prove.templates import Found, Text, read
from custmap.values.absent import ABSENT
from custmap.values.numbers import key_text
from custmap.values.paths import (
    Index,
    Member,
    PathError,
    Segment,
    Select,
    TargetPath,
    alone_at,
    parse_path,
)

SET: Final = "set"
CLEAR: Final = "clear"


@dataclass(frozen=True, slots=True)
class Told:
    """A change: of the node at `way`, or of the entry or item `key` of it. `value` of a set."""

    node: Leaf | ObjectNode | ItemsNode
    way: TargetPath
    action: str
    key: tuple[Segment, ...]
    value: Any
    fails: bool = False
    item_of_list: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    node: Leaf | ObjectNode | ItemsNode
    action: str
    template: Template
    fails: bool = False
    item_of_list: bool = False

    def is_of_another(self, name: Any) -> bool:
        """Does an item with this name say another rule's value?"""
        if self.action == SET:
            return self.node.says is not None and self.node.says.is_taken(key_text(name))
        clear = self.node.policy.clear if isinstance(self.node, Leaf) else None
        return isinstance(clear, Operated) and key_text(name) in clear.others


def listed(changes: Changes, body: Any) -> list[Any]:
    """The items of the list in a body."""
    for name in changes.into:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, list) else []


class Reader:
    """Reads items by the templates that the mapping declares."""

    def __init__(self, root: TargetNode, changes: Changes) -> None:
        self._changes = changes
        self._ways = tuple(_ways(root))

    def read(self, item: Any) -> Told | None:
        """What an item says; None if no template makes such an item."""
        return next((told for way in self._ways if (told := self._told(way, item)) is not None), None)

    def _told(self, way: _Way, item: Any) -> Told | None:
        found = read(way.template, item)
        if found is None:
            return None
        value = _of_one_kind(way.node, found.get(Hole.VALUE))
        if self._is_whole(way, found, value):
            return Told(way.node, way.node.path, CLEAR, (), None)
        if way.item_of_list:
            return Told(way.node, way.node.path, way.action, (), value, way.fails, True)
        key = self._key(way, found, value)
        return None if key is None else Told(way.node, way.node.path, way.action, key, value, way.fails)

    def _is_whole(self, way: _Way, found: Found, value: Any) -> bool:
        """Is a whole map, or list with a key, set to the value that clears it?"""
        node = way.node
        if way.item_of_list or not isinstance(node, Leaf) or not (node.kind.is_map or node.kind.has_items):
            return False
        clear = node.policy.clear.for_container({} if node.kind.is_map else [])
        if Hole.PATH in found:
            named = _parsed(found[Hole.PATH], self._changes.paths) or ()
            is_it = len(named) == len(node.path) and _begins(named, node.path)
        else:
            is_it = found.get(Hole.NAME) == node.name
        return way.action == SET and is_it and says_cleared(clear, value)

    def _key(self, way: _Way, found: Found, value: Any) -> tuple[Segment, ...] | None:
        """The entry or item that is meant; None if it is another place's item."""
        node = way.node
        is_map = isinstance(node, Leaf) and node.kind.is_map
        has_items = isinstance(node, Leaf) and node.kind.has_items
        if Hole.PATH in found:
            path = _parsed(found[Hole.PATH], self._changes.paths)
            if path is None or not _begins(path, node.path):
                return None
            rest = path[len(node.path) :]
            return rest if bool(rest) == (is_map or has_items) else None
        if Hole.NAME in found and not (is_map or has_items) and found[Hole.NAME] != node.name:
            return None
        if (is_map or has_items) and way.is_of_another(found.get(Hole.NAME)):
            return None
        if is_map:
            return (Member(str(found[Hole.NAME])),)
        if has_items:
            assert isinstance(node, Leaf)
            named = found.get(Hole.NAME)
            if way.action == SET and not isinstance(value, dict):
                return None
            if named is None and isinstance(value, dict):
                named = value.get(node.key or "")
            return (Select(node.key or "", named),) if named is not None else None
        return ()


def _of_one_kind(node: Leaf | ObjectNode | ItemsNode, value: Any) -> Any:
    """A value, or its text where one of the rule's templates has it in a text: so the copy has it, too."""
    says = node.says
    text = key_text(value) if says is not None and any(one.in_text for one in says.templates) else None
    return value if text is None else Text(text)


def _ways(node: TargetNode) -> Iterator[_Way]:
    """The templates of a tree, each with what it says."""
    match node:
        case Rider():
            return
        case Leaf():
            yield from _of(node, node.policy.clear)
            if node.ways is not None:
                yield from _of_items(node, CLEAR, node.ways.gone)
                yield from _of_items(node, SET, node.ways.added)
        case ObjectNode(members=members):
            yield from _of(node, node.clear)
            for member in members:
                yield from _ways(member)
        case ItemsNode(items=items):
            yield from _of(node, None)
            for _, item in items:
                yield from _ways(item)


def _of(node: Leaf | ObjectNode | ItemsNode, clear: Clear | None) -> Iterator[_Way]:
    if isinstance(clear, Operated):
        yield _Way(node, CLEAR, clear.template, clear.fails)
    if node.says is not None:
        yield _Way(node, SET, node.says.set)
        yield _Way(node, SET, node.says.add)


def _of_items(leaf: Leaf, action: str, way: Way | None) -> Iterator[_Way]:
    if isinstance(way, Template):
        yield _Way(leaf, action, way, item_of_list=True)


def _begins(path: TargetPath, with_: TargetPath) -> bool:
    return len(path) >= len(with_) and all(map(_same, path, with_))


def _same(one: Segment, other: Segment) -> bool:
    """A pointer does not tell a position from a name."""
    if isinstance(one, Member) and isinstance(other, Index):
        return one.name == str(other.position)
    if isinstance(one, Select) and isinstance(other, Select):
        return one.key == other.key and str(one.value) == str(other.value)
    return one == other


def _parsed(text: Any, style: str) -> TargetPath | None:
    if not isinstance(text, str):
        return None
    if style == "pointer":
        steps = text.split("/")[1:]
        return tuple(Member(step.replace("~1", "/").replace("~0", "~")) for step in steps)
    if style == "scim":
        return _scim(text)
    try:
        return parse_path(text)
    except PathError:
        return None


_STEP: Final = re.compile(r'([A-Za-z$][\w$-]*)(?:\[([\w$-]+) eq ("(?:[^"\\]|\\.)*"|[^\]]+)\])?\.?')


def _scim(text: str) -> TargetPath | None:
    path: list[Segment] = []
    if text.startswith("urn:"):
        urn, _, text = text.rpartition(":")
        path.append(Member(urn))
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        path.append(Member(found[1]))
        if found[2] is not None:
            quoted = found[3].startswith('"')
            value = found[3][1:-1].replace('\\"', '"').replace("\\\\", "\\") if quoted else found[3]
            path.append(Select(found[2], value))
        at = found.end()
    return tuple(path)


def placed(told: Told) -> Any:
    """The value of a set, as a body that is sent whole would have it: in its place, and nothing around it."""
    if isinstance(told.node, Leaf) and told.node.kind.has_items:
        return alone_at(told.way, [told.value])
    value = alone_at((*told.way, *told.key), told.value)
    return value if value is not ABSENT else None
