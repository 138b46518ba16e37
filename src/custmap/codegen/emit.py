"""`Checked` → the text of a Python module with two functions.

    values(customer, riders)        the slots of a customer, for the differ
    build(customer, riders, notes)  the request's parts straight from the customer, or None where
                                    something cannot be said plainly: then the planner explains

Items of lists have a function of their own per table. Statements, no nesting of expressions; each
rule under a comment with its line of the mapping file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from custmap.check.checked import (
    Checked,
    Clear,
    ItemsNode,
    Leaf,
    ObjectNode,
    Presence,
    Rider,
    Table,
    TargetNode,
    leaves,
)
from custmap.codegen.leaf import LeafWriter
from custmap.codegen.lines import Lines
from custmap.codegen.runtime import GLOBALS
from custmap.codegen.states import PARTLY_STATED, PlanNote
from custmap.expressions.emit import Emitter, Names, Scope
from custmap.values.paths import Index, Select

_LOCALS = (
    "body",
    "path",
    "query",
    "headers",
    "riders",
    "notes",
    "item",
    "key",
    "one",
    "error",
    "values",
    "build",
)


@dataclass(frozen=True, slots=True)
class Generated:
    """A module's text and the globals that it needs."""

    text: str
    globals: dict[str, Any]


def generate(checked: Checked) -> Generated:
    """The generated module of a mapping; same mapping, same text."""
    return _Module(checked).write()


