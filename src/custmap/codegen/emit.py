"""`Checked` → Python: three modules for each operation, each made when it is first needed.

    apply     apply(customer, riders)               the request's parts
    diff      slots(customer, riders)               one value a rule, to be compared
              changes(before, after, view, always)  what two rows of slots say, and the request's parts
    careful   values(customer, riders)              the slots of a record in which anything may be wrong

`apply` and `slots` raise `Unusual`, or anything else, where a record is not as expected; `values` says what
is wrong with it, slot by slot. The code consists of statements without nested expressions; each rule follows
a comment with its line of the mapping file.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from msgspec import Struct

from custmap.codegen import facts
from custmap.codegen.changes import compare_items, compare_rows
from custmap.codegen.fits import FitsWriter
from custmap.codegen.leaf import LeafWriter, Putting
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.codegen.objects import ObjectWriter
from custmap.codegen.reads import free_maps, prepared
from custmap.codegen.request_parts import write_request
from custmap.codegen.templates import item_function
from custmap.diagnostics.plain import without_commands
from custmap.expressions.emitter import Emitter, Names, Scope
from custmap.model.checked import Checked, Operation
from custmap.model.item_ways import Way
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, Table
from custmap.model.note import Fact, Note
from custmap.model.template import Template
from custmap.model.walkers import leaves
from custmap.running.fits import checker
from custmap.running.names import GLOBALS
from custmap.values.path_styles import DOTTED

_FIXED = (
    "after", "always", "apply", "before", "body", "changes", "customer", "draft", "error", "headers", "held",
    "items", "kept", "key", "listed", "made", "notes", "now", "omitted", "one", "path", "place", "query",
    "riders", "said", "sent", "slots", "state", "stated", "value", "values", "view", "waiting", "was",
)  # fmt: skip
"""Names that the text has whatever the mapping is: no rule's local gets one of them."""


class Generated(Struct, frozen=True):
    """A module's text and the globals that it needs."""

    text: str
    globals: dict[str, Any]


def generate(checked: Checked, operation: Operation, module: str) -> Generated:
    """The module `apply`, `diff` or `careful` of an operation; same mapping, same text."""
    return _Module(checked, operation, module).write()


