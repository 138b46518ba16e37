"""What of an object stands at the vendor, what is in every update, and what goes along with a part of it."""

from __future__ import annotations

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing
from custmap.codegen.lines import Lines
from custmap.model.clear import Send
from custmap.model.nodes import Container, ItemsNode, ObjectNode, Rider
from custmap.model.walkers import leaves


def write_stand_object(writer: Comparing, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
    with lines.block(f"def {name}(before, after, view):"):
        if node.clear is not None and any(leaves(node)):
            with lines.block(f"if is_cleared({writer.read_by(node)}, after):"):
                value = node.clear.value if isinstance(node.clear, Send) else None
                made = f"fresh({writer.names.bind(value, 'cleared')})" if value else repr(value)
                lines.add(f"return {made if node.clear.at_place else 'NOTHING'}")
        lines.add("made = {}")
        for member in node.members:
            if isinstance(member, Rider):
                continue
            lines.add(f"value = {writer.unchanged(member, full=full)}")
            with lines.block("if value is not NOTHING:"):
                lines.add(f"made[{member.name!r}] = value")
        for member in node.members:
            if empty := facts.empty_if_required(node, member):
                unsaid = f"cannot_be_said(after[{member.slot}])"  # type: ignore[union-attr]  # a leaf
                with lines.block(f"if made and {member.name!r} not in made and not {unsaid}:"):
                    lines.add(f"made[{member.name!r}] = {empty}")
        writer.riders(facts.riders(node), "made", lines, only="" if node.policy.required else "made")
        lines.add("return made if made else NOTHING")


def write_complete(writer: Comparing, node: ObjectNode, name: str, full: bool, lines: Lines) -> None:
    """Riders, `send: always` members and required members go along with what is sent."""
    required = facts.required(node)
    with lines.block(f"def {name}(sent, before, after, view):"):
        writer.riders(facts.riders(node), "sent", lines)
        for member in node.members:
            wanted = member.name in required
            if isinstance(member, Rider) or not (wanted or facts.goes_along(member)):
                continue
            with lines.block(f"if {member.name!r} not in sent:"):
                if empty := facts.empty_if_required(node, member):
                    lines.add(f"sent[{member.name!r}] = {empty}")
                    rejected = f"after[{member.slot}].__class__ is Failure"  # type: ignore[union-attr]  # a leaf
                    with lines.block(f"if {rejected}:"):
                        lines.add(f"value = {writer.unchanged(member, full=full)}")
                        with lines.block("if value is not NOTHING:"):
                            lines.add(f"sent[{member.name!r}] = value")
                    continue
                made = writer.standing(member) if wanted else writer.along(member, full=full)
                lines.add(f"value = {made}")
                with lines.block("if value is not NOTHING and value is not None:"):
                    lines.add(f"sent[{member.name!r}] = value")
        ordered = sorted(node.members, key=lambda member: isinstance(member, Rider))
        lines.add(f"return arranged({tuple(member.name for member in ordered)!r}, sent)")


def write_along(writer: Comparing, node: Container, name: str, full: bool, lines: Lines) -> None:
    with lines.block(f"def {name}(before, after, view):"):
        if isinstance(node, ObjectNode):
            _unless_refused(writer, node, full, lines)
            if node.clear is not None and any(leaves(node)):
                gone = f"says_none({writer.read_by(node)}, before, after, view)"
                if node.policy.immutable and node.clear.says:
                    gone += f" and not {writer.there(node)}"
                with lines.block(f"if {gone}:"):
                    if node.clear.says:
                        lines.add("return NOTHING")  # it is gone, with all that is in it
                    else:
                        named = tuple(leaf.slot for leaf in leaves(node) if leaf.policy.identity)
                        lines.add(f"after = kept_row(before, after, {named!r})")  # the vendor keeps it
        if full or node.whole:
            lines.add(f"return {writer.standing(node)}")
        elif isinstance(node, ObjectNode) and node.policy.always:
            lines.add(f"value = {writer.standing(node)}")
            complete = writer.complete(node, "value", full=False)
            lines.add(f"return {complete} if value.__class__ is dict else value")
        elif isinstance(node, ItemsNode):
            made = []
            for segment, item in node.items:
                made.append((segment, writer.names.fresh("item")))
                lines.add(f"{made[-1][1]} = {writer.along(item, full=full)}")
            lines.add(f"return ({writer.listed(made, [item for _, item in made])}) or NOTHING")
        else:
            lines.add("sent = {}")
            for member in node.members:
                if isinstance(member, Rider) or not facts.goes_along(member):
                    continue
                lines.add(f"value = {writer.along(member, full=full)}")
                with lines.block("if value is not NOTHING and value is not None:"):
                    lines.add(f"sent[{member.name!r}] = value")
            with lines.block("if not sent:"):
                lines.add("return NOTHING")
            lines.add(f"sent = {writer.complete(node, 'sent', full=full)}")
            if facts.required(node) and not any(leaf.policy.identity for leaf in leaves(node)):
                with lines.block(f"if lacking_in({writer.rule(node)}, sent):"):
                    lines.add("return NOTHING")
            lines.add("return sent")


def _unless_refused(writer: Comparing, node: ObjectNode, full: bool, lines: Lines) -> None:
    """Nothing goes along of an object that does not speak, or may not change."""
    if node.presence is not None:
        with lines.block(f"if after[{node.presence.slot}].__class__ in SPEECHLESS:"):
            lines.add("return NOTHING")
    if node.policy.immutable:
        write_kept_row(writer, node, full, lines)


def write_kept_row(writer: Comparing, node: ObjectNode, full: bool, lines: Lines) -> None:
    """An object that may not change, and would, stays as it was."""
    says = writer.function("says", node, full=full or node.whole)
    lines.add("held = bare_row(before)")
    said = f"{says}(held, after, view.on_trial())"
    if node.clear is not None:
        said = f"({writer.all_gone(node, 'held')} or {said})"
    with lines.block(f"if {writer.there(node, 'held')} and {said}:"):
        named = tuple(leaf.slot for leaf in leaves(node) if leaf.policy.identity)
        lines.add(f"after = kept_row(before, after, {named!r})")
