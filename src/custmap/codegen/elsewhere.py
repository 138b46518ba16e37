"""What clearing writes at other places of the body, and what goes along in the containers around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing
from custmap.codegen.lines import Lines
from custmap.codegen.standing import write_kept_row
from custmap.model.checked import Operation
from custmap.model.clear import KeyIn
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider
from custmap.model.walkers import child_at, clears, tables
from custmap.values.paths import Member, TargetPath, in_path_order


def write_elsewhere(writer: Comparing, operation: Operation, lines: Lines) -> None:
    """What was said elsewhere is written, and what goes along where a container is sent for it alone."""
    ways = _ways(operation) if operation.changes is None else {}  # there the rules fill a copy
    with lines.block("if draft.names or draft.marks or draft.writes:"):
        for place, way in ways.items():
            with lines.block(f"if draft.wrote({writer.names.bind(place, 'at')}):"):
                may_be_kept = any(_is_immutable(node) for node, _ in way)
                if may_be_kept:
                    lines.add("stated = after")
                for node, full in way:
                    _enter(writer, node, full, lines)
                if may_be_kept:
                    lines.add("after = stated")
        lines.add("write_elsewhere(body, draft)")


def _ways(operation: Operation) -> dict[TargetPath, list[tuple[Container, bool]]]:
    """The places in containers that rules fill, with those, outermost first; is each sent whole?"""
    ways: dict[TargetPath, list[tuple[Container, bool]]] = {}
    roots = [table.root for table in tables(operation)]
    for clear in (clear for root in roots for clear in clears(root)):
        for place in clear.places:
            # Names that are marks are members of the object at the place.
            holder = place if isinstance(clear, KeyIn) else place[:-1]
            if way := list(_containers(operation.body, holder)):
                ways[place] = way
    return dict(sorted(ways.items(), key=lambda one: in_path_order(one[0])))


def _containers(root: Container, holder: TargetPath) -> Iterator[tuple[Container, bool]]:
    node, full = root, root.whole
    for segment in holder:
        inner = child_at(node, segment)
        if not isinstance(inner, ObjectNode | ItemsNode):
            return
        node, full = inner, full or inner.whole
        yield node, full


def _is_immutable(node: Container) -> bool:
    return isinstance(node, ObjectNode) and node.policy.immutable


def _enter(writer: Comparing, node: Container, full: bool, lines: Lines) -> None:
    """A container that is sent for what clearing writes in it alone."""
    with lines.block(f"if {in_body(writer, node)} in (ABSENT, None, {{}}, []):"):
        if isinstance(node, ItemsNode):
            write_list_alone(writer, node, full, lines)
        else:
            _enter_object(writer, node, full, lines)
        lines.add(f"put(body, {writer.names.bind(node.path, 'at')}, value)")


def _enter_object(writer: Comparing, node: ObjectNode, full: bool, lines: Lines) -> None:
    if node.policy.immutable:
        write_kept_row(writer, node, full, lines)
    stays = Lines()
    if full or node.policy.always:
        stays.add(f"value = {writer.standing(node)}")
        with stays.block("if value.__class__ is not dict:"):
            stays.add("value = {}")
        _required_empties(writer, node, stays)
        writer.riders(facts.riders(node), "value", stays)
    if not full:
        made = "value" if node.policy.always else "{}"
        stays.add(f"value = {writer.complete(node, made, full=False)}")
    if node.clear is None or not node.clear.says:
        lines.extend(stays.all)
        return
    with lines.block(f"if {writer.all_gone(node)} or is_cleared({writer.read_by(node)}, after):"):
        lines.add("value = {}")
        writer.riders(facts.riders(node), "value", lines)
    with lines.block("else:"):
        lines.extend(stays.all)


def _required_empties(writer: Comparing, node: ObjectNode, lines: Lines) -> None:
    """Maps and lists that the contract requires, and that have nothing to say."""
    empties = [(one, empty) for one in node.members if (empty := facts.empty_if_required(node, one))]
    if not empties:
        return
    for member, empty in empties:
        assert isinstance(member, Leaf)
        with lines.block(f"if not is_kept({writer.arguments(member)}):"):
            lines.add(f"value.setdefault({member.name!r}, {empty})")


def write_list_alone(writer: Comparing, node: ItemsNode, full: bool, lines: Lines) -> None:
    """A list that is sent for something else than a change of its items: what goes along, in `value`."""
    made: list[tuple[Any, str]] = []
    for segment, item in node.items:
        if isinstance(item, Rider):
            made.append((segment, f"view.riders[{item.index}]"))
        elif not full and facts.goes_along(item):
            made.append((segment, writer.names.fresh("item")))
            lines.add(f"{made[-1][1]} = {writer.along(item, full=False)}")
    if full:
        lines.add(f"value = {writer.standing(node)}")
        with lines.block("if value.__class__ is not list:"):
            lines.add(f"value = {writer.placed(made)}" if made else "value = []")
    else:
        lines.add(f"value = {writer.placed(made)}" if made else "value = []")


def in_body(writer: Comparing, node: Container) -> str:
    """What the body has at the place of a container."""
    if not node.path:
        return "body"
    if len(node.path) == 1 and isinstance(node.path[0], Member):
        return f"body.get({node.name!r})"
    return f"found_at(body, {writer.names.bind(node.path, 'place')})"