class _Module:
    def __init__(self, checked: Checked, operation: Operation, module: str) -> None:
        self._checked = checked
        self._operation = operation
        self._module = module
        self.names = Names()
        for name, value in GLOBALS.items():
            self.names.reserve(name, value)
        for name in _FIXED:
            self.names.reserve(name)
        self.emitter = Emitter(self.names, checked.functions, quick=self._is_quick)
        self._free = free_maps(checked, operation) if self._is_quick else frozenset()
        self._prepared = prepared(checked, self._free) if self._is_quick else {}
        self._fits = FitsWriter(self.names, self.add_function)
        self._functions: list[Lines] = []
        self._items: dict[tuple[int, str], str] = {}
        self._compared: dict[int, str] = {}
        self._file = PurePath(checked.file.file).name

    @property
    def _is_quick(self) -> bool:
        return self._module != "careful"

    def write(self) -> Generated:
        table = self._operation.table
        with self.names.scope():
            match self._module:
                case "apply":
                    made = [self._apply()]
                case "diff":
                    made = [self._values(table, "slots", root=True)]
                case _:
                    made = [self._values(table, "values", root=True)]
        if self._module == "diff":
            with self.names.scope():
                made.append(compare_rows(self, self._operation))
        file = self._checked.file.file
        of = " ".join(filter(None, (self._checked.name, self._operation.name)))
        name, source, from_ = map(_quiet, (of, self._checked.canonical.name, file))
        head = f'"""{name}, {self._module}: {source} → request. Generated from {from_}."""\n'
        parts = [lines.text for lines in [*self._functions, *made]]
        # In a literal of Python, `\\u0023` is the sign that it stands for.
        return Generated(without_commands("\n\n".join([head, *parts])), self.names.globals)

    def _item_function(self, table: Table, role: str, member: str | None) -> str:
        """The function of an item's table: its slots ("row"), or the item as it is sent ("item", "sent")."""
        key = (id(table), role)
        if key not in self._items:
            name = self._items[key] = self.names.declare(f"{role}_{len(self._items) + 1}")
            with self.names.scope():
                if role == "row":
                    made = self._values(table, name, root=False)
                else:
                    made = self._item(table, name, role, member)
            self._functions.append(made)
        return self._items[key]

    def item_functions(self, table: Table) -> str:
        """A table, the functions that compare and show its items, and whether `==` may confuse two."""
        key = id(table)
        if key not in self._compared:
            change, stand = compare_items(self, table)
            mixes = any(map(facts.may_mix, leaves(table.item)))
            self._compared[key] = f"({self.names.bind(table, 'table')}, {change}, {stand}, {mixes})"
        return self._compared[key]

    def way_functions(self, leaf: Leaf) -> str:
        """The functions that write an item that came, and one that is gone, None without a template; and
        those that check each."""
        assert leaf.ways is not None and leaf.type is not None
        added, gone = (self.way_function(leaf, way) for way in (leaf.ways.added, leaf.ways.gone))
        checks = (
            self.names.bind(checker(one), f"check_{leaf.name or 'item'}")
            if one is not None and one.limited
            else "None"
            for one in (leaf.type.items, leaf.ways.gone_type)
        )
        return f"({added}, {gone}, {', '.join(checks)})"

    def way_function(self, leaf: Leaf, way: Way | None) -> str:
        if not isinstance(way, Template):
            return "None"
        if id(way) not in self._compared:
            hint = "gone" if leaf.ways is not None and way is leaf.ways.gone else "added"
            paths = DOTTED if self._operation.changes is None else self._operation.changes.paths
            self._compared[id(way)], lines = item_function(self.names, leaf, way, hint, paths)
            self.add_function(lines)
        return self._compared[id(way)]

    def add_function(self, lines: Lines) -> None:
        self._functions.append(lines)

    def writer(self, *, sent: bool) -> LeafWriter:
        """`sent`: inside an item of a list that is one value, where lists with a key are values too."""
        with_key = "sent" if sent else "item" if self._module == "apply" else "row"
        return LeafWriter(
            self.emitter,
            lambda table, key: self._item_function(table, with_key if key else "sent", key),
            self._fits if self._is_quick else None,
            self._free,
        )

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
            if self._is_quick and not root:
                self._require_object(local, lines)
            results = self._slots(table, local, root, lines)
            row = "".join(f"{result}, " for result in results)
            own = "" if root else f"{self.names.bind(table, f'{name}_table')}, "
            lines.add(f"return ({own}{row.strip()})")
        return lines

    def _slots(self, table: Table, local: str, root: bool, lines: Lines) -> list[str]:
        scopes: dict[int | None, Scope] = {None: self._scope(local, root)}
        silent: dict[int | None, str] = {None: ""}  # when the object around says nothing
        results: list[str] = []
        writer = self.writer(sent=False)
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
            if body and self._is_quick:
                lines.extend(body)
            elif body:
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
        if self._is_quick:
            lines.extend(body.all)
            with lines.block(f"if {state}.__class__ is Failure:"):
                lines.add(UNUSUAL)
        else:
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

    def _item(self, table: Table, name: str, role: str, key: str | None) -> Lines:
        """A function that gives an item of a list as it is sent."""
        lines = Lines()
        item = self.names.fresh("item")
        with lines.block(f"def {name}({item}, riders):"):
            if self._is_quick:
                self._require_object(item, lines)
            ObjectWriter(self, table, self._scope(item, False), role, key).item(lines)
            lines.add("return sent")
        return lines

    def _apply(self) -> Lines:
        lines = Lines()
        with lines.block("def apply(customer, riders):"):
            # What a mask names is known from what changes, and who is named in an item from both sides.
            if self._operation.named or not facts.is_masked_plainly(self._operation):
                lines.add(UNUSUAL)
                return lines
            scope = self._scope("customer", True)
            write_request(ObjectWriter(self, self._operation.table, scope, "request"), self._operation, lines)
        return lines

    def _require_object(self, item: str, lines: Lines) -> None:
        with lines.block(f"if type({item}) is not dict:"):
            lines.add(UNUSUAL)

    def _scope(self, local: str, root: bool) -> Scope:
        """Where the expressions of a table read; quick code knows that it is an object."""
        is_object = not self._checked.canonical.type.only("array") if root else self._is_quick
        return self.emitter.scope(local, is_object, self._prepared if root else {})

    def note(self, node: Leaf | ObjectNode | ItemsNode, fact: Fact) -> str:
        return self.names.bind(Note(node.target, fact, node.span), "note")


def _unless(silent: str, state: str) -> str:
    """A state, but silence where the object around is silent: a `default` in it stands for nothing then."""
    return f"(SILENT if {silent} else {state})" if silent else state


def _escaped(text: str) -> str:
    """On one line, in ASCII: names of files and targets may contain anything."""
    return text.encode("unicode_escape").decode()


def _quiet(text: str) -> str:
    """The same, without quotes that would end a docstring."""
    return _escaped(text).replace('"', "'")
