"""`apply(customer, riders)`: the parts of a customer's request, written in the quick way."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.codegen import facts
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.codegen.objects import ObjectWriter
from custmap.codegen.places import Around
from custmap.expressions.python_names import Names
from custmap.model.checked import PARTS, Operation
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider
from custmap.model.walkers import children, leaves, options
from custmap.values.paths import Member, TargetPath, in_path_order, name_of


def write_request(writer: ObjectWriter, operation: Operation, lines: Lines) -> None:
    """All parts of the request."""
    body = operation.body
    for part in operation.parts.values():
        writer.places.must.update(_required_values(part))
    inside = Lines()
    if isinstance(body, ItemsNode):
        writer.items(body, "body", Around(), inside)
        _nothing_elsewhere(writer, inside)
    else:
        omitted = _write_object(writer, body, operation, inside)
        if operation.mask is not None:  # what is cleared elsewhere is named, too
            _nothing_elsewhere(writer, inside)
    parts = [_part(writer, root, part, inside) for part, root in operation.flat.items()]
    if isinstance(body, ObjectNode):
        _leave_riders(writer, body, operation, omitted, inside)
    if nameless := _nameless(writer):
        with inside.block(f"if {nameless}:"):
            inside.add(UNUSUAL)
    for local in (*writer.places.elsewhere.names.values(), writer.places.elsewhere.writes):
        if local:
            lines.add(f"{local} = []")
    lines.add(*(f"{local} = {{}}" for local in writer.places.elsewhere.marks.values()))
    if writer.places.takes_notes:
        lines.add("notes = ()")
    lines.add(f"body = {facts.empty(body)}")
    lines.extend(inside.all)
    lines.add(f"return body, {', '.join(parts)}, {'notes' if writer.places.takes_notes else '()'}")


def _write_object(writer: ObjectWriter, root: ObjectNode, operation: Operation, lines: Lines) -> str:
    """The members of a body, in the order of their names; gives the local that says that one was left out."""
    around = writer.inside(root, Around(), lines)
    for node in sorted(root.members, key=lambda member: member.name):
        if isinstance(node, Rider):
            writer.rider(node, "body", lines)
        else:
            writer.node(node, "body", around, lines)
    _write_elsewhere(writer, root, lines)
    writer.required(root, "body", lines, fill=True)
    if root.whole and (unstated := writer.absent(root)):
        with lines.block(f"if {unstated}:"):
            lines.add(UNUSUAL)
    for name, made in required_names(operation, writer.names):
        with lines.block(f"if {name!r} not in body:"):
            lines.add(made, "body = in_name_order(body)")
    return around.omitted


def required_names(operation: Operation, names: Names) -> Iterator[tuple[str, str]]:
    """The members that the contract requires for the names of what is cleared, and what writes none there."""
    required = facts.required(operation.body)
    for place, form in operation.name_places.items():
        if isinstance(place[0], Member) and place[0].name in required:
            empty = "[]" if form.container == "array" else "{}"
            yield place[0].name, f"put(body, {names.bind(place, 'at')}, {empty})"


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


def _leave_riders(
    writer: ObjectWriter, root: ObjectNode, operation: Operation, omitted: str, lines: Lines
) -> None:
    """Riders that nothing requires stay behind where there is nothing to say, not even by leaving it out."""
    required = facts.required(root)
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
    if omitted:
        test += f" and not {omitted}"
    for name in sorted(empty):
        test += f" and not body.get({name!r}) and {empty[name]} is not None"
    for part in PARTS:
        spoken = {leaf.name for leaf in leaves(operation.flat[part]) if not leaf.policy.identity}
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
            empty = "" if leaf.kind.is_one else f" or not {state}"
            empty += "" if leaf.policy.clear.says else f" or {state} is None"
            if silent := writer.silenced(leaf):
                empty += f" or {silent}"
            tests.append(f"({state} is ABSENT or {state} is SILENT{empty})")
    with lines.block(f"if {' and '.join(tests) or 'True'}:"):
        lines.add(UNUSUAL)


def _nothing_elsewhere(writer: ObjectWriter, lines: Lines) -> None:
    """What goes along in the items of a body that is a list is known elsewhere."""
    elsewhere = writer.places.elsewhere
    for local in (*elsewhere.names.values(), *elsewhere.marks.values(), elsewhere.writes):
        if local:
            with lines.block(f"if {local}:"):
                lines.add(UNUSUAL)


def _write_elsewhere(writer: ObjectWriter, root: ObjectNode, lines: Lines) -> None:
    objects = {Member(node.name) for node in root.members if isinstance(node, ObjectNode | ItemsNode)}
    last = max((node.name for node in root.members), default="")
    for place, local in _in_order(writer.places.elsewhere.names):
        with lines.block(f"if {local}:"):
            if place[0] in objects:  # what goes along in that object is known elsewhere
                lines.add(UNUSUAL)
                continue
            if len(place) == 1:
                lines.add(f"body[{name_of(place)!r}] = each_once({local})")
            else:
                lines.add(f"put(body, {writer.names.bind(place, 'at')}, each_once({local}))")
            if name_of(place[:1]) < last or len(writer.places.elsewhere.names) > 1:
                lines.add("body = in_name_order(body)")
    for place, local in _in_order(writer.places.elsewhere.marks):
        with lines.block(f"if {local}:"):
            if place[0] in objects:
                lines.add(UNUSUAL)
                continue
            made = f"dict(sorted({local}.items()))"
            lines.add(f"put(body, {writer.names.bind(place, 'at')}, {made}, update=True)")
            lines.add("body = in_name_order(body)")
    if local := writer.places.elsewhere.writes:
        with lines.block(f"for place, one in {local}:"):
            if objects:
                with lines.block(f"if place[0] in {writer.names.bind(frozenset(objects), 'objects')}:"):
                    lines.add(UNUSUAL)
            lines.add("put(body, place, fresh(one))")
        with lines.block(f"if {local}:"):
            lines.add("body = in_name_order(body)")


def _in_order(locals_: dict[TargetPath, str]) -> list[tuple[TargetPath, str]]:
    return sorted(locals_.items(), key=lambda one: in_path_order(one[0]))


def _required_values(root: Container) -> Iterator[int]:
    """The slots of required values, without which a request is unusual in any case."""
    required = facts.required(root)
    for member in children(root):
        is_value = isinstance(member, Leaf) and member.kind.is_one and not _may_be_silent(member)
        if is_value and (member.name in required) and not _says_by_null(member):  # type: ignore[arg-type]
            yield member.slot  # type: ignore[union-attr]


def _says_by_null(leaf: Leaf) -> bool:
    """May a null of a required value be sent?"""
    return leaf.policy.clear.at_place and not leaf.policy.identity


def _may_be_silent(leaf: Leaf) -> bool:
    return any(one.when is not None or one.unmapped == "skip" for one in (leaf.origin, *options(leaf.origin)))
