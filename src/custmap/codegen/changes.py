"""`changes(before, after, view, always)`: what two rows of slots say, and the request's parts.

None where there is nothing to say, unless there is always a request. Each container has functions of its own.
"""

from __future__ import annotations

from typing import Final

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing, Module, Writers
from custmap.codegen.elsewhere import in_body, write_elsewhere, write_list_alone
from custmap.codegen.lines import Lines
from custmap.codegen.list_changes import write_change_list, write_stand_list
from custmap.codegen.object_changes import write_change_object, write_change_record, write_says
from custmap.codegen.operations import texts_of, write_always, write_body, write_said, write_writers
from custmap.codegen.request_parts import required_names
from custmap.codegen.standing import write_along, write_complete, write_stand_object
from custmap.model.checked import PARTS, Operation
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import identities, leaves, outermost_whole, own_objects
from custmap.values.paths import Index, TargetPath

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
    changes = operation.changes
    if changes is None:
        return _write_request(Comparing(module, operation.table, _WRITERS), operation)

    def said(writer: Comparing, node: TargetNode, lines: Lines) -> None:
        write_said(writer, node, changes, lines)

    table, functions = write_writers(module.names, operation)
    module.add_function(functions)
    return _write_request(Comparing(module, operation.table, _WRITERS, said=said), operation, table)


def _write_request(writer: Comparing, operation: Operation, table: str = "") -> Lines:
    """`changes`: every part of the request; `table` has the writers of a list of changes."""
    lines = Lines()
    body = operation.body
    parts = {part: node for part, node in operation.flat.items() if any(leaves(node))}
    naming = tuple(leaf for root in operation.parts.values() for leaf in identities(root))
    required = any(leaf.policy.required for leaf in naming) or any(identities(operation.path))
    elsewhere = facts.writes_elsewhere(operation)
    with lines.block("def changes(before, after, view, always):"):
        named = _write_naming(writer, naming, lines)
        lines.add("draft = view.draft", "said = False", f"body = {facts.empty(body)}")
        _write_saying(writer, operation, table, lines)
        lines.add(*(f"{part} = {{}}" for part in parts))
        for part, root in {**operation.flat, "body": body}.items():
            _write_part(writer, part, root, lines)
        if elsewhere:
            with lines.block("if draft.names or draft.marks or draft.writes:"):
                lines.add("said = True")
        with lines.block("if not said and not always:"):
            lines.add("return None")
        if naming:
            unless = f"{'not always and ' if required else ''}not is_value(after[{naming[0].slot}])"
            with lines.block(f"if {unless} and names_nobody({named}, before, after, view):"):
                lines.add("return None")
        for leaf in operation.named:  # who is named in an item is rejected where there is something to say
            with lines.block(f"if after[{leaf.slot}].__class__ in UNUSUAL_AFTER:"):
                lines.add(f"identity({writer.arguments(leaf)})")
        _note_once(writer, lines)
        if isinstance(body, ItemsNode):
            _complete_list(writer, body, lines)
        if operation.changes is not None and isinstance(body, ObjectNode):
            write_always(writer, body, operation.changes, lines)
        if elsewhere:
            write_elsewhere(writer, operation, lines)
        if isinstance(body, ObjectNode):
            _complete_body(writer, body, operation, lines)
        for path, item in facts.gaps(body):
            _fill_gap(writer, path, item, lines)
        for part, node in parts.items():
            _complete_part(writer, part, node, lines)
        _require(writer, body, lines)
        for container in outermost_whole(body) if operation.changes is None else ():
            with lines.block(f"if {_is_sent(writer, container)}:"):
                writer.note_whole(container, lines)
        if body.whole:
            lines.add(
                f"find_unstated({writer.names.bind(tuple(leaves(body)), 'rules')}, before, after, view)"
            )
        is_list = isinstance(body, ItemsNode)
        if operation.changes is not None:
            write_body(writer, operation.changes, lines)
            is_list = not operation.changes.into
        result = ", ".join(part if part in parts else "None" for part in PARTS)
        made = "body" if is_list else "in_name_order(body)"
        lines.add(f"return {made}, {result}")
    return lines


