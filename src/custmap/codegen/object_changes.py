"""What changed in an object: its own clear, or the members that changed, or all of it if it is sent whole."""

from __future__ import annotations

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing, Member
from custmap.codegen.lines import Lines
from custmap.model.nodes import ObjectNode


def write_change_object(writer: Comparing, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
    inside = full or node.whole
    with lines.block(f"def {name}(before, after, view):"):
        if node.presence is not None:
            _presence(writer, node, name, full, lines)
        if node.clear is not None:
            _own_clear(writer, node, full, lines)
        if node.whole and not full:
            lines.add("view = view.whole()")
        if node.policy.immutable:
            _immutable(writer, node, inside, full, lines)
        if node.whole:
            lines.add("omitted = view.draft.omitted")
        if facts.may_wait(node):
            lines.add("waiting = view.draft.waiting")
        if facts.may_wait(node) or facts.required(node):
            lines.add("mark = view.draft.mark()")
        if not inside:
            lines.add("draft, sent = view.draft, {}")
        lines.add("said = kept = False")
        outcomes = writer.members(node, "sent", lines, full=inside)
        if outcomes:
            states = ", ".join(one.state for one in outcomes)
            lines.add(f"kept = kept or KEPT in ({states},)")
        if inside:
            _close_full(writer, node, outcomes, full, lines)
        else:
            _close(writer, node, outcomes, full, lines)


def _close(writer: Comparing, node: ObjectNode, outcomes: list[Member], full: bool, lines: Lines) -> None:
    with lines.block("if not said:"):
        stand = writer.function("stand", node, full=full)
        lines.add(f"return (KEPT, {stand}(before, before, view)) if kept else UNCHANGED")
    with lines.block("if not sent:"):
        lines.add("return SAID, NOTHING")
    for one in outcomes:  # those that are required: what was rejected goes as before had it
        with lines.block(f"if {one.state} is KEPT and {one.value} is not NOTHING:"):
            lines.add(f"sent[{one.node.name!r}] = {one.value}")
    lines.add(f"sent = {writer.complete(node, 'sent', full=full)}")
    _whole_enough(writer, node, "sent", full, lines)


def _close_full(
    writer: Comparing, node: ObjectNode, outcomes: list[Member], full: bool, lines: Lines
) -> None:
    lines.add("made = {}")
    _put_all(writer, outcomes, "made", lines)
    riders = facts.riders(node)
    is_item = writer.is_item and node is writer.table.root
    writer.riders(riders, "made", lines, only="" if is_item or node.policy.required else "made")
    _empty_required(node, outcomes, lines, only="made and ")
    if node.clear is not None:
        cleared = f"is_cleared({writer.read_by(node)}, after)"
        with lines.block(f"if not said and not kept and {cleared}:"):
            lines.add("return UNCHANGED")
    with lines.block("if not said:"):
        lines.add("return KEPT if kept else SAME, made or NOTHING")
    if facts.may_wait(node):
        stand = writer.function("stand", node, full=full)
        with lines.block("if view.draft.waiting != waiting:"):
            lines.add(f"return must_wait({writer.rule(node)}, {stand}, before, view, mark)")
    # `{}` would clear what could not be said; it is sent only where leaving a member out clears it.
    left_out = " and view.draft.omitted == omitted" if node.whole else ""
    with lines.block(f"if not made{left_out}:"):
        lines.add("return SAID, NOTHING")
    if riders and not is_item:
        with lines.block("if not made:"):  # it is sent for what is left out of it
            writer.riders(riders, "made", lines)
    _empty_required(node, outcomes, lines)
    writer.note_item(node, lines)
    _whole_enough(writer, node, "made", full, lines)


def write_change_record(writer: Comparing, body: ObjectNode, lines: Lines) -> None:
    """The body of a request that replaces the whole record: all that stands. Whom it names is asked apart."""
    lines.add("view = view.whole()")
    outcomes = [
        one for one in writer.members(body, "body", lines, full=True) if not facts.is_identity(one.node)
    ]
    if facts.may_wait(body):
        with lines.block("if draft.waiting:"):
            lines.add(f"return must_all_wait({writer.rule(body)}, view)")
    _put_all(writer, outcomes, "body", lines)
    _empty_required(body, outcomes, lines, out="body")


def _put_all(writer: Comparing, outcomes: list[Member], out: str, lines: Lines) -> None:
    """What is said, and what stands unchanged."""
    for one in outcomes:
        with lines.block(f"if {one.state} is SAME and {one.value} is NOTHING:"):
            lines.add(f"{one.value} = {writer.unchanged(one.node, full=True)}")
        with lines.block(f"if {one.value} is not NOTHING:"):
            lines.add(f"{out}[{one.node.name!r}] = {one.value}")


def _empty_required(
    node: ObjectNode, outcomes: list[Member], lines: Lines, *, only: str = "", out: str = "made"
) -> None:
    """Maps and lists that the contract requires, and that have nothing to say."""
    for one in outcomes:
        if empty := facts.empty_if_required(node, one.node):
            unsaid = f"cannot_be_said(after[{one.node.slot}])"  # type: ignore[union-attr]  # a leaf
            nothing = f"({one.state} is SAID or ({one.state} is SAME and not {unsaid}))"
            with lines.block(f"if {only}{one.node.name!r} not in {out} and {nothing}:"):
                lines.add(f"{out}[{one.node.name!r}] = {empty}")


def _whole_enough(writer: Comparing, node: ObjectNode, made: str, full: bool, lines: Lines) -> None:
    if required := facts.required(node):
        bound = writer.names.bind(required, f"required_{node.name}")
        with lines.block(f"if not {bound} <= {made}.keys():"):
            stand = writer.function("stand", node, full=full)
            lines.add(f"return whole_enough({writer.rule(node)}, {made}, {stand}, before, view, mark)")
    lines.add(f"return SAID, {made}")


def _presence(writer: Comparing, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
    """What the state of the source object decides alone."""
    presence = node.presence
    assert presence is not None
    rule = writer.names.bind(presence, "source")
    stand = f"{writer.function('stand', node, full=full)}(before, before, view)"
    lines.add(f"was, now = before[{presence.slot}], after[{presence.slot}]")
    with lines.block("if now.__class__ is Failure:"):
        with lines.block(f"if was.__class__ is not Failure or not view.sources_equal({rule}, was, now):"):
            lines.add(f"view.reject(now.code, {node.target!r}, {writer.rule(node)}, now.reason)")
        lines.add(f"return KEPT, {stand}")
    if presence.origin.when is None:
        return
    with lines.block("if now is SILENT:"):
        with lines.block(f"if not {writer.there(node)}:"):
            lines.add("return UNCHANGED")
        if not node.policy.otherwise_clear:
            note = f"view.target({node.target!r}), LEFT_BEHIND, {writer.rule(node)}"
            lines.add(f"view.draft.note({note})", f"return KEPT, {stand}")
        elif node.clear is not None:
            lines.add(f"return {_clear(writer, node, full)}")
        else:
            lines.add(f"return {name}(before, (ABSENT,) * len(after), view.completed())")


def _own_clear(writer: Comparing, node: ObjectNode, full: bool, lines: Lines) -> None:
    with lines.block(f"if {writer.all_gone(node)}:"):
        lines.add(f"return {_clear(writer, node, full)}")


def _clear(writer: Comparing, node: ObjectNode, full: bool) -> str:
    clear = writer.names.bind(node.clear, "clear")
    stand = writer.function("stand", node, full=full)
    return f"clear_object({writer.rule(node)}, {clear}, {writer.there(node)}, {stand}, before, view)"


def _immutable(writer: Comparing, node: ObjectNode, inside: bool, full: bool, lines: Lines) -> None:
    """The vendor does not let the object change: what would be said is not."""
    trial = writer.function("says", node, full=inside)
    lines.add("held = bare_row(before)")
    said = f"{trial}(held, after, view.on_trial())"
    with lines.block(f"if {writer.there(node, 'held')} and {said}:"):
        text = "the vendor does not accept a change of this object"
        lines.add(f"view.reject('CM802', {node.target!r}, {writer.rule(node)}, {text!r})")
        lines.add(f"return KEPT, {writer.function('stand', node, full=full)}(before, before, view)")


def write_says(writer: Comparing, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
    with lines.block(f"def {name}(before, after, view):"):
        lines.add("draft, sent, said, kept = view.draft, {}, False, False")
        writer.members(node, "sent", lines, full=full)
        lines.add("return said")
