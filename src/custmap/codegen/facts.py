"""What the writer of comparisons asks about nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from custmap.expressions.function import FunctionSpec
from custmap.expressions.growing import may_grow
from custmap.model.checked import Operation
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import children, clears, expressions, leaves, own_objects, tables
from custmap.values.paths import Index, TargetPath
from custmap.values.types import Type


def makes_text(operation: Operation, functions: Mapping[str, FunctionSpec]) -> bool:
    """Is there a call that may make more text than the record has, so that a budget is needed?"""
    return may_grow((one.ast for one in expressions(operation)), functions)


def required(node: Container) -> frozenset[str]:
    return node.type.required if isinstance(node, ObjectNode) and node.type else frozenset()


def empty(node: Container) -> str:
    return "[]" if isinstance(node, ItemsNode) else "{}"


def empty_if_required(around: Container, node: TargetNode) -> str:
    """How a required map or list that has nothing to say is sent; "" for other nodes."""
    if not isinstance(node, Leaf) or node.name not in required(around):
        return ""
    if node.ways is not None and node.ways.is_elsewhere:
        return ""
    return "{}" if node.kind.is_map else "" if node.kind.is_one else "[]"


def riders(node: ObjectNode) -> list[Rider]:
    return [member for member in node.members if isinstance(member, Rider)]


def gaps(node: TargetNode, whole: bool = False) -> Iterator[tuple[TargetPath, Leaf | Container]]:
    """The items at positions of a list for which `{}` does not stand where a later one is said.

    What the contract does not allow to be `{}`; and values and containers that are replaced as one, but in
    what is sent `whole`, where they stand.
    """
    if isinstance(node, Leaf | Rider):
        return
    whole = whole or node.whole
    for segment, item in node.items if isinstance(node, ItemsNode) else ():
        if isinstance(item, Rider) or not isinstance(segment, Index):
            continue
        is_one = item.kind.is_one if isinstance(item, Leaf) else item.whole
        if refuses_gap(item) or (is_one and not whole):
            yield (*node.path, segment), item
    for one in children(node):
        yield from gaps(one, whole)


def refuses_gap(item: Leaf | Container) -> bool:
    """Does the contract not allow `{}` in an item's place?"""
    if isinstance(item, Leaf):
        return item.type is not None and "object" not in item.type.kinds
    return bool(required(item))


def values_in_gaps(node: ItemsNode) -> list[tuple[int, Leaf]]:
    """The items of a list by position, but for the last, for which `{}` cannot stand, with their number."""
    return [
        (at, item)
        for at, (segment, item) in enumerate(node.items[:-1])
        if isinstance(segment, Index) and isinstance(item, Leaf) and refuses_gap(item)
    ]


def is_identity(node: TargetNode) -> bool:
    return isinstance(node, Leaf) and node.policy.identity


def goes_along(node: TargetNode) -> bool:
    """Is there something below, an identity or `send: always`, that is in every update?"""
    if isinstance(node, ObjectNode) and node.policy.always:
        return True
    return any(leaf.policy.always or leaf.policy.identity for leaf in leaves(node))


def is_plain(leaf: Leaf) -> bool:
    """Is a new value just sent, without a look at policies?"""
    policy = leaf.policy
    held = policy.immutable or policy.identity or policy.transitions is not None
    return leaf.kind.is_one and not held


def clear_places(node: TargetNode) -> Iterable[TargetPath]:
    """The places where clearing may write, outside a target's own place."""
    return (place for clear in clears(node) for place in clear.places)


def writes_elsewhere(operation: Operation) -> bool:
    """May clearing write outside a target's own place?"""
    roots = [*operation.parts.values(), *(table.root for table in tables(operation))]
    return any(True for root in roots for _ in clear_places(root))


def mixed(operation: Operation) -> frozenset[int]:
    """The slots that may hold booleans and numbers, which Python's equality confuses."""
    return frozenset(slot.slot for slot in operation.table.slots if isinstance(slot, Leaf) and may_mix(slot))


def may_mix(leaf: Leaf) -> bool:
    """Can a value of this leaf be, or hold, a boolean where another holds a number?"""
    return not _is_unmixed(_inner(leaf.type))


def _inner(type_: Type | None) -> Type | None:
    if type_ is not None and type_.only("array"):
        return type_.items
    if type_ is not None and type_.only("object"):
        return None if type_.members else type_.extra
    return type_


def _is_unmixed(type_: Type | None) -> bool:
    return type_ is not None and (
        type_.only("string") or type_.only("boolean") or type_.only("integer", "number")
    )


def may_wait(node: ObjectNode | ItemsNode) -> bool:
    """Is it a container that is replaced whole, with something in it that must not be sent twice?"""
    return node.whole and any(not leaf.policy.repeatable or leaf.kind.only_new for leaf in leaves(node))


def is_masked_plainly(operation: Operation) -> bool:
    """Does a request that states values, and clears none, name exactly what stands in its body?

    Not what goes along with what is said, nor what is filled since the contract requires it.
    """
    mask, body = operation.mask, operation.body
    if mask is None or mask.query is None or not isinstance(body, ObjectNode):
        return mask is None
    below = [leaf for one in body.members if not isinstance(one, Leaf) for leaf in leaves(one)]
    if any(leaf.policy.identity for leaf in below) or any(
        empty_if_required(body, one) for one in body.members
    ):
        return False
    one_by_one = any(leaf.kind.is_map for leaf in leaves(body))
    return mask.is_cut or not (one_by_one or any(one.clear is not None for one in own_objects(body)))