def _write_naming(writer: Comparing, naming: tuple[Leaf, ...], lines: Lines) -> str:
    """Nothing is said where the two sides name different customers; gives the name of the identities."""
    if not naming:
        return ""
    named = writer.names.bind(naming, "identities")
    differ = " or ".join(f"({writer.differs(leaf)})" for leaf in naming)
    with lines.block(f"if ({differ}) and names_another({named}, before, after, view):"):
        lines.add("return None")
    return named


def _write_saying(writer: Comparing, operation: Operation, table: str, lines: Lines) -> None:
    """What templates need of the view; `table` has the writers of a list of changes."""
    if operation.named:
        found = "".join(f", {writer.named(leaf)}" for leaf in reversed(operation.named))
        lines.add(f"view.riders = (*view.riders{found})")
    if operation.changes is not None:
        lines.add(f"view.writers, view.paths = {table}, {operation.changes.paths!r}")
        texts = writer.names.bind(texts_of(operation, operation.changes), "texts")
        lines.add(f"view.texts, view.fails = {texts}, {operation.changes.fails}")


def _write_part(writer: Comparing, part: str, root: Container, lines: Lines) -> None:
    """What changed in a part of the request; of a record that is replaced, what stands."""
    if isinstance(root, ItemsNode):
        writer.items(root, lines)
    elif root.whole:
        write_change_record(writer, root, lines)
    else:
        writer.members(root, part, lines, full=False)


def _note_once(writer: Comparing, lines: Lines) -> None:
    """Notes about what must not be sent twice."""
    for leaf in writer.table.slots:
        if isinstance(leaf, Leaf) and not leaf.policy.repeatable:
            with lines.block(f"if was_set(draft, {writer.names.bind(leaf.span, 'span')}):"):
                lines.add(f"draft.notes.append({writer.note(leaf, Fact.NOT_REPEATABLE)})")


def _complete_body(writer: Comparing, root: ObjectNode, operation: Operation, lines: Lines) -> None:
    """Riders, `send: always`, identities, and what the contract requires."""
    required = facts.required(root)
    for node in root.members:
        name = node.name
        wanted = name in required
        if isinstance(node, Rider):
            writer.riders([node], "body", lines, only="" if wanted else "said")
            continue
        # What stands of a whole record is in it; whom it names is asked here.
        along = facts.is_identity(node) if root.whole else facts.goes_along(node)
        if not (wanted or along):
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
    for name, made in required_names(operation, writer.names):
        with lines.block(f"if {name!r} not in body:"):
            lines.add(made)


def _is_sent(writer: Comparing, container: Container) -> str:
    """The question whether a container is in the body; `{}` at a position says nothing."""
    there = in_body(writer, container)
    if container.path and isinstance(container.path[-1], Index):
        return f"{there} not in (ABSENT, None, {{}}, [])"
    return f"{there}.__class__ in (dict, list)"


def _complete_list(writer: Comparing, root: ItemsNode, lines: Lines) -> None:
    """What goes along where no item is sent for a change of its own."""
    with lines.block("if said and not body:"):
        write_list_alone(writer, root, False, lines)
        lines.add("body = value")
    if facts.goes_along(root):
        with lines.block("if not body:"):
            lines.add(f"value = {writer.along(root, full=False)}")
            with lines.block("if value is not NOTHING:"):
                lines.add("body = value")


def _fill_gap(writer: Comparing, path: TargetPath, item: Leaf | Container, lines: Lines) -> None:
    """Where a later position is sent, what the vendor would replace by `{}` goes along."""
    place = writer.names.bind(path, "place")
    with lines.block(f"if found_at(body, {place}) == {{}}:"):
        if isinstance(item, ObjectNode) and not item.whole:
            lines.add(f"put(body, {place}, {writer.complete(item, '{}', full=False)})")
            return
        lines.add(f"value = {writer.standing(item)}")
        with lines.block("if value is not NOTHING:"):
            lines.add(f"put(body, {place}, value)")


def _require(writer: Comparing, root: Container, lines: Lines) -> None:
    """What the contract requires is looked at when the body is there; not in what its own clear put there."""
    for node in own_objects(root):
        if not (needed := facts.required(node)):
            continue
        lines.add(f"part = {in_body(writer, node)}")
        lacks = f"part.__class__ is dict and not {writer.names.bind(needed, 'required')} <= part.keys()"
        if node.clear is not None and node.clear.says:
            lacks += f" and not {writer.all_gone(node)}"
        with lines.block(f"if {lacks}:"):
            lines.add(f"require({writer.rule(node)}, part, after, draft)")


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
