"""`Checked` → the text of a Python module with two functions.

    values(customer, riders)        the slots of a customer, for the differ
    build(customer, riders, notes)  the request's parts directly from the customer, or None if something
                                    is not a simple case: then the planner takes over

Each table of list items has a function of its own. The code consists of statements without nested
expressions; each rule follows a comment with its line of the mapping file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from custmap.codegen.changes import ChangeWriter
from custmap.codegen.leaf import LeafWriter, Putting
from custmap.codegen.lines import Lines
from custmap.codegen.objects import ObjectWriter
from custmap.expressions.emitter import Emitter, Names, Scope
from custmap.model.checked import PARTS, Checked, Operation
from custmap.model.nodes import Leaf, ObjectNode, Presence, Table
from custmap.model.note import Fact, Note
from custmap.running.names import GLOBALS

_FIXED = (
    "after", "always", "before", "body", "build", "changes", "customer", "draft", "error", "headers", "kept", "key",
    "listed", "made", "notes", "now", "omitted", "one", "path", "query", "riders", "said", "sent", "state",
    "value", "values", "view", "was",
)  # fmt: skip
"""Names that the text has whatever the mapping is: no rule's local gets one of them."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A module's text and the globals that it needs."""

    text: str
    globals: dict[str, Any]


def generate(checked: Checked, operation: Operation) -> Generated:
    """The generated module of one of a mapping's operations; same mapping, same text."""
    return _Module(checked, operation).write()


