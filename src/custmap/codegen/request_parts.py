"""`apply(customer, riders)`: the parts of a customer's request, written in the quick way."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.codegen.lines import UNUSUAL, Lines
from custmap.codegen.objects import ObjectWriter
from custmap.codegen.places import Around
from custmap.model.checked import PARTS, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider
from custmap.model.walkers import leaves, options


def write_request(writer: ObjectWriter, operation: Operation, lines: Lines) -> None:
    """All parts of the request; the members of the body in the order of their names."""
    root = operation.table.root
    for part in operation.parts.values():
        writer.places.must.update(_required_values(part))
    inside = Lines()
    for node in sorted(root.members, key=lambda member: member.name):
        if isinstance(node, Rider):
            writer.rider(node, "body", inside)
        else:
            writer.node(node, "body", Around(), inside)
    _write_elsewhere(writer, root, inside)
    writer.required(root, "body", inside, fill=True)
    for place in operation.name_places:
        if root.type is not None and place[0] in root.type.required:
            with inside.block(f"if {place[0]!r} not in body:"):
                inside.add(f"put(body, {place!r}, [])", "body = in_name_order(body)")
    parts = [_part(writer, operation.parts[part], part, inside) for part in PARTS]
    _leave_riders(writer, operation, inside)
    if nameless := _nameless(writer):
        with inside.block(f"if {nameless}:"):
            inside.add(UNUSUAL)
    for local in (*writer.places.elsewhere.names.values(), writer.places.elsewhere.writes):
        if local:
            lines.add(f"{local} = []")
    lines.add(*(f"{local} = {{}}" for local in writer.places.elsewhere.marks.values()))
    if writer.places.takes_notes:
        lines.add("notes = ()")
    lines.add("body = {}")
    lines.extend(inside.all)
    lines.add(f"return body, {', '.join(parts)}, {'notes' if writer.places.takes_notes else '()'}")


def _part(writer: ObjectWriter, root: ObjectNode, name: str, lines: Lines) -> str:
    """Path, query or headers; None when no rule of it reads the customer."""
    found = list(leaves(root))
    if not found:
        return "None"
    lines.add(f"{name} = {{}}")
    for leaf in found:
        writer.leaf(leaf, name, Around(), lines)
    writer.required(root, name, lines)
    return name


def _nameless(writer: ObjectWriter) -> str:
    """The condition that no identity has a value; empty where there is no identity."""
    identities = [slot for slot in writer.table.slots if isinstance(slot, Leaf) and slot.policy.identity]
    if any(leaf.slot in writer.places.must for leaf in identities):
        return ""
    return " and ".join(f"not is_value({writer.states[leaf.slot]})" for leaf in identities)


def _leave_riders(writer: ObjectWriter, operation: Operation, lines: Lines) -> None:
    """Riders that nothing requires stay behind where there is nothing to say."""
    root = operation.table.root
    required = root.type.required if root.type else frozenset()
    optional = sorted(node.name for node in root.members if isinstance(node, Rider) and not node.required)
    if not optional:
        return
    along = {
        node.name
        for node in root.members
        if isinstance(node, Rider) or (isinstance(node, Leaf) and node.policy.identity)
    }
    empty = {
        node.name: writer.states[node.slot]
        for node in root.members
        if isinstance(node, Leaf) and node.name in required and not node.kind.is_one
    }
    _unless_identity_alone(writer, root, lines)
    test = f"body.keys() <= {writer.names.bind(frozenset(along | empty.keys()), 'along')}"
    for name in sorted(empty):
        test += f" and not body.get({name!r}) and {empty[name]} is not None"
    for part in PARTS:
        spoken = {leaf.name for leaf in leaves(operation.parts[part]) if not leaf.policy.identity}
        if spoken:
            test += f" and {part}.keys().isdisjoint({writer.names.bind(frozenset(spoken), 'spoken')})"
    with lines.block(f"if len(body) <= {len(along | empty.keys())} and {test}:"):
        for name in optional:
            lines.add(f"body.pop({name!r}, None)")


def _unless_identity_alone(writer: ObjectWriter, root: ObjectNode, lines: Lines) -> None:
    """An identity below an object says nothing: whether anything does is then known elsewhere."""
    own = {id(node) for node in root.members}
    body = list(leaves(root))
    if not any(leaf.policy.identity and id(leaf) not in own for leaf in body):
        return
    tests: list[str] = []
    for leaf in body:
        if not leaf.policy.identity:
            state = writer.states[leaf.slot]
            empty = f" or not {state}" if leaf.kind.is_map or leaf.kind.has_items else ""
            empty += "" if leaf.policy.clear.says else f" or {state} is None"
            if silent := writer.silenced(leaf):
                empty += f" or {silent}"
            tests.append(f"({state} is ABSENT or {state} is SILENT{empty})")
    with lines.block(f"if {' and '.join(tests) or 'True'}:"):
        lines.add(UNUSUAL)


def _write_elsewhere(writer: ObjectWriter, root: ObjectNode, lines: Lines) -> None:
    objects = {node.name for node in root.members if isinstance(node, ObjectNode | ItemsNode)}
    last = max((node.name for node in root.members), default="")
    for place, local in sorted(writer.places.elsewhere.names.items()):
        with lines.block(f"if {local}:"):
            if place[0] in objects:  # what goes along in that object is known elsewhere
                lines.add(UNUSUAL)
                continue
            if len(place) == 1:
                lines.add(f"body[{place[0]!r}] = sorted(set({local}))")
            else:
                lines.add(f"put(body, {place!r}, sorted(set({local})))")
            if place[0] < last or len(writer.places.elsewhere.names) > 1:
                lines.add("body = in_name_order(body)")
    for place, local in sorted(writer.places.elsewhere.marks.items()):
        with lines.block(f"if {local}:"):
            if place[0] in objects:
                lines.add(UNUSUAL)
                continue
            lines.add(f"put(body, {place!r}, dict(sorted({local}.items())), update=True)")
            lines.add("body = in_name_order(body)")
    if local := writer.places.elsewhere.writes:
        with lines.block(f"for place, one in {local}:"):
            if objects:
                with lines.block(f"if place[0] in {writer.names.bind(frozenset(objects), 'objects')}:"):
                    lines.add(UNUSUAL)
            lines.add("put(body, place, fresh(one))")
        with lines.block(f"if {local}:"):
            lines.add("body = in_name_order(body)")


def _required_values(root: ObjectNode) -> Iterator[int]:
    """The slots of required values, without which a request is unusual in any case."""
    required = root.type.required if root.type else frozenset()
    for member in root.members:
        is_value = isinstance(member, Leaf) and member.kind.is_one and not _may_be_silent(member)
        if is_value and (member.name in required) and not _says_by_null(member):  # type: ignore[arg-type]
            yield member.slot  # type: ignore[union-attr]


def _says_by_null(leaf: Leaf) -> bool:
    """May a null of a required value be sent?"""
    return leaf.policy.clear.at_place and not leaf.policy.identity


def _may_be_silent(leaf: Leaf) -> bool:
    return any(one.when is not None or one.unmapped == "skip" for one in (leaf.origin, *options(leaf.origin)))
