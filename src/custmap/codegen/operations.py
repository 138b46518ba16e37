"""A list of changes: the items that say what was found, and the body around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from custmap.codegen.comparing import Comparing
from custmap.codegen.lines import Lines
from custmap.codegen.templates import Holes, made
from custmap.diagnostics.span import Span
from custmap.expressions.python_names import Names
from custmap.model.changes import Changes, Says
from custmap.model.checked import Operation
from custmap.model.clear import Operated, Send
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.template import Hole, Template
from custmap.model.walkers import children, clears, leaves
from custmap.values.path_styles import path_text
from custmap.values.paths import Member

Again: TypeAlias = Leaf | Container
_HOLES: Holes = {Hole.VALUE: "value", Hole.PATH: "path", Hole.NAME: "name"}


def texts_of(operation: Operation, changes: Changes) -> dict[int, str | None]:
    """The paths of the rules of maps, by their slots."""
    maps = (leaf for leaf in leaves(operation.body) if leaf.kind.is_map and leaf.says is not None)
    return {leaf.slot: path_text(leaf.path, changes.paths) for leaf in maps}


def write_writers(names: Names, operation: Operation) -> tuple[str, Lines]:
    """The functions that write items whose places only a record knows, or that clear, by number."""
    lines = Lines()
    rows: list[str] = []
    for number, template in sorted(_templates(operation.body)):
        name = names.declare(f"write_{number}")
        with lines.block(f"def {name}(value, name, path, riders):"):
            lines.add(f"return {made(template.tree, _HOLES, 'riders')}")
        lines.add("", "")
        rows.append(f"{number}: {name}")
    table = names.declare("writers")
    lines.add(f"{table} = {{{', '.join(rows)}}}")
    return table, lines


def _templates(node: TargetNode) -> set[tuple[int, Template]]:
    found = {
        (one.number, one) for clear in clears(node) if isinstance(clear, Operated) for one in [clear.template]
    }
    for leaf in leaves(node):
        if leaf.says is not None and not leaf.kind.is_one:
            found |= {(one.number, one) for one in (leaf.says.set, leaf.says.add)}
    return found


def write_said(writer: Comparing, node: TargetNode, changes: Changes, lines: Lines) -> None:
    """The item for a node whose new value is in the local `value`."""
    says = getattr(node, "says", None)
    if says is None or (isinstance(node, Leaf) and not node.kind.is_one):
        lines.add("pass")  # it is said by what is in it
        return
    with lines.block("if value is not NOTHING:"):
        set_ = _append("sets", says.set, node, changes)
        if says.add is says.set:
            lines.add(set_)
        else:
            with lines.block(f"if view.known and {_is_new(writer, node)}:"):
                lines.add(_append("adds", says.add, node, changes))
            with lines.block("else:"):
                lines.add(set_)
        if isinstance(node, ObjectNode | ItemsNode) and node.whole:
            writer.note_whole(node, lines)


def _append(told: str, template: Template, node: TargetNode, changes: Changes) -> str:
    path, name = path_text(node.path, changes.paths), node.name
    holes = {Hole.VALUE: "value", Hole.PATH: repr(path), Hole.NAME: repr(name)}
    return f"view.draft.{told}.append(({node.target!r}, {made(template.tree, holes, 'view.riders')}))"


def _is_new(writer: Comparing, node: TargetNode) -> str:
    if isinstance(node, Leaf):
        return f"is_new({writer.rule(node)}, before[{node.slot}], view)"
    below = writer.names.bind(tuple(leaves(node)), f"below_{node.name}")
    whole = writer.function("change", node, full=True)  # a null may stand in it, too
    sends = isinstance(node, ObjectNode) and isinstance(node.clear, Send)
    return (
        f"all_new({below}, before, view, {sends}) and standing_of({whole}, before, before, view) is NOTHING"
    )


def write_always(writer: Comparing, root: Container, changes: Changes, lines: Lines) -> None:
    """What is in every update, unless it is said already."""
    for node, says, around in _always(root, frozenset()):
        if around:
            cleared = writer.names.bind(around, f"around_{node.name}")
            with lines.block(f"if not is_cleared_around(draft, {cleared}):"):
                _write_again(writer, node, says, changes, lines)
        else:
            _write_again(writer, node, says, changes, lines)


def _write_again(writer: Comparing, node: Again, says: Says, changes: Changes, lines: Lines) -> None:
    if isinstance(node, Leaf):
        lines.add(f"value = along({writer.arguments(node)})")
        if not node.kind.is_one:
            lines.add(f"say_again({writer.rule(node)}, value, view)")
            return
    else:
        change = writer.function("change", node, full=False)
        whole = writer.function("change", node, full=True)
        lines.add(f"value = unless_said({change}, {whole}, before, after, view)")
    with lines.block(f"if value is not NOTHING and not is_told(draft, {node.target!r}):"):
        lines.add(_append("sets", says.set, node, changes))


def _always(node: TargetNode, around: frozenset[Span]) -> Iterator[tuple[Again, Says, frozenset[Span]]]:
    """What is in every update, and the objects around it that have a clear of their own."""
    if isinstance(node, Rider):
        return
    if node.says is not None and node.says.always and (isinstance(node, Leaf) or node.whole):
        yield node, node.says, around
        return
    if isinstance(node, ObjectNode) and node.clear is not None:
        around |= {node.span}
    for one in children(node):
        yield from _always(one, around)


def write_body(writer: Comparing, changes: Changes, lines: Lines) -> None:
    """The list, in its place of the body."""
    lines.add("items = operations(draft)")
    if not changes.into:
        lines.add("body = items")
        return
    place = tuple(map(Member, changes.into))
    single = f"body[{changes.into[0]!r}] = items"
    put = single if len(place) == 1 else f"put(body, {writer.names.bind(place, 'at')}, items)"
    if changes.required:
        lines.add(put)
        return
    with lines.block("if items:"):
        lines.add(put)
