"""The statements that put values into objects, used by `build` and the functions of items.

If something is not a simple case (a null that is not a simple clear, a missing required member),
`build` gives up with `return None`, and the planner takes over; inside an item of a list the rule is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from custmap.codegen.leaf import LeafWriter, Putting
from custmap.codegen.lines import Lines
from custmap.expressions.emitter import Emitter, Names, Scope
from custmap.model.clear import Clear, NameIn, Send, SendNull
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, Rider, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import leaves
from custmap.values.paths import Index, Select


class Module(Protocol):
    """What the writer of objects needs to know about the module being written."""

    names: Names
    emitter: Emitter

    def writer(self, *, sent: bool = False) -> LeafWriter: ...
    def comment(self, slot: Leaf | Presence) -> str: ...
    def note(self, node: Leaf | ObjectNode, fact: Fact) -> str: ...
    def source_object(
        self, slot: Presence, scope: Scope, source: str, state: str, body: Lines
    ) -> list[str]: ...


class ObjectWriter:
    """Writes one function's objects; `root`: the customer's, else an item's."""

    def __init__(self, module: Module, table: Table, local: str, *, root: bool) -> None:
        self.lists: dict[tuple[str, ...], str] = {}
        self._module = module
        self._table = table
        self._root = root
        self._scopes: dict[int | None, Scope] = {None: module.emitter.scope(local, root)}
        self._states: dict[int, str] = {}
        self._writer = module.writer(sent=not root)

    def body(self, root: ObjectNode, lines: Lines) -> None:
        """The body: rules first, since riders are added only if there is something to send."""
        for node in root.members:
            if not _silent(node):
                self._node(node, "body", lines)
        objects = {node.name for node in root.members if isinstance(node, ObjectNode)}
        for place, local in sorted(self.lists.items()):
            with lines.block(f"if {local}:"):
                if place[0] in objects:  # the planner knows what goes along in that object
                    lines.add("return None")
                    continue
                at = "body" + "".join(f".setdefault({name!r}, {{}})" for name in place[:-1])
                lines.add(f"{local}.sort()", f"{at}[{place[-1]!r}] = {local}")
        riders = [node for node in root.members if isinstance(node, Rider)]
        optional = [node for node in riders if not node.required]
        with lines.block("if body:"):
            self._riders(optional, "body", lines)
        self._riders([node for node in riders if node.required], "body", lines)
        for node in root.members:
            if _silent(node) and not isinstance(node, Rider):
                self._node(node, "body", lines)
        self._required(root, "body", lines)
        for place in sorted(self.lists):
            if root.type is not None and place[0] in root.type.required:
                with lines.block(f"if {place[0]!r} not in body:"):
                    at = "body" + "".join(f".setdefault({name!r}, {{}})" for name in place[:-1])
                    lines.add(f"{at}[{place[-1]!r}] = []")

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

    def nameless(self) -> str:
        """The condition that no identity has a value; empty where there is no identity."""
        identities = [slot for slot in self._table.slots if isinstance(slot, Leaf) and slot.policy.identity]
        return " and ".join(f"{self._states[leaf.slot]} is ABSENT" for leaf in identities)

    def members(self, node: ObjectNode, out: str, lines: Lines) -> None:
        """The members of an object below the body, or of an item."""
        for member in node.members:
            if not isinstance(member, Rider):
                self._node(member, out, lines)
        riders = [member for member in node.members if isinstance(member, Rider)]
        if node is self._table.root:
            self._riders(riders, out, lines)
        else:
            with lines.block(f"if {out}:"):
                self._riders(riders, out, lines)

    def _riders(self, riders: Iterable[Rider], out: str, lines: Lines) -> None:
        for rider in riders:
            with lines.block(f"if riders[{rider.index}] is not ABSENT:"):
                lines.add(f"{out}[{rider.name!r}] = riders[{rider.index}]")
            if rider.required:
                with lines.block("else:"):
                    lines.add(self._give_up)

    @property
    def _give_up(self) -> str:
        return "return None" if self._root else "refuse_missing()"

    def _required(self, node: ObjectNode, out: str, lines: Lines) -> None:
        required = node.type.required if node.type else frozenset()
        for member in node.members:
            if isinstance(member, Rider) or member.name not in required:
                continue
            with lines.block(f"if {member.name!r} not in {out}:"):
                if isinstance(member, Leaf) and member.kind.is_map and self._root:
                    lines.add(f"{out}[{member.name!r}] = {{}}")
                else:
                    lines.add(self._give_up)

    def _node(self, node: TargetNode, out: str, lines: Lines) -> None:
        match node:
            case Leaf():
                self._leaf(node, out, lines)
            case ObjectNode():
                local = self._object(node, lines)
                with lines.block(f"if {local}:"):
                    self._close_object(node, local, lines)
                    lines.add(f"{out}[{node.name!r}] = {local}")
            case ItemsNode():
                self._items(node, out, lines)

    def _object(self, node: ObjectNode, lines: Lines) -> str:
        """The lines that fill an object of its own."""
        state = self._presence(node.presence, node, lines) if node.presence is not None else ""
        local = self._module.names.fresh(f"{node.name}_sent")
        lines.add(f"{local} = {{}}")
        self.members(node, local, lines)
        if node.presence is not None and node.presence.origin.when is not None:
            with lines.block(f"if {state} is SILENT:"):
                lines.add(f"{local} = {{}}")  # nor does what stands in for an absent member speak
        if node.clear is not None and self._root:
            # Its own clear may be needed: the planner decides.
            nulls = [f"{self._states[leaf.slot]} is None" for leaf in leaves(node)]
            with lines.block(f"if {' or '.join(nulls)}:"):
                lines.add("return None")
        return local

    def _close_object(self, node: ObjectNode, local: str, lines: Lines) -> None:
        self._required(node, local, lines)
        if node.whole and self._root:
            absent = [f"{self._states[leaf.slot]} is ABSENT" for leaf in leaves(node)]
            if absent:
                with lines.block(f"if {' or '.join(absent)}:"):
                    lines.add(f"notes.append({self._module.note(node, Fact.PARTLY_STATED)})")

    def _presence(self, slot: Presence, node: ObjectNode, lines: Lines) -> str:
        """The source object, which the rules of the members read; gives the local of its state."""
        lines.add(self._module.comment(slot))
        source = self._module.names.fresh(slot.target or "object")
        state = self._module.names.fresh(f"{slot.target}_state")
        body = Lines()
        scope = self._scopes[self._table.inside[slot.slot]]
        prelude = self._module.source_object(slot, scope, source, state, body)
        self._scopes[slot.slot] = self._module.emitter.scope(source, False)
        lines.extend([*prelude, *body.all])
        fine = (
            ["True", "ABSENT", "SILENT"] if node.clear is not None else ["True", "ABSENT", "SILENT", "None"]
        )
        with lines.block("if " + " and ".join(f"{state} is not {word}" for word in fine) + ":"):
            lines.add("return None" if self._root else f"as_map({source})")
        return state

    def _items(self, node: ItemsNode, out: str, lines: Lines) -> None:
        """A list whose items are named: earlier positions without a value are `{}`."""
        local = self._module.names.fresh(f"{node.name}_sent")
        lines.add(f"{local} = []")
        for segment, item in node.items:
            if isinstance(item, ObjectNode):
                made = self._object(item, lines)
                with lines.block(f"if {made}:"):
                    self._close_object(item, made, lines)
                    self._append(local, segment, made, lines)
            else:
                holder = self._module.names.fresh("holder")
                lines.add(f"{holder} = {{}}")
                self._node(item, holder, lines)
                with lines.block(f"if {holder}:"):
                    self._append(local, segment, f"{holder}[{item.name!r}]", lines)
        with lines.block(f"if {local}:"):
            lines.add(f"{out}[{node.name!r}] = {local}")

    def _append(self, local: str, segment: Index | Select, made: str, lines: Lines) -> None:
        if isinstance(segment, Select):
            lines.add(f"{local}.append({{{segment.key!r}: {segment.value!r}, **{made}}})")
            return
        if segment.position:
            lines.add(f"{local}.extend({{}} for _ in range({segment.position} - len({local})))")
        lines.add(f"{local}.append({made})")

    def _leaf(self, leaf: Leaf, out: str, lines: Lines) -> None:
        """A leaf's value, put into its place in the branch where its kind is known."""
        lines.add(self._module.comment(leaf))
        scope = self._scopes[self._table.inside[leaf.slot]]
        prelude, body, result = self._writer.write(leaf, scope, lambda value: self._putting(leaf, value, out))
        self._states[leaf.slot] = result
        lines.extend([*prelude, *body])

    def _putting(self, leaf: Leaf, value: str, out: str) -> Putting:
        null = self._null(leaf, out)
        if leaf.kind.has_items and self._root:
            return Putting(["return None"], ["return None"])
        if leaf.kind.has_items:
            return Putting([f"{out}[{leaf.name!r}] = told_apart({value}, {leaf.key!r})"], null)
        if leaf.kind.is_map:
            return Putting(self._map(leaf, value, out), null if self._root else [])
        put = [f"{out}[{leaf.name!r}] = {value}"]
        if not leaf.policy.repeatable and self._root:
            put.append(f"notes.append({self._module.note(leaf, Fact.NOT_REPEATABLE)})")
        return Putting(put, null)

    def _null(self, leaf: Leaf, out: str) -> list[str]:
        clear = leaf.policy.clear
        if leaf.kind.is_map:
            return ["return None"]
        match clear:
            case SendNull():
                return [f"{out}[{leaf.name!r}] = None"]
            case Send(value):
                return [f"{out}[{leaf.name!r}] = {self._writer.constant(value, 'cleared')}"]
            case NameIn(place, name) if self._root:
                return [f"{self.lists[place]}.append({name or leaf.name!r})"]
        return ["return None"] if self._root else []

    def _map(self, leaf: Leaf, value: str, out: str) -> list[str]:
        """A map key by key: nulls are cleared by name if that is the rule's `clear`."""
        lines = Lines()
        if not self._root:
            lines.add(
                f"{out}[{leaf.name!r}] = {{key: one for key, one in {value}.items() if one is not None}}"
            )
            return lines.all
        kept = self._module.names.fresh(f"{leaf.name}_sent")
        lines.add(f"{kept} = {{}}")
        with lines.block(f"for key, one in {value}.items():"):
            with lines.block("if one is None:"):
                lines.add(self._entry_null(leaf.policy.clear, kept))
            if leaf.policy.empty != "value" or leaf.type is not None:
                with lines.block("elif one.__class__ is Failure:"):
                    lines.add("return None")
            if leaf.kind.is_deep:
                with lines.block("elif one.__class__ is dict:"):
                    lines.add("return None")
            with lines.block("else:"):
                lines.add(f"{kept}[key] = one")
        with lines.block(f"if {kept}:"):
            lines.add(f"{out}[{leaf.name!r}] = {kept}")
        return lines.all

    def _entry_null(self, clear: Clear, kept: str) -> str:
        if isinstance(clear, NameIn):
            return f"{self.lists[clear.place]}.append(key)"
        return f"{kept}[key] = None" if isinstance(clear, SendNull) else "return None"


def _silent(node: TargetNode) -> bool:
    """Does the node only go along, without causing a request?"""
    return isinstance(node, Rider) or (isinstance(node, Leaf) and node.policy.identity)
