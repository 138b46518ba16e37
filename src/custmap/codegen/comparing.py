"""The writer of comparisons: names the functions of containers, and writes each when it is first asked for.

    change_NAME(before, after, view)          the outcome of an object or a list
    stand_NAME(before, after, view)           what of it stands at the vendor, where it does not change
    along_NAME(before, after, view)           what of it is in every update
    complete_NAME(sent, before, after, view)  what goes along with it when it is sent
    says_NAME(before, after, view)            would anything of it be said?

What each kind of function says of each kind of container is in files of its own; they come in as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from custmap.codegen import facts
from custmap.codegen.lines import Lines
from custmap.expressions.python_names import Names
from custmap.model.clear import Send
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Presence, Rider, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import eaches, leaves


class Module(Protocol):
    """What the writer of comparisons needs to know about the module being written."""

    names: Names

    def comment(self, slot: Leaf | Presence) -> str: ...
    def item_functions(self, table: Table) -> str: ...
    def way_functions(self, leaf: Leaf) -> str: ...
    def add_function(self, lines: Lines) -> None: ...
    def note(self, node: Leaf | Container, fact: Fact) -> str: ...


class Member(Struct, frozen=True):
    """A member whose outcome is in two locals."""

    node: TargetNode
    state: str
    value: str


class Comparing:
    """Writes the comparing functions of one table of rules.

    `writers`  what writes a function, by its kind and the kind of container.
    `item`     the table is that of a list's items.
    `said`     writes what is said as an item of a list of changes, and not in the object around.
    """

    def __init__(
        self, module: Module, table: Table, writers: Writers, *, item: bool = False, said: Said | None = None
    ) -> None:
        self._module = module
        self._writers = writers
        self._made: dict[tuple[str, int, bool], str] = {}
        self.is_item = item
        self.said = said
        self.names = module.names
        self.table = table

    def members(self, node: ObjectNode, out: str, lines: Lines, *, full: bool) -> list[Member]:
        """Compare the members. Where only what is said is sent, it is put into `out` at once."""
        is_request = out != "sent"
        required = frozenset() if self.said is not None and not (full or is_request) else facts.required(node)
        outcomes: list[Member] = []
        for member in node.members:
            if isinstance(member, Rider):
                continue
            needed = full or (member.name in required and not is_request)
            is_compared_here = self.is_item or not facts.is_identity(member)  # else it is compared on its own
            if needed:
                state, value = self.names.fresh("state"), self.names.fresh(member.name or "value")
                outcomes.append(Member(member, state, value))
                lines.add(f"{state}, {value} = UNCHANGED")
                if not is_compared_here:
                    continue
                with lines.block(f"if {self.differs(member)}:"):
                    self._outcome(member, full, state, value, lines)
                    with lines.block(f"if {state} is SAID:"):
                        lines.add("said = True")
                        if not full:
                            with lines.block(f"if {value} is not NOTHING:"):
                                lines.add(f"{out}[{member.name!r}] = {value}")
            elif is_compared_here:
                with lines.block(f"if {self.differs(member)}:"):
                    self._outcome(member, False, "state", "value", lines)
                    self._put(member, out, lines)
        return outcomes

    def items(self, node: ItemsNode, lines: Lines) -> None:
        """Compare the items of a body that is a list."""
        with lines.block(f"if {self.differs(node)}:"):
            lines.add(f"state, value = {self.change(node, False)}")
            with lines.block("if state is SAID:"):
                lines.add("said = True")
                with lines.block("if value is not NOTHING:"):
                    lines.add("body = value")

    def _outcome(self, member: TargetNode, full: bool, state: str, value: str, lines: Lines) -> None:
        """The outcome of a member that differs, in two locals."""
        self.comment(member, lines)
        if isinstance(member, Leaf) and facts.is_plain(member):
            self._plainly(member, state, value, lines)
        else:
            lines.add(f"{state}, {value} = {self.change(member, full)}")

    def _plainly(self, leaf: Leaf, state: str, value: str, lines: Lines) -> None:
        """The usual change in the open: a value becomes another one. The rest is asked for."""
        lines.add(f"{value}, was = after[{leaf.slot}], before[{leaf.slot}]")
        unusual = f"{value}.__class__ in UNUSUAL_AFTER or was.__class__ in UNUSUAL_BEFORE"
        if leaf.kind.is_set:
            unusual += f" or (was.__class__ is list and same_items(was, {value}))"
        if isinstance(leaf.policy.clear, Send):
            unusual += f" or same({value}, {self.names.bind(leaf.policy.clear.value, 'cleared')})"
        with lines.block(f"if {unusual}:"):
            lines.add(f"{state}, {value} = change_leaf({self.rule(leaf)}, was, {value}, view)")
        with lines.block("else:"):
            lines.add(f"{state} = SAID")
            if self.is_item:
                return  # the change is the item's
            span = self.names.bind(leaf.span, "span")
            privacy = self.names.bind(leaf.privacy, "privacy")
            told = f"{leaf.target!r}, {leaf.source!r}, None if was is ABSENT else was, {value}"
            change = f"new_change(('set', {told}, {span}, 0, {privacy}))"
            lines.add(f"view.draft.changes.append({change})")

    def _put(self, member: TargetNode, out: str, lines: Lines) -> None:
        """What was said is put into the object around; there, what was kept counts, too."""
        with lines.block("if state is SAID:"):
            lines.add("said = True")
            if self.said is not None and out in ("body", "sent"):
                self.said(self, member, lines)
            else:
                with lines.block("if value is not NOTHING:"):
                    lines.add(f"{out}[{member.name!r}] = value")
        if out == "sent":
            with lines.block("elif state is KEPT:"):
                lines.add("kept = True")

    def comment(self, node: TargetNode, lines: Lines) -> None:
        if isinstance(node, Leaf):
            lines.add(self._module.comment(node))

    def differs(self, node: TargetNode) -> str:
        if isinstance(node, Leaf):
            before, after = f"before[{node.slot}]", f"after[{node.slot}]"
            if facts.may_mix(node):
                return f"not same({before}, {after})"
            return f"{before} is not {after} and {before} != {after}"
        low, high = node.slots  # type: ignore[union-attr]
        before, after = f"before[{low}:{high}]", f"after[{low}:{high}]"
        if any(map(facts.may_mix, leaves(node))):
            return f"not same({before}, {after})"
        return f"{before} != {after}"

    # What generated code asks about a node

    def change(self, node: TargetNode, full: bool) -> str:
        """The outcome of a node."""
        if isinstance(node, Leaf):
            return f"change_leaf({self.arguments(node)})"
        return f"{self.function('change', node, full=full)}(before, after, view)"

    def standing(self, node: TargetNode) -> str:
        """What of a node stands at the vendor after the update."""
        if isinstance(node, Leaf):
            return f"standing({self.arguments(node)})"
        return f"standing_of({self.function('change', node, full=True)}, before, after, view)"

    def unchanged(self, node: TargetNode, *, full: bool) -> str:
        """What stands of a node that does not change."""
        if isinstance(node, Leaf):
            asked = f"unchanged({self.arguments(node)})"
            return self._stated(node, asked) if node.kind.is_one else asked
        return f"{self.function('stand', node, full=full)}(before, after, view)"

    def identity(self, leaf: Leaf) -> str:
        """The value of an identity, on either side."""
        return self._stated(leaf, f"identity({self.arguments(leaf)})")

    def named(self, leaf: Leaf) -> str:
        """The same, of one that may not be needed: nothing is rejected."""
        return self._stated(leaf, f"one_of(before[{leaf.slot}], after[{leaf.slot}])")

    def _stated(self, leaf: Leaf, asked: str) -> str:
        """After's value of a rule; what is none is asked for."""
        value = f"after[{leaf.slot}]"
        return f"{asked} if {value}.__class__ in UNUSUAL_AFTER else {value}"

    def as_before(self, node: Container, *, full: bool) -> str:
        """What stood of a container."""
        return f"{self.function('stand', node, full=full)}(before, before, view)"

    def along(self, node: TargetNode, *, full: bool) -> str:
        """What of a node is in every update; NOTHING if there is never anything."""
        if not facts.goes_along(node):
            return "NOTHING"
        if isinstance(node, Leaf):
            return f"along({self.arguments(node)})"
        return f"{self.function('along', node, full=full)}(before, after, view)"

    def complete(self, node: ObjectNode, sent: str, *, full: bool) -> str:
        """An object of which a part is sent, with what goes along."""
        return f"{self.function('complete', node, full=full)}({sent}, before, after, view)"

    def all_gone(self, node: ObjectNode, row: str = "before") -> str:
        """The question whether all that an object reads is null or gone."""
        return f"all_gone({self.read_by(node)}, {row}, after, view)"

    def read_by(self, node: ObjectNode) -> str:
        """The rules below an object, and its source object."""
        source = self.names.bind(node.presence, "source") if node.presence is not None else "None"
        return f"{self.names.bind(tuple(leaves(node)), f'below_{node.name}')}, {source}"

    def there(self, node: ObjectNode | ItemsNode, row: str = "before") -> str:
        """The question whether anything of a container is there."""
        return f"was_there({tuple(leaf.slot for leaf in leaves(node))!r}, {row})"

    def note_whole(self, node: Container, lines: Lines) -> None:
        """The note about a container that is sent whole."""
        with lines.block("if view.known:"):
            lines.add(f"draft.notes.append({self.note(node, Fact.REPLACED_WHOLE)})")
        missing = " or ".join(f"after[{leaf.slot}] is ABSENT" for leaf in leaves(node))
        if missing:
            with lines.block(f"elif {missing}:"):
                lines.add(f"draft.notes.append({self.note(node, Fact.PARTLY_STATED)})")

    def note_item(self, node: Container, lines: Lines) -> None:
        """The same in an item, whose key is in the note; in a body it is seen when the body is there."""
        if self.is_item and node.whole and node.target:
            slots = tuple(leaf.slot for leaf in leaves(node))
            lines.add(f"note_whole({self.rule(node)}, {slots!r}, after, view)")

    def riders(self, riders: Iterable[Rider], out: str, lines: Lines, *, only: str = "") -> None:
        """Parameters and constants; `only`: under this condition."""
        for rider in riders:
            asked = f"{only} and " if only else ""
            with lines.block(f"if {asked}view.riders[{rider.index}] is not ABSENT:"):
                lines.add(f"{out}[{rider.name!r}] = view.riders[{rider.index}]")

    def listed(self, made: Iterable[tuple[Any, str]], said: Iterable[str]) -> str:
        """The list of what was made; `[]` if nothing is said in it."""
        nothing = " and ".join(f"{value} is NOTHING" for value in said) or "True"
        return f"[] if {nothing} else {self.placed(made)}"

    def placed(self, made: Iterable[tuple[Any, str]]) -> str:
        """The list of what was made, whatever it is."""
        rows = [f"({self.names.bind(segment, 'place')}, {value})" for segment, value in made]
        return f"in_list(({', '.join(rows)},))" if rows else "[]"

    # Names

    def function(self, kind: str, node: Any, *, full: bool) -> str:
        """The name of a container's function; `full`: inside a container that is sent whole."""
        key = (kind, id(node), full)
        name = self._made.get(key)
        if name is None:
            name = self._made[key] = self.names.declare(f"{kind}_{node.name or 'item'}")
            lines = Lines()
            with self.names.scope():
                self._writers[kind, node.__class__](self, node, name, full, lines)
            self._module.add_function(lines)
        return name

    def note(self, node: Leaf | Container, fact: Fact) -> str:
        """The note about a rule, outside of items."""
        return self._module.note(node, fact)

    def rule(self, node: TargetNode) -> str:
        return self.names.bind(node, f"rule_{node.name or 'item'}")

    def arguments(self, leaf: Leaf) -> str:
        """A leaf's rule, both of its states, the view, and the functions of its items."""
        states = f"before[{leaf.slot}], after[{leaf.slot}]"
        return f"{self.rule(leaf)}, {states}, view{self._items_of(leaf)}"

    def _items_of(self, leaf: Leaf) -> str:
        if leaf.ways is not None:
            return f", {self._module.way_functions(leaf)}"
        if not leaf.kind.has_items:
            return ""
        tables = [self._module.item_functions(each.table) for each in eaches(leaf.origin)]
        return f", ({', '.join(tables)},)" if tables else ""


Said: TypeAlias = Callable[[Comparing, TargetNode, Lines], None]
Write: TypeAlias = Callable[[Comparing, Any, str, bool, Lines], None]
Writers: TypeAlias = Mapping[tuple[str, type], Write]
