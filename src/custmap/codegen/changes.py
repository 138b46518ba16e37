"""`changes(before, after, view, always)`: what two rows of slots say, and the request's parts.

None where there is nothing to say, unless there is always a request. Each container has functions of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing, Container, Module, Writers
from custmap.codegen.lines import Lines
from custmap.codegen.list_changes import write_change_list, write_stand_list
from custmap.codegen.object_changes import write_change_object, write_says
from custmap.codegen.standing import write_along, write_complete, write_kept_row, write_stand_object
from custmap.model.checked import PARTS, Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, Table
from custmap.model.note import Fact
from custmap.model.walkers import leaves, outermost_whole, own_objects

_WRITERS: Final[Writers] = {
    ("change", ObjectNode): write_change_object,
    ("change", ItemsNode): write_change_list,
    ("stand", ObjectNode): write_stand_object,
    ("stand", ItemsNode): write_stand_list,
    ("along", ObjectNode): write_along,
    ("along", ItemsNode): write_along,
    ("complete", ObjectNode): write_complete,
    ("says", ObjectNode): write_says,
}


def compare_items(module: Module, table: Table) -> tuple[str, str]:
    """The functions that compare two items of a table, and that show one."""
    writer = Comparing(module, table, _WRITERS, item=True)
    return writer.function("change", table.root, full=True), writer.function("stand", table.root, full=True)


def compare_rows(module: Module, operation: Operation) -> Lines:
    """`changes`."""
    return _write_request(Comparing(module, operation.table, _WRITERS), operation)


def _write_request(writer: Comparing, operation: Operation) -> Lines:
    """`changes`: every part of the request."""
    lines = Lines()
    body = operation.table.root
    parts = {part: node for part in PARTS if any(leaves(node := operation.parts[part]))}
    roots = [
        ("path", operation.path),
        ("query", operation.query),
        ("headers", operation.headers),
        ("body", body),
    ]
    identities = tuple(leaf for _, root in roots for leaf in leaves(root) if leaf.policy.identity)
    required = any(leaf.policy.required for leaf in identities) or any(
        leaf.policy.identity for leaf in leaves(operation.path)
    )
    elsewhere = facts.writes_elsewhere(operation)
    with lines.block("def changes(before, after, view, always):"):
        if identities:
            named = writer.names.bind(identities, "identities")
            differ = " or ".join(f"({writer.differs(leaf)})" for leaf in identities)
            with lines.block(f"if ({differ}) and names_another({named}, before, after, view):"):
                lines.add("return None")
        lines.add("draft = view.draft", "said = False", "body = {}")
        lines.add(*(f"{part} = {{}}" for part in parts))
        for part, root in roots:
            writer.members(root, part, lines, full=False)
        if elsewhere:
            with lines.block("if draft.names or draft.marks or draft.writes:"):
                lines.add("said = True")
        with lines.block("if not said and not always:"):
            lines.add("return None")
        if identities:
            unless = f"{'not always and ' if required else ''}not is_value(after[{identities[0].slot}])"
            with lines.block(f"if {unless} and names_nobody({named}, before, after, view):"):
                lines.add("return None")
        for leaf in writer.table.slots:
            if isinstance(leaf, Leaf) and not leaf.policy.repeatable:
                with lines.block(f"if was_set(draft, {writer.names.bind(leaf.span, 'span')}):"):
                    lines.add(f"draft.notes.append({writer.note(leaf, Fact.NOT_REPEATABLE)})")
        if elsewhere:
            _elsewhere(writer, operation, lines)
        _complete_body(writer, body, operation, lines)
        for part, node in parts.items():
            _complete_part(writer, part, node, lines)
        _require(writer, body, lines)
        for container in outermost_whole(body):
            with lines.block(f"if {_in_body(writer, container)}.__class__ in (dict, list):"):
                writer.note_whole(container, lines)
        result = ", ".join(part if part in parts else "None" for part in PARTS)
        lines.add(f"return in_name_order(body), {result}")
    return lines


def _elsewhere(writer: Comparing, operation: Operation, lines: Lines) -> None:
    places = sorted({place for place in facts.clear_places(operation.table.root) if len(place) > 1})
    with lines.block("if draft.names or draft.marks or draft.writes:"):
        for place in places:
            _around_names(writer, operation.table.root, place, lines)
        lines.add("write_elsewhere(body, draft)")
        for place in places:
            way = tuple(_on_the_way(operation.table.root, place))
            may_be_kept = any(node.policy.immutable for node in way)
            with lines.block(f"if draft.wrote({place!r}):"):
                at = "body"
                if may_be_kept:
                    lines.add("stated = after")
                for node in way:
                    at += f"[{node.name!r}]"
                    if node.policy.immutable:
                        write_kept_row(writer, node, False, lines)
                    made = f"{at} = {writer.complete(node, at, full=False)}"
                    if node.clear is None or not node.clear.says:
                        lines.add(made)
                        continue
                    with lines.block(f"if not {writer.all_gone(node)}:"):
                        lines.add(made)
                    with lines.block("else:"):
                        writer.riders(facts.riders(node), at, lines)
                if may_be_kept:
                    lines.add("after = stated")


def _on_the_way(root: ObjectNode, place: tuple[str, ...]) -> Iterator[ObjectNode]:
    """The objects that rules fill around a place, until one that is sent whole anyway."""
    for name in place[:-1]:
        inner = next((one for one in root.members if one.name == name), None)
        if not isinstance(inner, ObjectNode) or inner.whole:
            return
        yield (root := inner)


def _around_names(writer: Comparing, root: ObjectNode, place: tuple[str, ...], lines: Lines) -> None:
    """An object that is sent for the names in it takes along what stands in it, if it is sent whole."""
    node = next((one for one in root.members if one.name == place[0]), None)
    if not isinstance(node, ObjectNode) or not (node.whole or node.policy.always):
        return
    at = f"body[{node.name!r}]"
    with lines.block(f"if draft.wrote({place!r}) and {node.name!r} not in body:"):
        lines.add(f"value = {writer.standing(node)}", f"{at} = value if value.__class__ is dict else {{}}")
        if facts.required(node):
            with lines.block(f"if not lacks_rejected({writer.rule(node)}, {at}, view):"):
                for member in node.members:
                    if isinstance(member, Leaf) and (empty := facts.empty_if_required(node, member)):
                        with lines.block(f"if not is_kept({writer.arguments(member)}):"):
                            lines.add(f"{at}.setdefault({member.name!r}, {empty})")
        writer.riders(facts.riders(node), at, lines)


def _complete_body(writer: Comparing, root: ObjectNode, operation: Operation, lines: Lines) -> None:
    """Riders, `send: always`, identities, and what the contract requires."""
    required = facts.required(root)
    for node in root.members:
        name = node.name
        wanted = name in required
        if isinstance(node, Rider):
            writer.riders([node], "body", lines, only="" if wanted else "said")
            continue
        if not wanted and not facts.goes_along(node):
            continue
        with lines.block(f"if {name!r} not in body:"):
            value = "value"
            if isinstance(node, Leaf) and node.policy.identity:
                lines.add(f"value = {writer.identity(node)}")
            elif empty := facts.empty_if_required(root, node):
                value = empty
            elif wanted:
                lines.add(f"value = {writer.standing(node)}")
            else:
                lines.add(f"value = {writer.along(node, full=False)}")
            if value != "value":
                lines.add(f"body[{name!r}] = {value}")
                continue
            with lines.block("if is_value(value):"):
                lines.add(f"body[{name!r}] = value")
    for place in operation.name_places:
        if place[0] in required:
            with lines.block(f"if {place[0]!r} not in body:"):
                lines.add(f"put(body, {place!r}, [])")


def _require(writer: Comparing, root: ObjectNode, lines: Lines) -> None:
    """What the contract requires is looked at when the body is there; not in what its own clear put there."""
    for node in own_objects(root):
        if not (needed := facts.required(node)):
            continue
        lines.add(f"part = {_in_body(writer, node)}")
        lacks = f"part.__class__ is dict and not {writer.names.bind(needed, 'required')} <= part.keys()"
        if node.clear is not None and node.clear.says:
            lacks += f" and not {writer.all_gone(node)}"
        with lines.block(f"if {lacks}:"):
            lines.add(f"require({writer.rule(node)}, part, after, draft)")


def _in_body(writer: Comparing, node: Container) -> str:
    """What the body has at the place of a container."""
    if not node.path:
        return "body"
    if len(node.path) == 1:
        return f"body.get({node.name!r})"
    return f"found_at(body, {writer.names.bind(node.path, 'place')})"


def _complete_part(writer: Comparing, part: str, root: ObjectNode, lines: Lines) -> None:
    """What is in every request, and what the contract requires; all of it in the order of the rules."""
    required = facts.required(root)
    for node in root.members:
        if not isinstance(node, Leaf):
            continue
        wanted = node.name in required or part == "path"
        if not (wanted or node.policy.identity or node.policy.always):
            continue
        with lines.block(f"if {node.name!r} not in {part}:"):
            if node.policy.identity:
                lines.add(f"value = {writer.identity(node)}")
            else:
                lines.add(f"value = {'standing' if wanted else 'along'}({writer.arguments(node)})")
            with lines.block("if is_value(value):"):
                lines.add(f"{part}[{node.name!r}] = value")
            if wanted:
                with lines.block("else:"):
                    lines.add(f"draft.missing.append(({writer.rule(node)}, after[{node.slot}]))")
    names = tuple(node.name for node in root.members if isinstance(node, Leaf))
    if len(names) > 1:
        lines.add(f"arranged({names!r}, {part})")