class _Module:
    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._names = Names()
        for name, value in GLOBALS.items():
            self._names.reserve(name, value)
        for name in _LOCALS:
            self._names.reserve(name)
        self._emitter = Emitter(self._names, checked.functions)
        self._functions: list[Lines] = []
        self._items: dict[tuple[int, bool], str] = {}
        self._file = PurePath(checked.file.file).name

    def write(self) -> Generated:
        values = self._values(self._checked.table, "values", "customer", root=True)
        build = self._build()
        file = self._checked.file.file
        head = (
            f'"""{self._checked.name}: {self._checked.canonical.name} → request. Generated from {file}."""\n'
        )
        parts = [lines.text for lines in [*self._functions, values, build]]
        return Generated("\n\n".join([head, *parts]), self._names.globals)

    def _item_function(self, table: Table, rows: bool) -> str:
        """The function of an item's table: its slots (`rows`), or the item as it is sent."""
        key = (id(table), rows)
        if key not in self._items:
            stem = "row" if rows else "item"
            name = self._names.fresh(f"{stem}_{len(self._items) + 1}")
            self._items[key] = name
            if rows:
                self._names.globals[f"{name}_table"] = table
                self._functions.append(self._values(table, name, "item", root=False))
            else:
                self._functions.append(self._render(table, name))
        return self._items[key]

    def _writer(self) -> LeafWriter:
        return LeafWriter(self._emitter, self._item_function)

    def _comment(self, slot: Leaf | Presence) -> str:
        text = slot.origin.source
        shown = getattr(getattr(text, "expression", None), "text", "") or type(text).__name__
        target = " ".join(f"{slot.target}: {shown}".split())
        return f"# {self._file}:{slot.span.line}  {target.encode('unicode_escape').decode()}"

    def _values(self, table: Table, name: str, argument: str, *, root: bool) -> Lines:
        """A function that gives the slots as a tuple."""
        lines = Lines()
        local = self._names.fresh(argument)
        with lines.block(f"def {name}({local}, riders):"):
            results = self._slots(table, local, root, lines)
            row = "".join(f"{result}, " for result in results)
            lines.add(f"return ({row.strip()})" if root else f"return ({name}_table, {row.strip()})")
        return lines

    def _slots(self, table: Table, local: str, root: bool, lines: Lines) -> list[str]:
        scopes: dict[int | None, Scope] = {None: self._emitter.scope(local, root)}
        results: list[str] = []
        writer = self._writer()
        for slot, inside in zip(table.slots, table.inside, strict=True):
            lines.add(self._comment(slot))
            scope = scopes[inside]
            if isinstance(slot, Presence):
                results.append(self._presence(slot, scope, scopes, local, lines))
                continue
            body = Lines()
            prelude, result, can_raise = writer.write(slot, scope, body)
            lines.extend(prelude)
            if can_raise:
                with lines.block("try:"):
                    lines.extend(body.all)
                with lines.block("except FunctionError as error:"):
                    lines.add(f"{result} = failed(error, {local})")
            else:
                lines.extend(body.all)
            results.append(result)
        return results

    def _presence(
        self, slot: Presence, scope: Scope, scopes: dict[int | None, Scope], local: str, lines: Lines
    ) -> str:
        """The source object of `from` with `fields`: a local for its rules, and its state."""
        source = self._names.fresh(slot.target or "object")
        state = self._names.fresh(f"{slot.target}_state")
        body = Lines()
        prelude = self._source_object(slot, scope, source, state, body)
        lines.extend(prelude)
        with lines.block("try:"):
            lines.extend(body.all)
        with lines.block("except FunctionError as error:"):
            lines.add(f"{source} = ABSENT", f"{state} = failed(error, {local})")
        scopes[slot.slot] = self._emitter.scope(source, False)
        return state

    def _source_object(self, slot: Presence, scope: Scope, source: str, state: str, body: Lines) -> list[str]:
        prelude: list[str] = []
        when = slot.origin.when
        made = scope.emit(slot.origin.source.expression)  # type: ignore[union-attr]
        prelude.extend(made.prelude)
        if when is not None:
            asked = scope.emit(when)
            prelude.extend(asked.prelude)
            body.extend(asked.body)
            body.add(f"{source} = ABSENT", f"{state} = SILENT")
            with body.block(f"if {asked.result} is True:"):
                body.extend(made.body)
                body.add(f"{source} = {made.result}", f"{state} = presence({source})")
        else:
            body.extend(made.body)
            body.add(f"{source} = {made.result}", f"{state} = presence({source})")
        return prelude

    def _render(self, table: Table, name: str) -> Lines:
        """A function that gives an item of a list as it is sent: the list is one value."""
        lines = Lines()
        item = self._names.fresh("item")
        with lines.block(f"def {name}({item}, riders):"):
            results = self._build_slots(table, item, False, lines)
            out = self._names.fresh("sent")
            lines.add(f"{out} = {{}}")
            _Objects(self, results, in_item=True).members(table.root, out, lines)
            lines.add(f"return {out}")
        return lines

    def _build_slots(self, table: Table, local: str, root: bool, lines: Lines) -> list[str]:
        """All slots' locals, without catching what they raise."""
        scopes: dict[int | None, Scope] = {None: self._emitter.scope(local, root)}
        results: list[str] = []
        writer = self._writer()
        for slot, inside in zip(table.slots, table.inside, strict=True):
            lines.add(self._comment(slot))
            scope = scopes[inside]
            body = Lines()
            if isinstance(slot, Presence):
                source = self._names.fresh(slot.target or "object")
                result = self._names.fresh(f"{slot.target}_state")
                prelude = self._source_object(slot, scope, source, result, body)
                scopes[slot.slot] = self._emitter.scope(source, False)
            else:
                prelude, result, _ = writer.write(slot, scope, body)
            lines.extend(prelude)
            lines.extend(body.all)
            results.append(result)
        return results

    def _build(self) -> Lines:
        lines = Lines()
        local = self._names.fresh("customer")
        checked = self._checked
        with lines.block(f"def build({local}, riders, notes):"):
            results = self._build_slots(checked.table, local, True, lines)
            objects = _Objects(self, results, in_item=False)
            lists = {place: f"names_{number}" for number, place in enumerate(checked.name_places)}
            for place in lists.values():
                lines.add(f"{place} = []")
            objects.lists = lists
            lines.add("body = {}")
            objects.body(checked.table.root, lines)
            parts = [objects.part(node, name, lines) for name, node in (
                ("path", checked.path), ("query", checked.query), ("headers", checked.headers)
            )]  # fmt: skip
            lines.add(f"return body, {', '.join(parts)}")
        return lines

    def note(self, target: str, text: str) -> str:
        return self._names.bind(PlanNote(target, text), "note")