class _Module:
    def __init__(self, checked: Checked, operation: Operation) -> None:
        self._checked = checked
        self._operation = operation
        self.names = Names()
        for name, value in GLOBALS.items():
            self.names.reserve(name, value)
        for name in _FIXED:
            self.names.reserve(name)
        self.emitter = Emitter(self.names, checked.functions)
        self._functions: list[Lines] = []
        self._items: dict[tuple[int, bool], str] = {}
        self._compared: dict[int, str] = {}
        self._file = PurePath(checked.file.file).name

    def write(self) -> Generated:
        with self.names.scope():
            values = self._values(self._operation.table, "values", root=True)
        with self.names.scope():
            build = self._build()
        file = self._checked.file.file
        name, source, from_ = map(_quiet, (self._checked.name, self._checked.canonical.name, file))
        head = f'"""{name}: {source} → request. Generated from {from_}."""\n'
        with self.names.scope():
            changes = ChangeWriter(self, self._operation.table).request(self._operation)
        parts = [lines.text for lines in [*self._functions, values, build, changes]]
        return Generated("\n\n".join([head, *parts]), self.names.globals)

    def item_function(self, table: Table, rows: bool) -> str:
        """The function of an item's table: its slots (`rows`), or the item as it is sent."""
        key = (id(table), rows)
        if key not in self._items:
            stem = "row" if rows else "item"
            name = self._items[key] = self.names.declare(f"{stem}_{len(self._items) + 1}")
            with self.names.scope():
                made = self._values(table, name, root=False) if rows else self._render(table, name)
            self._functions.append(made)
        return self._items[key]

    def item_functions(self, table: Table) -> str:
        """The functions that compare and show the items of a table, as a tuple with the table."""
        key = id(table)
        if key not in self._compared:
            writer = ChangeWriter(self, table, item=True)
            change = writer.change_object(table.root, full=True)
            stand = writer.stand(table.root, full=True)
            self._compared[key] = f"({self.names.bind(table, 'table')}, {change}, {stand})"
        return self._compared[key]

    def add_function(self, lines: Lines) -> None:
        self._functions.append(lines)

    def writer(self, *, sent: bool = False) -> LeafWriter:
        """`sent`: inside an item of a list that is one value, where lists with a key are values too."""
        if sent:
            return LeafWriter(self.emitter, lambda table, rows: self.item_function(table, False))
        return LeafWriter(self.emitter, self.item_function)

    def comment(self, slot: Leaf | Presence) -> str:
        text = slot.origin.source
        shown = getattr(getattr(text, "expression", None), "text", "") or type(text).__name__
        target = " ".join(f"{slot.target}: {shown}".split())
        return f"# {_quiet(self._file)}:{slot.span.line}  {_escaped(target)}"

    def _values(self, table: Table, name: str, *, root: bool) -> Lines:
        """A function that gives the slots as a tuple; those of an item know their table."""
        lines = Lines()
        local = "customer" if root else self.names.fresh("item")
        with lines.block(f"def {name}({local}, riders):"):
            results = self._slots(table, local, root, lines)
            row = "".join(f"{result}, " for result in results)
            own = "" if root else f"{self.names.bind(table, f'{name}_table')}, "
            lines.add(f"return ({own}{row.strip()})")
        return lines

    def _slots(self, table: Table, local: str, root: bool, lines: Lines) -> list[str]:
        scopes: dict[int | None, Scope] = {None: self.emitter.scope(local, root)}
        silent: dict[int | None, str] = {None: ""}  # when the object around says nothing
        results: list[str] = []
        writer = self.writer()
        for slot, inside in zip(table.slots, table.inside, strict=True):
            lines.add(self.comment(slot))
            scope = scopes[inside]
            if isinstance(slot, Presence):
                state = self._presence(slot, scope, scopes, local, lines)
                results.append(_unless(silent[inside], state))
                silent[slot.slot] = f"{state} is SILENT" if slot.origin.when is not None else ""
                if silent[inside]:
                    silent[slot.slot] = " or ".join(filter(None, (silent[inside], silent[slot.slot])))
                continue
            prelude, body, result = writer.write(slot, scope, lambda _: Putting())
            lines.extend(prelude)
            if body:
                made = result
                result = self.names.fresh(slot.name or "value")  # other rules may read what this one refuses
                with lines.block("try:"):
                    lines.extend(body)
                    lines.add(f"{result} = {made}")
                with lines.block("except FunctionError as error:"):
                    lines.add(f"{result} = failed(error, {local})")
            results.append(_unless(silent[inside], result))
        return results

    def _presence(
        self, slot: Presence, scope: Scope, scopes: dict[int | None, Scope], local: str, lines: Lines
    ) -> str:
        """The source object of `from` with `fields`: a local for its rules, and its state."""
        source = self.names.fresh(slot.target or "object")
        state = self.names.fresh(f"{slot.target}_state")
        body = Lines()
        prelude = self.source_object(slot, scope, source, state, body)
        lines.extend(prelude)
        with lines.block("try:"):
            lines.extend(body.all)
        with lines.block("except FunctionError as error:"):
            lines.add(f"{source} = ABSENT", f"{state} = failed(error, {local})")
        scopes[slot.slot] = self.emitter.scope(source, False)
        return state

    def source_object(self, slot: Presence, scope: Scope, source: str, state: str, body: Lines) -> list[str]:
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
        item = self.names.fresh("item")
        with lines.block(f"def {name}({item}, riders):"):
            lines.add("sent = {}")
            ObjectWriter(self, table, item, root=False).members(table.root, "sent", lines)
            lines.add("return sent")
        return lines

    def _build(self) -> Lines:
        lines = Lines()
        operation = self._operation
        with lines.block("def build(customer, riders, notes):"):
            objects = ObjectWriter(self, operation.table, "customer", root=True)
            for place in operation.name_places:
                objects.lists[place] = self.names.fresh("names")
                lines.add(f"{objects.lists[place]} = []")
            lines.add("body = {}")
            objects.body(operation.table.root, lines)
            parts = [objects.part(operation.parts[part], part, lines) for part in PARTS]
            if nameless := objects.nameless():
                with lines.block(f"if {nameless}:"):
                    lines.add("return None")
            lines.add(f"return body, {', '.join(parts)}")
        return lines

    def note(self, node: Leaf | ObjectNode, fact: Fact) -> str:
        return self.names.bind(Note(node.target, fact, node.span), "note")


def _unless(silent: str, state: str) -> str:
    """A state, but nothing where the object around is silent: a `default` in it stands for nothing then."""
    return f"(ABSENT if {silent} else {state})" if silent else state


def _escaped(text: str) -> str:
    """On one line, in ASCII: names of files and targets may contain anything."""
    return text.encode("unicode_escape").decode()


def _quiet(text: str) -> str:
    """The same, without quotes that would end a docstring."""
    return _escaped(text).replace('"', "'")
