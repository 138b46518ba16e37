"""The statements that put values into objects: the request of one customer, and the items of lists.

Three things are written so: the request (`apply`), an item of a list that the vendor matches by its key, and
an item of a list that is one value. The first two are written in the quick way: what is not a plain case
raises `Unusual`; then the row of slots is compared with nothing, with words for all that is wrong. An item of
a list that is one value refuses the rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from custmap.codegen import facts
from custmap.codegen.leaf import LeafWriter, Putting
from custmap.codegen.lines import UNUSUAL, Lines
from custmap.codegen.places import Around, Places
from custmap.expressions.emitter import Emitter, Names, Scope
from custmap.model.clear import Clear
from custmap.model.item_ways import Way
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, Rider, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import clears, leaves
from custmap.values.paths import Index, Select


class Module(Protocol):
    """What the writer of objects needs to know about the module being written."""

    names: Names
    emitter: Emitter

    def writer(self, *, sent: bool) -> LeafWriter: ...
    def comment(self, slot: Leaf | Presence) -> str: ...
    def note(self, node: Leaf | ObjectNode | ItemsNode, fact: Fact) -> str: ...
    def way_function(self, leaf: Leaf, way: Way | None) -> str: ...
    def source_object(
        self, slot: Presence, scope: Scope, source: str, state: str, body: Lines
    ) -> list[str]: ...


class ObjectWriter:
    """Writes one function's objects.

    `role`  "request", "item" (of a list with keys), or "sent" (an item of a list that is one value).
    `key`   the member that identifies an item.
    """

    def __init__(self, module: Module, table: Table, scope: Scope, role: str, key: str | None = None) -> None:
        self._module = module
        self.names = module.names
        self.table = table
        self._role = role
        self._scopes: dict[int | None, Scope] = {None: scope}
        self.states: dict[int, str] = {}
        self._sources: dict[int, str] = {}
        self._writer = module.writer(sent=role == "sent")
        self.places = Places(
            self.names, role, table.root, key, self._writer.constant, module.note, module.way_function
        )

    # Objects

    def item(self, lines: Lines) -> None:
        """An item of a list, in the local `sent`."""
        root = self.table.item
        lines.add("sent = {}")
        for member in root.members:
            if not isinstance(member, Rider):
                self.node(member, "sent", Around(whole=self._role == "item"), lines)
        for member in root.members:
            if isinstance(member, Rider):
                self.rider(member, "sent", lines)
        if self._role == "item":
            self.required(root, "sent", lines)

    def rider(self, rider: Rider, out: str, lines: Lines) -> None:
        with lines.block(f"if riders[{rider.index}] is not ABSENT:"):
            lines.add(f"{out}[{rider.name!r}] = riders[{rider.index}]")
        if rider.required and self._role != "sent":
            with lines.block("else:"):
                lines.add(UNUSUAL)

    def required(self, node: ObjectNode, out: str, lines: Lines, *, fill: bool = False) -> None:
        """`fill`: in the body, a map or a list that has nothing to say is empty."""
        required = node.type.required if node.type else frozenset()
        names = tuple(one.name for one in sorted(node.members, key=_is_rider))
        for member in node.members:
            if isinstance(member, Rider) or member.name not in required:
                continue
            if isinstance(member, Leaf) and member.slot in self.places.must and self._role == "request":
                continue  # its own branch has seen to that
            empty = facts.empty_if_required(node, member)
            with lines.block(f"if {member.name!r} not in {out}:"):
                if empty:
                    lines.add(f"{out}[{member.name!r}] = {empty}")
                    if fill:
                        lines.add("body = in_name_order(body)")
                    elif member.name != names[-1]:
                        lines.add(f"arranged({names!r}, {out})")
                else:
                    lines.add(UNUSUAL)

    def node(self, node: TargetNode, out: str, around: Around, lines: Lines) -> None:
        match node:
            case Leaf():
                self.leaf(node, out, around, lines)
            case ObjectNode():
                local, omitted = self._object(node, out, around, lines)
                with lines.block(f"if {local}{omitted}:"):
                    self._close_object(node, local, around, lines)
                    lines.add(f"{out}[{node.name!r}] = {local}")
            case ItemsNode():
                self.items(node, f"{out}[{node.name!r}]", around, lines)

    def _object(self, node: ObjectNode, out: str | None, around: Around, lines: Lines) -> tuple[str, str]:
        """The lines that fill an object of its own: its local, and the test that it is sent though empty.

        `out` is the object around, None in a list.
        """
        state = self._presence(node.presence, node, lines) if node.presence is not None else ""
        local = self.names.fresh(f"{node.name}_sent")
        inside = self.inside(node, around, lines)
        own = None if self._role == "sent" else node.clear
        if own is not None:
            inside.waiting = []
        lines.add(f"{local} = {{}}")
        for member in node.members:
            if not isinstance(member, Rider):
                self.node(member, local, inside, lines)
        if own is not None:
            self._own_clear(node, own, local, state, inside.waiting or [], out, around, lines)
        riders = facts.riders(node)
        own_omitted = f" or {inside.omitted}" if inside.omitted and inside.omitted != around.omitted else ""
        if riders:
            with lines.block(f"if {local}{own_omitted}:"):
                for rider in riders:
                    self.rider(rider, local, lines)
        if node.presence is not None and node.presence.origin.when is not None:
            with lines.block(f"if {state} is SILENT:"):
                lines.add(f"{local} = {{}}")  # nor does what stands in for an absent member speak
        return local, own_omitted

    def inside(self, node: ObjectNode | ItemsNode, around: Around, lines: Lines) -> Around:
        """What is around the members of a container."""
        if not node.whole or self._role == "sent":
            return replace(around)
        omitted = ""
        if any(clear.only_replaced for clear in clears(node)):  # something may be cleared by leaving it out
            omitted = self.names.fresh("omitted")
            lines.add(f"{omitted} = False")
        return Around(True, omitted, around.waiting)

    def _own_clear(
        self,
        node: ObjectNode,
        clear: Clear,
        local: str,
        state: str,
        waiting: list[tuple[str, list[str]]],
        out: str | None,
        around: Around,
        lines: Lines,
    ) -> None:
        """Where all that an object reads is null, its own clear; else those of its members."""
        below = [self.states[leaf.slot] for leaf in leaves(node)]
        new = [self.states[one.slot] for one in leaves(node) if not one.policy.identity]
        if not new:
            return
        nested = any(not isinstance(member, Leaf | Rider) for member in node.members)
        everything = " and ".join(f"{one} is None" for one in below)
        gone = f"{state} is None or ({everything})" if state else everything
        with lines.block(f"if {' or '.join(f'{one} is None' for one in new)}:"):
            with lines.block(f"if not ({gone}):"):
                if nested or around.waiting is not None:
                    lines.add(UNUSUAL)
                else:
                    for one, cleared in waiting:
                        with lines.block(f"if {one} is None:"):
                            lines.extend(cleared)
                    lines.add(f"arranged({tuple(member.name for member in node.members)!r}, {local})")
            with lines.block("else:"):
                plain = out is not None and around.waiting is None
                lines.extend(self.places.cleared(node, clear, out, around) if plain else [UNUSUAL])

    def _close_object(self, node: ObjectNode, local: str, around: Around, lines: Lines) -> None:
        if self._role != "sent":  # a list that is one value is held to the contract as a whole
            self.required(node, local, lines)
            at_position = bool(node.path) and isinstance(node.path[-1], Index)
            self._note_partly(node, around, lines, local if at_position else "")

    def _note_partly(
        self, node: ObjectNode | ItemsNode, around: Around, lines: Lines, local: str = ""
    ) -> None:
        """The note of a container that is sent whole, and of which the record states a part.

        `local`: the item at a position, which says nothing where it is `{}`.
        """
        is_request = self._role == "request"  # a note of an item names its key
        if not node.whole or (around.whole and is_request):
            return
        if not (test := self.absent(node)):
            return
        with lines.block(f"if {local} and ({test}):" if local else f"if {test}:"):
            lines.add(self.places.noted(node, Fact.PARTLY_STATED) if is_request else UNUSUAL)

    def absent(self, node: ObjectNode | ItemsNode) -> str:
        """The condition that a record does not state something below a node; empty if no rule is there."""
        absent: list[str] = []
        for leaf in leaves(node):
            state = self.states[leaf.slot]
            silent = self.silenced(leaf)
            absent.append(f"({state} is ABSENT and not ({silent}))" if silent else f"{state} is ABSENT")
        return " or ".join(absent)

    def silenced(self, leaf: Leaf) -> str:
        """The condition that an object around a leaf is silent."""
        tests: list[str] = []
        inside = self.table.inside[leaf.slot]
        while inside is not None:
            if inside in self._sources:
                tests.append(f"{self._sources[inside]} is SILENT")
            inside = self.table.inside[inside]
        return " or ".join(tests)

    def _presence(self, slot: Presence, node: ObjectNode, lines: Lines) -> str:
        """The source object, which the rules of the members read; gives the local of its state."""
        lines.add(self._module.comment(slot))
        source = self.names.fresh(slot.target or "object")
        state = self.names.fresh(f"{slot.target}_state")
        body = Lines()
        scope = self._scopes[self.table.inside[slot.slot]]
        prelude = self._module.source_object(slot, scope, source, state, body)
        self._scopes[slot.slot] = self._module.emitter.scope(source, False)
        lines.extend([*prelude, *body.all])
        with lines.block(f"if {state}.__class__ is Failure:"):
            lines.add(f"as_map({source})" if self._role == "sent" else UNUSUAL)
        if slot.origin.when is not None:
            self._sources[slot.slot] = state
        return state

    # Lists whose items are named

    def items(self, node: ItemsNode, out: str, around: Around, lines: Lines) -> None:
        """The list in `out`: earlier positions without a value are `{}`, riders go along."""
        inside = self.inside(node, around, lines)
        made: list[tuple[Index | Select, str]] = []
        for segment, item in node.items:
            if isinstance(item, ObjectNode):
                one, omitted = self._object(item, None, inside, lines)
                with lines.block(f"if not ({one}{omitted}):" if omitted else f"if not {one}:"):
                    lines.add(f"{one} = ABSENT")
                with lines.block(f"if {one} is not ABSENT:"):
                    self._close_object(item, one, inside, lines)
            elif isinstance(item, Rider):
                one = f"riders[{item.index}]"
            else:
                holder = self.names.fresh("holder")
                one = self.names.fresh("item")
                lines.add(f"{holder} = {{}}")
                self.node(item, holder, inside, lines)
                lines.add(f"{one} = {holder}.get({item.name!r}, ABSENT)")
            made.append((segment, one))
        spoken = [
            one for (_, item), (_, one) in zip(node.items, made, strict=True) if not isinstance(item, Rider)
        ]
        if not spoken:
            return
        said = " or ".join(f"{one} is not ABSENT" for one in spoken)
        own = inside.omitted if inside.omitted != around.omitted else ""
        with lines.block(f"if {said}{f' or {own}' if own else ''}:"):
            simple = len(made) == 1 and not own and isinstance(made[0][0], Index) and made[0][0].position == 0
            if simple:
                lines.add(f"{out} = [{made[0][1]}]")
            else:
                rows = ", ".join(f"({self.names.bind(segment, 'place')}, {one})" for segment, one in made)
                lines.add(f"{out} = in_list(({rows},))")
            for (segment, item), (_, one) in zip(node.items, made, strict=True):
                if isinstance(segment, Index) and not isinstance(item, Rider) and facts.refuses_gap(item):
                    with lines.block(f"if {one} is ABSENT and len({out}) > {segment.position}:"):
                        lines.add(UNUSUAL)
            self._note_partly(node, around, lines)

    # Leaves

    def leaf(self, leaf: Leaf, out: str, around: Around, lines: Lines) -> None:
        """A leaf's value, put into its place in the branch where its kind is known."""
        lines.add(self._module.comment(leaf))
        scope = self._scopes[self.table.inside[leaf.slot]]

        def putting(value: str) -> Putting:
            return self.places.put(leaf, value, out, around)

        prelude, body, result = self._writer.write(leaf, scope, putting)
        self.states[leaf.slot] = result
        lines.extend([*prelude, *body])


def _is_rider(node: TargetNode) -> bool:
    """Riders are written after what rules make."""
    return isinstance(node, Rider)