class _Objects:
    """Statements that put slots' values into objects. `bail` where the planner must explain."""

    def __init__(self, module: _Module, results: list[str], *, in_item: bool) -> None:
        self._module = module
        self._results = results
        self._in_item = in_item
        self.lists: dict[tuple[str, ...], str] = {}

    def body(self, root: ObjectNode, lines: Lines) -> None:
        """The body: what changes first, since riders ride only when something is said."""
        spoken = [node for node in root.members if not _silent(node)]
        for node in spoken:
            self._node(node, "body", lines)
        for place, local in sorted(self.lists.items()):
            with lines.block(f"if {local}:"):
                at = "body"
                for name in place[:-1]:
                    at = f"{at}.setdefault({name!r}, {{}})"
                lines.add(f"{local}.sort()", f"{at}[{place[-1]!r}] = {local}")
        riders = [node for node in root.members if isinstance(node, Rider)]
        optional = [node for node in riders if not node.required]
        if optional:
            with lines.block("if body:"):
                self._riders(optional, "body", lines)
        self._riders([node for node in riders if node.required], "body", lines)
        for node in root.members:
            if _silent(node) and not isinstance(node, Rider):
                self._node(node, "body", lines)
        self._required(root, "body", lines)

    def part(self, root: ObjectNode, name: str, lines: Lines) -> str:
        """Path, query or headers; None when no rule of it reads the customer."""
        found = list(leaves(root))
        if not found:
            return "None"
        lines.add(f"{name} = {{}}")
        for leaf in found:
            self._leaf(leaf, name, lines)
        self._required(root, name, lines)
        return name

    def members(self, node: ObjectNode, out: str, lines: Lines) -> None:
        """The members of an object below the body, or of an item."""
        for member in node.members:
            if not isinstance(member, Rider):
                self._node(member, out, lines)
        riders = [member for member in node.members if isinstance(member, Rider)]
        if riders and self._in_item and not node.path[:-1]:
            self._riders(riders, out, lines)
        elif riders:
            with lines.block(f"if {out}:"):
                self._riders(riders, out, lines)

    def _riders(self, riders: Iterable[Rider], out: str, lines: Lines) -> None:
        for rider in riders:
            with lines.block(f"if riders[{rider.index}] is not ABSENT:"):
                lines.add(f"{out}[{rider.name!r}] = riders[{rider.index}]")
            if rider.required:
                with lines.block("else:"):
                    self._bail(lines)

    def _bail(self, lines: Lines) -> None:
        lines.add("refuse_missing()" if self._in_item else "return None")

    def _required(self, node: ObjectNode, out: str, lines: Lines) -> None:
        required = node.type.required if node.type else frozenset()
        for member in node.members:
            if isinstance(member, Leaf) and (member.policy.required or member.name in required):
                if member.kind in ("entries", "members") and not self._in_item:
                    with lines.block(f"if {member.name!r} not in {out}:"):
                        state = self._results[member.slot]
                        with lines.block(f"if {state}.__class__ is not dict and {state} is not ABSENT:"):
                            self._bail(lines)
                        lines.add(f"{out}[{member.name!r}] = {{}}")
                else:
                    with lines.block(f"if {member.name!r} not in {out}:"):
                        self._bail(lines)
            elif isinstance(member, ObjectNode | ItemsNode) and member.name in required:
                with lines.block(f"if {member.name!r} not in {out}:"):
                    self._bail(lines)

    def _node(self, node: TargetNode, out: str, lines: Lines) -> None:
        match node:
            case Leaf():
                self._leaf(node, out, lines)
            case ObjectNode():
                self._object(node, out, lines)
            case ItemsNode():
                self._slots(node, out, lines)

    def _object(self, node: ObjectNode, out: str, lines: Lines, *, put: str | None = None) -> str:
        if not self._in_item:
            self._own_clear(node, lines)
        local = self._module._names.fresh(f"{node.name}_object")
        lines.add(f"{local} = {{}}")
        self.members(node, local, lines)
        with lines.block(f"if {local}:"):
            self._required(node, local, lines)
            if node.whole and not self._in_item:
                states = [self._results[leaf.slot] for leaf in leaves(node)]
                note = self._module.note(node.target, PARTLY_STATED)
                if states:
                    absent = " or ".join(f"{state} is ABSENT" for state in states)
                    with lines.block(f"if {absent}:"):
                        lines.add(f"notes.append({note})")
            if put is None:
                lines.add(f"{out}[{node.name!r}] = {local}")
        return local

    def _own_clear(self, node: ObjectNode, lines: Lines) -> None:
        """When the container's own clear may have to speak, the planner decides."""
        if node.presence is not None:
            state = self._results[node.presence]
            simple = f"{state} is not True and {state} is not ABSENT and {state} is not SILENT"
            if node.clear is None:
                simple += f" and {state} is not None"
            with lines.block(f"if {simple}:"):
                lines.add("return None")
        if node.clear is not None:
            for leaf in leaves(node):
                with lines.block(f"if {self._results[leaf.slot]} is None:"):
                    lines.add("return None")

    def _slots(self, node: ItemsNode, out: str, lines: Lines) -> None:
        """A list whose items are named: earlier positions that say nothing are `{}`."""
        local = self._module._names.fresh(f"{node.name}_items")
        lines.add(f"{local} = []")
        for segment, item in node.items:
            made = self._module._names.fresh("item")
            lines.add(f"{made} = {{}}")
            holder = Lines()
            if isinstance(item, ObjectNode):
                made = self._object(item, out, holder, put="list")
            else:
                self._node(item, made, holder)
                made = f"{made}.get({item.name!r}, ABSENT)"
            lines.extend(holder.all)
            test = made if isinstance(item, ObjectNode) else f"{made} is not ABSENT"
            with lines.block(f"if {test}:"):
                if isinstance(segment, Select):
                    lines.add(f"{local}.append({{{segment.key!r}: {segment.value!r}, **{made}}})")
                else:
                    assert isinstance(segment, Index)
                    if segment.position:
                        lines.add(f"{local}.extend({{}} for _ in range({segment.position} - len({local})))")
                    lines.add(f"{local}.append({made})")
        with lines.block(f"if {local}:"):
            lines.add(f"{out}[{node.name!r}] = {local}")

    def _leaf(self, leaf: Leaf, out: str, lines: Lines) -> None:
        value = self._results[leaf.slot]
        put = f"{out}[{leaf.name!r}] = {value}"
        if leaf.kind in ("keyed", "add-only") and not self._in_item:
            with lines.block(f"if {value} is not ABSENT and {value} is not SILENT:"):
                lines.add("return None")
            return
        if leaf.kind in ("entries", "members"):
            self._map(leaf, value, out, lines)
            return
        null = self._null(leaf, out)
        with lines.block(f"if {value} is None:"):
            lines.extend(null)
        with lines.block(f"elif {value} is not ABSENT and {value} is not SILENT:"):
            lines.add(put)

    def _null(self, leaf: Leaf, out: str) -> list[str]:
        clear = leaf.policy.clear
        match clear.form:
            case "send_null":
                return [f"{out}[{leaf.name!r}] = None"]
            case "send_empty" | "send":
                constant = self._module._writer()._constant(clear.value, "cleared")
                return [f"{out}[{leaf.name!r}] = {constant}"]
            case "name_in" if not self._in_item:
                return [f"{self.lists[clear.place]}.append({clear.name or leaf.name!r})"]
        return ["pass" if self._in_item else "return None"]

    def _map(self, leaf: Leaf, value: str, out: str, lines: Lines) -> None:
        """A map key by key: nulls are cleared by name where that is the vendor's way."""
        clear = leaf.policy.clear
        if self._in_item:
            with lines.block(f"if {value}.__class__ is dict:"):
                lines.add(
                    f"{out}[{leaf.name!r}] = {{key: one for key, one in {value}.items() if one is not None}}"
                )
            return
        with lines.block(f"if {value}.__class__ is dict:"):
            kept = self._module._names.fresh(f"{leaf.name}_entries")
            lines.add(f"{kept} = {{}}")
            with lines.block(f"for key, one in {value}.items():"):
                with lines.block("if one is None:"):
                    lines.extend(self._entry_null(clear, kept))
                with lines.block("elif one.__class__ is Failure:"):
                    lines.add("return None")
                with lines.block("else:"):
                    lines.add(f"{kept}[key] = one")
            with lines.block(f"if {kept}:"):
                lines.add(f"{out}[{leaf.name!r}] = {kept}")
        with lines.block(f"elif {value} is not ABSENT and {value} is not SILENT:"):
            lines.add("return None")

    def _entry_null(self, clear: Clear, kept: str) -> list[str]:
        if clear.form == "name_in":
            return [f"{self.lists[clear.place]}.append(key)"]
        if clear.form == "send_null":
            return [f"{kept}[key] = None"]
        return ["return None"]


def _silent(node: TargetNode) -> bool:
    """Does the node go along without being something to say?"""
    return isinstance(node, Rider) or (isinstance(node, Leaf) and node.policy.identity)
