"""Walks over the model: one generator for each kind of node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from custmap.expressions.inference import SourcePath
from custmap.expressions.parse import Expression
from custmap.model.checked import Operation
from custmap.model.clear import Clear
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    Origin,
    Presence,
    Rider,
    RiderSource,
    Table,
    TargetNode,
)
from custmap.values.paths import Member, Segment


def children(node: TargetNode) -> tuple[TargetNode, ...]:
    """The members of an object, the items of a list whose items are named; nothing else has any."""
    match node:
        case ObjectNode(members=members):
            return members
        case ItemsNode(items=items):
            return tuple(item for _, item in items)
    return ()


def child_at(node: TargetNode, segment: Segment) -> TargetNode | None:
    """The node one step further, where rules fill anything there."""
    match node:
        case ObjectNode(members=members) if isinstance(segment, Member):
            return next((member for member in members if member.name == segment.name), None)
        case ItemsNode(items=items):
            return next((item for at, item in items if at == segment), None)
    return None


def nodes(node: TargetNode) -> Iterator[TargetNode]:
    """A node and all below it."""
    yield node
    yield from below(node)


def below(node: TargetNode) -> Iterator[TargetNode]:
    """All nodes below one, outer ones first, in slot order; not those in the items of lists."""
    waiting = [*reversed(children(node))]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed(children(one))


def leaves(node: TargetNode) -> Iterator[Leaf]:
    """Every leaf below a node, in slot order."""
    return (one for one in nodes(node) if isinstance(one, Leaf))


def identities(node: TargetNode) -> Iterator[Leaf]:
    """The leaves below a node that name the customer."""
    return (leaf for leaf in leaves(node) if leaf.policy.identity)


def reads_beside(slots: Iterable[Leaf | Presence]) -> Iterator[SourcePath]:
    """What rules of a request for an entry read of the customer beside it: paths in the customer."""
    for slot in slots:
        for read in (*slot.reads, *slot.asks):
            if read[:1] == ("customer",):
                yield read[1:]


def riders(node: TargetNode) -> Iterator[Rider]:
    """Every parameter and constant below a node."""
    return (one for one in nodes(node) if isinstance(one, Rider))


def clear_of(node: TargetNode) -> Clear | None:
    """The clear of a rule; an object has one if it states it."""
    if isinstance(node, Leaf):
        return node.policy.clear
    return node.clear if isinstance(node, ObjectNode) else None


def clears(node: TargetNode) -> Iterator[Clear]:
    """The clears of a node and of all below it, those of items too."""
    for one in nodes(node):
        if (clear := clear_of(one)) is not None:
            yield clear
        if isinstance(one, Leaf) and one.ways is not None:
            yield from one.ways.places


def outermost_whole(node: TargetNode) -> Iterator[ObjectNode | ItemsNode]:
    """The containers of a tree that are sent whole, without those inside another."""
    if isinstance(node, ObjectNode | ItemsNode) and node.whole:
        yield node
        return
    for one in children(node):
        yield from outermost_whole(one)


class Placed(Struct, frozen=True):
    """A leaf in its place. `item`: inside an item of a list; `parent`: the object that contains it."""

    leaf: Leaf
    parent: ObjectNode | None
    item: bool


def placed(operation: Operation) -> Iterator[Placed]:
    """The leaves of an operation: body, path, query, headers, and inside the items of its lists."""
    for root in (operation.body, operation.path, operation.query, operation.headers):
        yield from _below(root, None, False)


def _below(node: TargetNode, parent: ObjectNode | None, item: bool) -> Iterator[Placed]:
    match node:
        case Leaf():
            yield Placed(node, parent, item)
            for each in eaches(node.origin):
                yield from _below(each.table.root, None, True)
        case ObjectNode(members=members):
            for member in members:
                yield from _below(member, node, item)
        case ItemsNode(items=items):
            for _, one in items:
                yield from _below(one, parent, item)


def own_objects(node: TargetNode) -> Iterator[ObjectNode]:
    """The objects of a tree, outermost first, without those in the items of its lists."""
    return (one for one in nodes(node) if isinstance(one, ObjectNode))


def objects(node: TargetNode) -> Iterator[ObjectNode]:
    """The objects of a tree, those in the items of its lists included."""
    yield from own_objects(node)
    for leaf in leaves(node):
        for each in eaches(leaf.origin):
            yield from objects(each.table.root)


def tables(operation: Operation) -> Iterator[Table]:
    """The operation's table and those of its lists' items."""
    waiting = [operation.table]
    for table in waiting:
        yield table
        for slot in table.slots:
            waiting += [each.table for each in eaches(slot.origin)]


def presences(operation: Operation) -> Iterator[Presence]:
    """The source objects of `from` with `fields`."""
    for table in tables(operation):
        for slot in table.slots:
            if isinstance(slot, Presence):
                yield slot


def options(origin: Origin) -> Iterator[Origin]:
    """The origins that make a value: the options of `first`, or the origin itself."""
    if isinstance(origin.source, FirstSource):
        for option in origin.source.origins:
            yield from options(option)
    else:
        yield origin


def expressions(operation: Operation) -> Iterator[Expression]:
    """Every expression of the operation's rules and of those of its lists' items."""
    for table in tables(operation):
        for slot in table.slots:
            yield from expressions_of(slot.origin)


def expressions_of(origin: Origin) -> Iterator[Expression]:
    """Every expression of an origin: its condition, its source, and those of its options."""
    if origin.when is not None:
        yield origin.when
    match origin.source:
        case FirstSource(origins=inner):
            for option in inner:
                yield from expressions_of(option)
        case FromSource(expression=expression) | EachSource(expression=expression):
            yield expression


def eaches(origin: Origin) -> Iterator[EachSource]:
    """Those of the origins that are lists, with a table of rules for their items."""
    for option in options(origin):
        if isinstance(option.source, EachSource):
            yield option.source


def is_of_record(origin: Origin) -> bool:
    """Is a value made of the record alone, and of no parameter?"""
    if any(isinstance(option.source, RiderSource) for option in options(origin)):
        return False
    tables = [each.table for each in eaches(origin)]
    slots = (slot for table in tables for slot in table.slots)
    return not any(map(_has_riders, (table.root for table in tables))) and all(
        isinstance(slot, Presence) or is_of_record(slot.origin) for slot in slots
    )


def _has_riders(node: TargetNode) -> bool:
    return next(riders(node), None) is not None


def assumed_of_changes(operation: Operation) -> str | None:
    """What a list of changes takes for granted: the containers that its items are about."""
    if operation.changes is None:
        return None
    found = list(_containers(operation.body))
    named, cleared = (
        ", ".join(f"`{one.target}`" for one in some)
        for some in (found, [one for one in found if _is_cleared_as_one(one)])
    )
    again = f", and has it again after it was cleared: {cleared}" if cleared else ""
    return f"The vendor has every container of the mapping: {named}{again}" if named else None


def _is_cleared_as_one(node: TargetNode) -> bool:
    if isinstance(node, Leaf):
        return node.clears_as_one
    return isinstance(node, ObjectNode) and node.clear is not None and node.clear.says


def _containers(node: TargetNode) -> Iterator[TargetNode]:
    for one in children(node):
        if isinstance(one, Leaf):
            is_inside = one.kind.is_map and one.says is not None
        else:
            is_inside = any(leaf.says is not None for leaf in leaves(one))
        if is_inside:
            yield one
            yield from _containers(one)
