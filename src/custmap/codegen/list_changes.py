"""What changed in a list whose items are named by position or key, and what of it stands."""

from __future__ import annotations

from typing import Any

from custmap.codegen import facts
from custmap.codegen.comparing import Comparing
from custmap.codegen.lines import Lines
from custmap.model.nodes import ItemsNode, Rider, TargetNode


def write_change_list(writer: Comparing, node: ItemsNode, name: str, full: bool, lines: Lines) -> None:
    inside = full or node.whole
    if writer.said is not None and not inside:
        _write_told(writer, node, name, lines)
        return
    with lines.block(f"def {name}(before, after, view):"):
        if node.whole and not full:
            lines.add("view = view.whole()")
        if node.whole:
            lines.add("omitted = view.draft.omitted")
        if facts.may_wait(node) or facts.values_in_gaps(node):
            lines.add("waiting, mark = view.draft.waiting, view.draft.mark()")
        made: list[tuple[Any, str]] = []
        states: list[str] = []
        after: list[tuple[str, str, TargetNode]] = []
        for segment, item in node.items:
            if isinstance(item, Rider):
                made.append((segment, f"view.riders[{item.index}]"))
                continue
            state, value = writer.names.fresh("state"), writer.names.fresh("item")
            lines.add(f"{state}, {value} = UNCHANGED")
            with lines.block(f"if {writer.differs(item)}:"):
                writer.comment(item, lines)
                lines.add(f"{state}, {value} = {writer.change(item, inside)}")
            states.append(state)
            made.append((segment, value))
            after.append((state, value, item))
        told = f"({', '.join(states)},)" if states else "()"
        with lines.block(f"if SAID not in {told}:"):
            if not inside:
                with lines.block(f"if KEPT not in {told}:"):
                    lines.add("return UNCHANGED")
                stand = writer.as_before(node, full=inside)
                lines.add(f"return KEPT, {stand}")
        for state, value, item in after:
            if inside:
                with lines.block(f"if {state} is SAME and {value} is NOTHING:"):
                    lines.add(f"{value} = {writer.unchanged(item, full=True)}")
            else:
                with lines.block(f"if {state} is not SAID or {value} is NOTHING:"):
                    lines.add(f"{value} = {writer.along(item, full=False)}")
        _refuse_gaps(writer, node, made, inside, lines)
        lines.add(f"listed = {writer.listed(made, [value for _, value, _ in after])}")
        if inside:
            with lines.block(f"if SAID not in {told}:"):
                lines.add(f"return KEPT if KEPT in {told} else SAME, listed or NOTHING")
        if facts.may_wait(node):
            stand = writer.function("stand", node, full=inside)
            with lines.block("if view.draft.waiting != waiting:"):
                lines.add(f"return must_wait({writer.rule(node)}, {stand}, before, view, mark)")
        left_out = " and view.draft.omitted == omitted" if node.whole else ""
        with lines.block(f"if not listed{left_out}:"):
            lines.add("return SAID, NOTHING")
        riders = [one for one, (_, item) in zip(made, node.items, strict=True) if isinstance(item, Rider)]
        if riders and node.whole:
            with lines.block("if not listed:"):  # it is sent for what is left out of it
                lines.add(f"listed = {writer.placed(riders)}")
        writer.note_item(node, lines)
        lines.add("return SAID, listed")


def _refuse_gaps(
    writer: Comparing, node: ItemsNode, made: list[tuple[Any, str]], inside: bool, lines: Lines
) -> None:
    """A later position cannot be said where the contract has no `{}` before it, and there is no value."""
    stand = writer.as_before(node, full=inside)
    for at, item in facts.values_in_gaps(node):
        said = " or ".join(f"{value} is not NOTHING" for _, value in made[at + 1 :])
        lacks = f"{writer.standing(item)} in (NOTHING, None)"
        with lines.block(f"if {made[at][1]} is NOTHING and ({said}) and {lacks}:"):
            lines.add(f"return cannot_stand({writer.rule(item)}, {stand}, view, mark)")


def _write_told(writer: Comparing, node: ItemsNode, name: str, lines: Lines) -> None:
    """The list's items are no items of their own: what changed in them is told."""
    assert writer.said is not None
    with lines.block(f"def {name}(before, after, view):"):
        lines.add("draft, said, kept = view.draft, False, False")
        for _, item in node.items:
            if isinstance(item, Rider):
                continue
            with lines.block(f"if {writer.differs(item)}:"):
                writer.comment(item, lines)
                lines.add(f"state, value = {writer.change(item, False)}")
                with lines.block("if state is SAID:"):
                    lines.add("said = True")
                    writer.said(writer, item, lines)
                with lines.block("elif state is KEPT:"):
                    lines.add("kept = True")
        with lines.block("if not said:"):
            lines.add(f"return (KEPT, {writer.as_before(node, full=False)}) if kept else UNCHANGED")
        lines.add("return SAID, NOTHING")


def write_stand_list(writer: Comparing, node: ItemsNode, name: str, full: bool, lines: Lines) -> None:
    with lines.block(f"def {name}(before, after, view):"):
        made: list[tuple[Any, str]] = []
        values: list[str] = []
        for segment, item in node.items:
            if isinstance(item, Rider):
                made.append((segment, f"view.riders[{item.index}]"))
                continue
            values.append(writer.names.fresh("item"))
            made.append((segment, values[-1]))
            lines.add(f"{values[-1]} = {writer.unchanged(item, full=full)}")
        lines.add(f"return ({writer.listed(made, values)}) or NOTHING")
