"""The functions that compare two rows of slots and say what changed: `changes`, and one a container.

    changes(before, after, view, always)   the request's parts, or None where there is nothing to say
    change_NAME(before, after, view)       the outcome of an object or a list
    stand_NAME(before, after, view)        what of it stands at the vendor
    along_NAME(before, after, view)        what of it is in every update
    complete_NAME(sent, before, after, view)  what goes along with it when it is sent

Each is straight-line code for the container's own members. What happens to one value, map or list is in
`custmap.running`, which these functions call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from custmap.codegen import facts
from custmap.codegen.lines import Lines
from custmap.expressions.python_names import Names
from custmap.model.checked import PARTS, Operation
from custmap.model.clear import Send
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, Rider, Table, TargetNode
from custmap.model.walkers import eaches, leaves


class Module(Protocol):
    """What the writer of comparisons needs to know about the module being written."""

    names: Names

    def comment(self, slot: Leaf | Presence) -> str: ...
    def item_functions(self, table: Table) -> str: ...
    def add_function(self, lines: Lines) -> None: ...


@dataclass(frozen=True, slots=True)
class _Member:
    """A member whose outcome is in two locals."""

    node: TargetNode
    state: str
    value: str


class ChangeWriter:
    """Writes the comparing functions of one table of rules."""

    def __init__(self, module: Module, table: Table, *, item: bool = False) -> None:
        self._module = module
        self._is_item = item
        self._names = module.names
        self._table = table
        self._made: dict[tuple[str, int, bool], str] = {}

    # The whole request

    def request(self, operation: Operation) -> Lines:
        """`changes`: every part of the request."""
        lines = Lines()
        body = operation.table.root
        parts = {part: node for part in PARTS if any(leaves(node := operation.parts[part]))}
        roots = [
            ("path", operation.path),
            ("query", operation.query),
            ("headers", operation.headers),
            ("body", body),
        ]
        identities = tuple(leaf for _, root in roots for leaf in leaves(root) if leaf.policy.identity)
        required = any(leaf.policy.required for leaf in identities) or any(
            leaf.policy.identity for leaf in leaves(operation.path)
        )
        with lines.block("def changes(before, after, view, always):"):
            if identities:
                named = self._names.bind(identities, "identities")
                with lines.block(f"if names_another({named}, before, after, view):"):
                    lines.add("return None")
            lines.add("draft = view.draft", "said = False", "body = {}")
            lines.add(*(f"{part} = {{}}" for part in parts))
            for part, root in roots:
                self._members(root, part, lines, full=False)
            with lines.block("if draft.names or draft.marks or draft.writes:"):
                lines.add("said = True")
            with lines.block("if not said and not always:"):
                lines.add("return None")
            if identities:
                unless = "not always and " if required else ""
                with lines.block(f"if {unless}names_nobody({named}, before, after, view):"):
                    lines.add("return None")
            if once := tuple(
                slot for slot in self._table.slots if isinstance(slot, Leaf) and not slot.policy.repeatable
            ):
                lines.add(f"note_once({self._names.bind(once, 'once')}, draft)")
            with lines.block("if draft.missing:"):
                lines.add("require(draft.missing, draft)")
            self._elsewhere(operation, lines)
            self._complete_body(body, operation, lines)
            for part, node in parts.items():
                self._complete_part(part, node, lines)
            result = ", ".join(part if part in parts else "None" for part in PARTS)
            lines.add(f"return in_name_order(body), {result}")
        return lines

    def _elsewhere(self, operation: Operation, lines: Lines) -> None:
        places = sorted({place for place in facts.clear_places(operation.table.root) if len(place) > 1})
        with lines.block("if draft.names or draft.marks or draft.writes:"):
            for place in places:
                self._around_names(operation.table.root, place, lines)
            lines.add("write_elsewhere(body, draft)")
            for place in places:
                node: ObjectNode | None = operation.table.root
                at = "body"
                with lines.block(f"if draft.wrote({place!r}):"):
                    for name in place[:-1]:
                        node = next(
                            (
                                one
                                for one in (node.members if node else ())
                                if isinstance(one, ObjectNode) and one.name == name
                            ),
                            None,
                        )
                        if node is None or node.whole:
                            break
                        made = f"{self._complete(node, full=False)}({at}[{name!r}], before, after, view)"
                        lines.add(f"{at}[{name!r}] = {made}")
                        at += f"[{name!r}]"

    def _around_names(self, root: ObjectNode, place: tuple[str, ...], lines: Lines) -> None:
        """An object that is sent for the names in it takes along what stands in it, if it is sent whole."""
        node = next((one for one in root.members if one.name == place[0]), None)
        if not isinstance(node, ObjectNode) or not (node.whole or node.policy.always):
            return
        with lines.block(f"if draft.wrote({place!r}) and {node.name!r} not in body:"):
            lines.add(f"value = {self._standing(node, full=False)}")
            lines.add(f"body[{node.name!r}] = value if value.__class__ is dict else {{}}")
            for rider in node.members:
                if isinstance(rider, Rider):
                    one = f"view.riders[{rider.index}]"
                    with lines.block(f"if {one} is not ABSENT:"):
                        lines.add(f"body[{node.name!r}].setdefault({rider.name!r}, {one})")

    def _complete_body(self, root: ObjectNode, operation: Operation, lines: Lines) -> None:
        """Riders, `send: always`, identities, and what the contract requires."""
        required = facts.required(root)
        for node in root.members:
            name = node.name
            wanted = name in required
            if isinstance(node, Rider):
                self._riders([node], "body", lines, only="" if wanted else "said")
                continue
            if not wanted and not facts.goes_along(node):
                continue
            with lines.block(f"if {name!r} not in body:"):
                value = "value"
                if isinstance(node, Leaf) and node.policy.identity:
                    lines.add(f"value = identity({self._leaf(node)})")
                elif empty := facts.empty_if_required(root, node):
                    value = empty
                elif wanted:
                    lines.add(f"value = {self._standing(node, full=False)}")
                else:
                    lines.add(f"value = {self._along(node, full=False)}")
                if value != "value":
                    lines.add(f"body[{name!r}] = {value}")
                    continue
                with lines.block("if is_value(value):"):
                    lines.add(f"body[{name!r}] = value")
                if wanted:
                    with lines.block("else:"):
                        lines.add(f"require(({self._rule(node)},), draft)")
        for place in operation.name_places:
            if place[0] in required:
                with lines.block(f"if {place[0]!r} not in body:"):
                    lines.add(f"put(body, {place!r}, [])")

    def _complete_part(self, part: str, root: ObjectNode, lines: Lines) -> None:
        """What is in every request, and what the contract requires; all of it in the order of the rules."""
        required = facts.required(root)
        for node in root.members:
            if not isinstance(node, Leaf):
                continue
            wanted = node.name in required or part == "path"
            if not (wanted or node.policy.identity or node.policy.always):
                continue
            with lines.block(f"if {node.name!r} not in {part}:"):
                made = "identity" if node.policy.identity else "standing" if wanted else "along"
                lines.add(f"value = {made}({self._leaf(node)})")
                with lines.block("if is_value(value):"):
                    lines.add(f"{part}[{node.name!r}] = value")
                if wanted:
                    with lines.block("else:"):
                        lines.add(f"require(({self._rule(node)},), draft)")
        names = tuple(node.name for node in root.members if isinstance(node, Leaf))
        if len(names) > 1:
            lines.add(f"arranged({names!r}, {part})")

    # Members

    def _members(self, node: ObjectNode, out: str, lines: Lines, *, full: bool) -> list[_Member]:
        """Compare the members. Where only what is said is sent, it is put into `out` at once."""
        required = facts.required(node)
        is_request = out != "sent"
        outcomes: list[_Member] = []
        for member in node.members:
            if isinstance(member, Rider):
                continue
            needed = full or (member.name in required and not is_request)
            if needed:
                state, value = self._names.fresh("state"), self._names.fresh(member.name or "value")
                outcomes.append(_Member(member, state, value))
                lines.add(f"{state}, {value} = UNCHANGED")
                if facts.is_identity(member) and not self._is_item:
                    continue  # it is compared on its own
                with lines.block(f"if {self._differs(member)}:"):
                    self._comment(member, lines)
                    lines.add(f"{state}, {value} = {self._change(member, full)}")
                    with lines.block(f"if {state} is SAID:"):
                        lines.add("said = True")
                        if not full:
                            with lines.block(f"if {value} is not NOTHING:"):
                                lines.add(f"{out}[{member.name!r}] = {value}")
                continue
            if facts.is_identity(member) and not self._is_item:
                continue
            with lines.block(f"if {self._differs(member)}:"):
                self._comment(member, lines)
                if isinstance(member, Leaf) and facts.is_plain(member) and not self._is_item:
                    self._plainly(member, out, lines)
                else:
                    self._said(member, out, lines)
        return outcomes

    def _plainly(self, leaf: Leaf, out: str, lines: Lines) -> None:
        """The usual change in the open: a value becomes another one. The rest is asked for."""
        lines.add(f"value, was = after[{leaf.slot}], before[{leaf.slot}]")
        unusual = "value.__class__ in UNUSUAL_AFTER or was.__class__ in UNUSUAL_BEFORE"
        if leaf.kind.is_set:
            unusual += " or (was.__class__ is list and same_items(was, value))"
        if isinstance(leaf.policy.clear, Send):
            unusual += f" or same(value, {self._names.bind(leaf.policy.clear.value, 'cleared')})"
        with lines.block(f"if {unusual}:"):
            lines.add(f"state, value = change_leaf({self._rule(leaf)}, was, value, view)")
        with lines.block("else:"):
            span = self._names.bind(leaf.span, "span")
            shown = f"{leaf.target!r}, {leaf.source!r}, None if was is ABSENT else was, value, {span}, 0"
            lines.add("state = SAID", f"draft.changes.append(new(Change, ('set', {shown})))")
        self._put(leaf, out, lines)

    def _said(self, member: TargetNode, out: str, lines: Lines) -> None:
        lines.add(f"state, value = {self._change(member, False)}")
        self._put(member, out, lines)

    def _put(self, member: TargetNode, out: str, lines: Lines) -> None:
        """What was said is put into the object around; there, what was kept counts, too."""
        with lines.block("if state is SAID:"):
            lines.add("said = True")
            with lines.block("if value is not NOTHING:"):
                lines.add(f"{out}[{member.name!r}] = value")
        if out == "sent":
            with lines.block("elif state is KEPT:"):
                lines.add("kept = True")

    def _comment(self, node: TargetNode, lines: Lines) -> None:
        if isinstance(node, Leaf):
            lines.add(self._module.comment(node))

    def _differs(self, node: TargetNode) -> str:
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

    def _change(self, node: TargetNode, full: bool) -> str:
        match node:
            case Leaf():
                return f"change_leaf({self._leaf(node)})"
            case ObjectNode():
                return f"{self.change_object(node, full=full)}(before, after, view)"
            case ItemsNode():
                return f"{self._change_items(node, full=full)}(before, after, view)"
        raise AssertionError

    def _standing(self, node: TargetNode, *, full: bool) -> str:
        """What of a node stands at the vendor after the update."""
        match node:
            case Leaf():
                return f"standing({self._leaf(node)})"
            case Rider(index=index):
                return f"view.riders[{index}]"
            case ObjectNode():
                change = self.change_object(node, full=True)
            case ItemsNode():
                change = self._change_items(node, full=True)
        return f"standing_of({change}, {self.stand(node, full=True)}, before, after, view)"

    def _unchanged(self, node: TargetNode, *, full: bool) -> str:
        """What stands of a node that does not change."""
        match node:
            case Leaf():
                return f"unchanged({self._leaf(node)})"
            case Rider(index=index):
                return f"view.riders[{index}]"
            case _:
                return f"{self.stand(node, full=full)}(before, after, view)"

    def _along(self, node: TargetNode, *, full: bool) -> str:
        """What of a node is in every update; NOTHING if there is never anything."""
        if not facts.goes_along(node):
            return "NOTHING"
        if isinstance(node, Leaf):
            return f"along({self._leaf(node)})"
        return f"{self._along_function(node, full=full)}(before, after, view)"  # type: ignore[arg-type]

    def _leaf(self, leaf: Leaf) -> str:
        return f"{self._rule(leaf)}, {self._sides(leaf)}, view{self._items_of(leaf)}"

    # Objects

    def change_object(self, node: ObjectNode, *, full: bool) -> str:
        return self._function("change", node, full, self._write_change_object)

    def _write_change_object(self, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
        inside = full or node.whole
        with lines.block(f"def {name}(before, after, view):"):
            if node.presence is not None:
                self._presence(node, name, full, lines)
            if node.clear is not None:
                self._own_clear(node, full, lines)
            if node.whole and not full:
                lines.add("view = view.whole()")
            if node.policy.immutable:
                self._immutable(node, inside, full, lines)
            if node.whole:
                lines.add("omitted = view.draft.omitted")
            if facts.required(node):
                lines.add("mark = view.draft.mark()")
            if not inside:
                lines.add("draft, sent = view.draft, {}")
            lines.add("said = kept = False")
            outcomes = self._members(node, "sent", lines, full=inside)
            if outcomes:
                states = ", ".join(one.state for one in outcomes)
                lines.add(f"kept = kept or KEPT in ({states},)")
            if inside:
                self._close_full(node, outcomes, full, lines)
            else:
                self._close(node, outcomes, full, lines)

    def _close(self, node: ObjectNode, outcomes: list[_Member], full: bool, lines: Lines) -> None:
        with lines.block("if not said:"):
            stand = self.stand(node, full=full)
            lines.add(f"return (KEPT, {stand}(before, before, view)) if kept else UNCHANGED")
        with lines.block("if not sent:"):
            lines.add("return SAID, NOTHING")
        for one in outcomes:  # those that are required: what was rejected goes as before had it
            with lines.block(f"if {one.state} is KEPT and {one.value} is not NOTHING:"):
                lines.add(f"sent[{one.node.name!r}] = {one.value}")
        lines.add(f"sent = {self._complete(node, full=full)}(sent, before, after, view)")
        self._whole_enough(node, "sent", full, lines)

    def _close_full(self, node: ObjectNode, outcomes: list[_Member], full: bool, lines: Lines) -> None:
        with lines.block("if not said and not kept:"):
            lines.add("return UNCHANGED")
        lines.add("made = {}")
        for one in outcomes:
            with lines.block(f"if {one.state} is SAME:"):
                lines.add(f"{one.value} = {self._unchanged(one.node, full=True)}")
            with lines.block(f"if {one.value} is not NOTHING:"):
                lines.add(f"made[{one.node.name!r}] = {one.value}")
        riders = [member for member in node.members if isinstance(member, Rider)]
        is_item = self._is_item and node is self._table.root
        self._riders(riders, "made", lines, only="" if is_item else "made")
        with lines.block("if not said:"):
            lines.add("return KEPT, made if made else NOTHING")
        # `{}` would clear what could not be said; it is sent only where leaving a member out clears it.
        left_out = " and view.draft.omitted == omitted" if node.whole else ""
        with lines.block(f"if not made{left_out}:"):
            lines.add("return SAID, NOTHING")
        for one in outcomes:
            if empty := facts.empty_if_required(node, one.node):
                kept = "" if empty == "{}" else f" and {one.state} is not KEPT"
                with lines.block(f"if {one.value} is NOTHING{kept}:"):
                    lines.add(f"made[{one.node.name!r}] = {empty}")
        if node.whole and node.target:
            slots = tuple(leaf.slot for leaf in leaves(node))
            lines.add(f"note_whole({self._rule(node)}, {slots!r}, after, view)")
        if riders and not is_item:
            with lines.block("if not made:"):  # it is sent for what is left out of it
                self._riders(riders, "made", lines)
        self._whole_enough(node, "made", full, lines)

    def _whole_enough(self, node: ObjectNode, made: str, full: bool, lines: Lines) -> None:
        if required := facts.required(node):
            bound = self._names.bind(required, f"required_{node.name}")
            with lines.block(f"if not {bound} <= {made}.keys():"):
                stand = self.stand(node, full=full)
                lines.add(f"return lacking({self._rule(node)}, {made}, {stand}, before, view, mark)")
        lines.add(f"return SAID, {made}")

    def _presence(self, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
        """What the state of the source object decides alone."""
        presence = node.presence
        assert presence is not None
        rule = self._names.bind(presence, "source")
        stand = f"{self.stand(node, full=full)}(before, before, view)"
        lines.add(f"was, now = before[{presence.slot}], after[{presence.slot}]")
        with lines.block("if now.__class__ is Failure:"):
            with lines.block(f"if was is SILENT or not view.sources_equal({rule}, was, now):"):
                lines.add(f"view.reject(now.code, {node.target!r}, {self._rule(node)}, now.reason)")
            lines.add(f"return KEPT, {stand}")
        if presence.origin.when is None:
            return
        with lines.block("if now is SILENT:"):
            with lines.block(f"if not {self._there(node)}:"):
                lines.add("return UNCHANGED")
            if not node.policy.otherwise_clear:
                note = f"view.target({node.target!r}), LEFT_BEHIND, {self._rule(node)}"
                lines.add(f"view.draft.note({note})", f"return KEPT, {stand}")
            elif node.clear is not None:
                lines.add(f"return {self._clear(node, full)}")
            else:
                lines.add(f"return {name}(before, (ABSENT,) * len(after), view.completed())")

    def _own_clear(self, node: ObjectNode, full: bool, lines: Lines) -> None:
        with lines.block(f"if {self._all_gone(node)}:"):
            lines.add(f"return {self._clear(node, full)}")

    def _clear(self, node: ObjectNode, full: bool) -> str:
        clear = self._names.bind(node.clear, "clear")
        stand = self.stand(node, full=full)
        return f"clear_object({self._rule(node)}, {clear}, {self._there(node)}, {stand}, before, view)"

    def _immutable(self, node: ObjectNode, inside: bool, full: bool, lines: Lines) -> None:
        """The vendor does not let the object change: what would be said is not."""
        trial = self._function("says", node, inside, self._write_says)
        said = f"{trial}(before, after, view.on_trial())"
        with lines.block(f"if {self._there(node)} and {said}:"):
            text = "the vendor does not accept a change of this object"
            lines.add(f"view.reject('CM802', {node.target!r}, {self._rule(node)}, {text!r})")
            lines.add(f"return KEPT, {self.stand(node, full=full)}(before, before, view)")

    def _write_says(self, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
        with lines.block(f"def {name}(before, after, view):"):
            lines.add("draft, sent, said, kept = view.draft, {}, False, False")
            self._members(node, "sent", lines, full=full)
            lines.add("return said")

    def stand(self, node: ObjectNode | ItemsNode, *, full: bool) -> str:
        if isinstance(node, ItemsNode):
            return self._function("stand", node, full, self._write_stand_items)
        return self._function("stand", node, full, self._write_stand)

    def _write_stand(self, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
        with lines.block(f"def {name}(before, after, view):"):
            if node.clear is not None and any(leaves(node)):
                with lines.block(f"if is_cleared({self._read_by(node)}, after):"):
                    value = node.clear.value if isinstance(node.clear, Send) else None
                    made = f"fresh({self._names.bind(value, 'cleared')})" if value else repr(value)
                    lines.add(f"return {made if node.clear.at_place else 'NOTHING'}")
            lines.add("made = {}")
            for member in node.members:
                if isinstance(member, Rider):
                    continue
                lines.add(f"value = {self._unchanged(member, full=full)}")
                with lines.block("if value is not NOTHING:"):
                    lines.add(f"made[{member.name!r}] = value")
            for member in node.members:
                if empty := facts.empty_if_required(node, member):
                    with lines.block(f"if made and {member.name!r} not in made:"):
                        lines.add(f"made[{member.name!r}] = {empty}")
            riders = [member for member in node.members if isinstance(member, Rider)]
            self._riders(riders, "made", lines, only="" if node.policy.required else "made")
            lines.add("return made if made else NOTHING")

    def _complete(self, node: ObjectNode, *, full: bool) -> str:
        return self._function("complete", node, full, self._write_complete)

    def _write_complete(self, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
        """Riders, `send: always` members and required members go along with what is sent."""
        required = facts.required(node)
        with lines.block(f"def {name}(sent, before, after, view):"):
            self._riders([one for one in node.members if isinstance(one, Rider)], "sent", lines)
            for member in node.members:
                wanted = member.name in required
                if isinstance(member, Rider) or not (wanted or facts.goes_along(member)):
                    continue
                with lines.block(f"if {member.name!r} not in sent:"):
                    if (empty := facts.empty_if_required(node, member)) == "{}":
                        lines.add(f"sent[{member.name!r}] = {empty}")
                        continue
                    made = self._standing(member, full=full) if wanted else self._along(member, full=full)
                    if empty:
                        made = f"empty_list({self._leaf(member)})"  # type: ignore[arg-type]  # a leaf
                    lines.add(f"value = {made}")
                    with lines.block("if value is not NOTHING and value is not None:"):
                        lines.add(f"sent[{member.name!r}] = value")
            ordered = sorted(node.members, key=lambda member: isinstance(member, Rider))
            lines.add(f"return arranged({tuple(member.name for member in ordered)!r}, sent)")

    def _along_function(self, node: ObjectNode | ItemsNode, *, full: bool) -> str:
        return self._function("along", node, full, self._write_along)

    def _write_along(self, node: ObjectNode | ItemsNode, name: str, full: bool, lines: Lines) -> None:
        with lines.block(f"def {name}(before, after, view):"):
            if isinstance(node, ObjectNode):
                self._unless_refused(node, full, lines)
            if full or node.whole or (isinstance(node, ObjectNode) and node.policy.always):
                lines.add(f"value = {self._standing(node, full=full)}")
                if node.whole:
                    note = f"view.target({node.target!r}), REPLACED_WHOLE, {self._rule(node)}"
                    with lines.block("if value is not NOTHING and view.known:"):
                        lines.add(f"view.draft.note({note})")
                lines.add("return value")
            elif isinstance(node, ItemsNode):
                made = [(segment, self._along(item, full=full)) for segment, item in node.items]
                lines.add(f"return {self._listed(made)} or NOTHING")
            else:
                if node.clear is not None and node.clear.says:
                    with lines.block(f"if {self._all_gone(node)}:"):
                        lines.add("return NOTHING")  # it is cleared, with all that is in it
                lines.add("sent = {}")
                for member in node.members:
                    if isinstance(member, Rider) or not facts.goes_along(member):
                        continue
                    lines.add(f"value = {self._along(member, full=full)}")
                    with lines.block("if value is not NOTHING and value is not None:"):
                        lines.add(f"sent[{member.name!r}] = value")
                with lines.block("if not sent:"):
                    lines.add("return NOTHING")
                lines.add(f"sent = {self._complete(node, full=full)}(sent, before, after, view)")
                if facts.required(node):
                    with lines.block(f"if lacks_rejected({self._rule(node)}, sent, view):"):
                        lines.add("return NOTHING")
                lines.add("return sent")

    def _unless_refused(self, node: ObjectNode, full: bool, lines: Lines) -> None:
        """Nothing goes along of an object that does not speak, or may not change."""
        if node.presence is not None:
            with lines.block(f"if after[{node.presence.slot}].__class__ in SPEECHLESS:"):
                lines.add("return NOTHING")
        if node.policy.immutable and not node.policy.always:
            says = self._function("says", node, full or node.whole, self._write_says)
            said = f"{says}(before, after, view.on_trial())"
            with lines.block(f"if {self._there(node)} and {said}:"):
                named = tuple(leaf.slot for leaf in leaves(node) if leaf.policy.identity)
                lines.add(f"after = kept_row(before, after, {named!r})")  # it stays as it was

    # Lists whose items are named

    def _change_items(self, node: ItemsNode, *, full: bool) -> str:
        return self._function("change", node, full, self._write_change_items)

    def _write_change_items(self, node: ItemsNode, name: str, full: bool, lines: Lines) -> None:
        inside = full or node.whole
        with lines.block(f"def {name}(before, after, view):"):
            if node.whole and not full:
                lines.add("view = view.whole()")
            if node.whole:
                lines.add("omitted = view.draft.omitted")
            made: list[tuple[Any, str]] = []
            states: list[str] = []
            after: list[tuple[str, str, TargetNode]] = []
            for segment, item in node.items:
                if isinstance(item, Rider):
                    made.append((segment, f"view.riders[{item.index}]"))
                    continue
                state, value = self._names.fresh("state"), self._names.fresh("item")
                lines.add(f"{state}, {value} = UNCHANGED")
                with lines.block(f"if {self._differs(item)}:"):
                    self._comment(item, lines)
                    lines.add(f"{state}, {value} = {self._change(item, inside)}")
                states.append(state)
                made.append((segment, value))
                after.append((state, value, item))
            told = f"({', '.join(states)},)" if states else "()"
            with lines.block(f"if SAID not in {told}:"):
                with lines.block(f"if KEPT not in {told}:"):
                    lines.add("return UNCHANGED")
                if not inside:
                    stand = f"{self.stand(node, full=inside)}(before, before, view)"
                    lines.add(f"return KEPT, {stand}")
            for state, value, item in after:
                if inside:
                    with lines.block(f"if {state} is SAME:"):
                        lines.add(f"{value} = {self._unchanged(item, full=True)}")
                else:
                    with lines.block(f"if {state} is not SAID:"):
                        lines.add(f"{value} = {self._along(item, full=False)}")
            lines.add(f"listed = {self._listed(made)}")
            if inside:
                with lines.block(f"if SAID not in {told}:"):
                    lines.add("return KEPT, listed or NOTHING")
            left_out = " and view.draft.omitted == omitted" if node.whole else ""
            with lines.block(f"if not listed{left_out}:"):
                lines.add("return SAID, NOTHING")
            if node.whole:
                with lines.block("if view.known:"):
                    lines.add(
                        f"view.draft.note(view.target({node.target!r}), REPLACED_WHOLE, {self._rule(node)})"
                    )
            lines.add("return SAID, listed")

    def _write_stand_items(self, node: ItemsNode, name: str, full: bool, lines: Lines) -> None:
        with lines.block(f"def {name}(before, after, view):"):
            made: list[tuple[Any, str]] = []
            values: list[str] = []
            for segment, item in node.items:
                if isinstance(item, Rider):
                    made.append((segment, f"view.riders[{item.index}]"))
                    continue
                values.append(self._names.fresh("item"))
                made.append((segment, values[-1]))
                lines.add(f"{values[-1]} = {self._unchanged(item, full=full)}")
            nothing = " and ".join(f"{value} is NOTHING" for value in values) or "True"
            lines.add(f"return NOTHING if {nothing} else {self._listed(made)}")

    def _listed(self, made: Iterable[tuple[Any, str]]) -> str:
        rows = [f"({self._names.bind(segment, 'place')}, {value})" for segment, value in made]
        return f"in_list(({', '.join(rows)},))"

    # Names

    def _function(self, kind: str, node: Any, full: bool, write: Any) -> str:
        """The name of a container's function, which is written when it is first asked for."""
        key = (kind, id(node), full)
        name = self._made.get(key)
        if name is None:
            name = self._made[key] = self._names.declare(f"{kind}_{node.name or 'item'}")
            lines = Lines()
            with self._names.scope():
                write(node, name, full, lines)
            self._module.add_function(lines)
        return name

    def _rule(self, node: TargetNode) -> str:
        return self._names.bind(node, f"rule_{node.name or 'item'}")

    def _sides(self, leaf: Leaf) -> str:
        return f"before[{leaf.slot}], after[{leaf.slot}]"

    def _items_of(self, leaf: Leaf) -> str:
        if not leaf.kind.has_items:
            return ""
        tables = [self._module.item_functions(each.table) for each in eaches(leaf.origin)]
        return f", ({', '.join(tables)},)" if tables else ""

    def _all_gone(self, node: ObjectNode) -> str:
        """The question whether all that an object reads is null or gone."""
        return f"all_gone({self._read_by(node)}, before, after, view)"

    def _read_by(self, node: ObjectNode) -> str:
        """The rules below an object, and its source object."""
        source = self._names.bind(node.presence, "source") if node.presence is not None else "None"
        return f"{self._names.bind(tuple(leaves(node)), f'below_{node.name}')}, {source}"

    def _there(self, node: ObjectNode | ItemsNode) -> str:
        """The question whether anything of a container is there."""
        return f"was_there({tuple(leaf.slot for leaf in leaves(node))!r}, before)"

    def _riders(self, riders: Iterable[Rider], out: str, lines: Lines, *, only: str = "") -> None:
        """Parameters and constants; `only`: under this condition."""
        for rider in riders:
            asked = f"{only} and " if only else ""
            with lines.block(f"if {asked}view.riders[{rider.index}] is not ABSENT:"):
                lines.add(f"{out}[{rider.name!r}] = view.riders[{rider.index}]")
