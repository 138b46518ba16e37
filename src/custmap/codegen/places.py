"""The statements that put a value, or what says that it is gone, into its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from custmap.codegen.leaf import Putting
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.contract.form_body import BRACKETS
from custmap.expressions.emitter import Names
from custmap.model.clear import Clear, ItemIn, KeyIn, NameIn, Omit, Send, SendNull, Skip, Write
from custmap.model.item_ways import Way
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode
from custmap.model.note import Fact
from custmap.model.template import Template
from custmap.model.walkers import children
from custmap.values.paths import TargetPath


@dataclass(slots=True)
class Around:
    """What is around a node: is it sent whole, and the local that says that a member was left out of it."""

    whole: bool = False
    omitted: str = ""
    waiting: list[tuple[str, list[str]]] | None = None
    """Nulls that wait for the verdict on an object with a clear of its own: locals, and what clears them."""


@dataclass(slots=True)
class Elsewhere:
    """The locals for what clearing writes at other places of the body."""

    names: dict[TargetPath, str] = field(default_factory=dict)
    marks: dict[TargetPath, str] = field(default_factory=dict)
    writes: str = ""


@dataclass(slots=True)
class Places:
    """Writes one function's places; `role`, `root` and `key` are those of its `ObjectWriter`.

    `constant(value, hint)` an expression that makes a constant of the mapping anew
    `note(node, fact)`      the name of a note
    `way_function(leaf, way)` the function that writes a template of an item
    `must`                  slots of required values, without which a request is unusual in any case
    `elsewhere`             what clearing writes at other places
    `takes_notes`           a note may be taken
    """

    names: Names
    role: str
    root: Container
    key: str | None
    constant: Callable[[Any, str], str]
    note: Callable[[Leaf | ObjectNode | ItemsNode, Fact], str]
    way_function: Callable[[Leaf, Way | None], str]
    must: set[int] = field(default_factory=set)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    takes_notes: bool = False

    def noted(self, node: Leaf | ObjectNode | ItemsNode, fact: Fact) -> str:
        self.takes_notes = True
        return f"notes += ({self.note(node, fact)},)"

    def put(self, leaf: Leaf, value: str, out: str, around: Around) -> Putting:
        required = leaf.slot in self.must and self.role == "request"
        null = [UNUSUAL] if required else self._null(leaf, out, around)
        if around.waiting is not None and self.role != "sent":
            around.waiting.append((value, null))
            null = ["pass"]
        if leaf.kind.has_items:
            return Putting(self._keyed(leaf, value, out), null)
        if leaf.ways is not None:
            return Putting(self._items(leaf, leaf.ways.added, value, out), [UNUSUAL])
        if leaf.kind.is_map:
            return Putting(self._map(leaf, value, out, around), null)
        put = [f"{out}[{leaf.name!r}] = {value}"]
        if not leaf.policy.repeatable and self.role == "request":
            put.append(self.noted(leaf, Fact.NOT_REPEATABLE))
        return Putting(put, null, required=required)

    def _null(self, leaf: Leaf, out: str, around: Around) -> list[str]:
        """What a null writes."""
        if self.role == "sent":
            # In a value nothing is gone by itself: what cannot be said is left out.
            if leaf.kind.is_map:
                return []
            match leaf.policy.clear:
                case SendNull():
                    return [f"{out}[{leaf.name!r}] = None"]
                case Send(value):
                    return [f"{out}[{leaf.name!r}] = {self.constant(value, 'cleared')}"]
            return []
        if leaf.policy.identity and self.role == "request":
            return ["pass"]  # a null names nobody, as if it were absent
        clear = leaf.policy.clear
        if self.role == "item" and leaf in children(self.root) and leaf.name == self.key:
            return [UNUSUAL]  # without a key no item
        if leaf.kind.is_map or leaf.kind.has_items:
            if not leaf.clears_as_one:
                return [UNUSUAL]
            clear = clear.for_container({} if leaf.kind.is_map else [])
        return self.cleared(leaf, clear, out, around)

    def cleared(self, node: Leaf | ObjectNode, clear: Clear, out: str | None, around: Around) -> list[str]:
        request = self.role == "request"
        if clear.unwritable(node.name):
            return [UNUSUAL]
        match clear:
            case SendNull():
                return [f"{out}[{node.name!r}] = None"]
            case Send(value):
                return [f"{out}[{node.name!r}] = {self.constant(value, 'cleared')}"]
            case Omit() if around.whole:
                return [f"{around.omitted} = True"] if around.omitted else ["pass"]
            case NameIn(place, name) if request:
                return [f"{self._names_at(place)}.append({name or node.name!r})"]
            case KeyIn(place, name, value) if request:
                marks = self.elsewhere.marks.setdefault(place, "")
                if not marks:
                    marks = self.elsewhere.marks[place] = self.names.fresh("marks")
                return [f"{marks}[{name or node.name!r}] = {self.constant(value, 'mark')}"]
            case Write(writes) if request:
                self.elsewhere.writes = self.elsewhere.writes or self.names.fresh("writes")
                return [f"{self.elsewhere.writes}.extend({self.names.bind(writes, 'written')})"]
            case Skip() if request:
                return [self.noted(node, Fact.CLEAR_SKIPPED)]
        return [UNUSUAL]

    def _names_at(self, place: TargetPath) -> str:
        local = self.elsewhere.names.get(place)
        if local is None:
            local = self.elsewhere.names[place] = self.names.fresh("names")
        return local

    def _keyed(self, leaf: Leaf, value: str, out: str) -> list[str]:
        put = f"{out}[{leaf.name!r}] = told_apart({value}, {leaf.key!r})"
        if self.role == "sent":
            return [put]
        lines = Lines()
        with lines.block(f"if {value}:"):
            lines.add(put)
            if not leaf.policy.repeatable and self.role == "request":
                lines.add(self.noted(leaf, Fact.NOT_REPEATABLE))
        return lines.all

    def _items(self, leaf: Leaf, way: Way | None, value: str, out: str) -> list[str]:
        """A list whose items are told one by one: all of them are new."""
        if leaf.ways is not None and "set" in leaf.ways.told_by_others:
            return ["pass"]
        lines = Lines()
        with lines.block(f"if {value}:"):
            match way:
                case ItemIn(place=place, form=form) if form is None or form.lists == BRACKETS:
                    lines.add(f"{self._names_at(place)}.extend({value})")
                case Template(parts=()) if leaf.ways is not None and leaf.ways.form is None:
                    made = self.way_function(leaf, way)
                    lines.add(f"{out}[{leaf.name!r}] = [{made}(one, riders) for one in each_once({value})]")
                case _:
                    lines.add(UNUSUAL)
            if not leaf.policy.repeatable:
                lines.add(self.noted(leaf, Fact.NOT_REPEATABLE))
        return lines.all

    def _map(self, leaf: Leaf, value: str, out: str, around: Around) -> list[str]:
        """A map key by key: nulls are cleared one by one."""
        lines = Lines()
        put = f"{out}[{leaf.name!r}] = {value}"
        if self.role == "sent":
            lines.add(f"{out}[{leaf.name!r}] = sendable_entries({value})")
            return lines.all
        if leaf.kind.is_deep:
            with lines.block(f"if not is_simple({value}):"):
                lines.add(UNUSUAL)
        with lines.block(f"if None in {value}.values():"):
            if self.role == "item" or leaf.kind.is_deep:
                lines.add(UNUSUAL)
            else:
                self._entries_one_by_one(leaf, value, lines)
        with lines.block(f"if {value}:"):
            lines.add(put)
            if not leaf.policy.repeatable and self.role == "request":
                with lines.block(f"if any(one is not None for one in {value}.values()):"):
                    lines.add(self.noted(leaf, Fact.NOT_REPEATABLE))
        return lines.all

    def _entries_one_by_one(self, leaf: Leaf, value: str, lines: Lines) -> None:
        clear = leaf.policy.clear
        match clear:
            case NameIn(place, form=form) if not clear.others and (form is None or form.lists == BRACKETS):
                cleared = f"{self._names_at(place)}.append(key)"
            case SendNull():
                cleared = "kept[key] = None"
            case _:
                lines.add(UNUSUAL)
                return
        lines.add("kept = {}")
        with lines.block(f"for key, one in {value}.items():"):
            with lines.block("if one is None:"):
                lines.add(cleared)
            with lines.block("else:"):
                lines.add("kept[key] = one")
        lines.add(f"{value} = kept")
