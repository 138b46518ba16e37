"""A comparison as text: `+` added, `-` removed, and what changed beside what that does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.diagnostics.plain import plain, plain_lines
from custmap.diagnostics.render.render import render
from custmap.review.compare.comparison import Comparison
from custmap.review.compare.rows import Line, effect_rows, lines_of, state_of, title_of
from custmap.review.compare.told import CLEAR, REJECT, MeaningChange

_RED: Final = "31"
_GREEN: Final = "32"
_YELLOW: Final = "33"
_BOLD: Final = "1"
_WIDEST: Final = 44
"""Columns of the middle part; what is longer moves the last part."""


def comparison_picture(one: Comparison, *, color: bool) -> str:
    """The text, with a heading, without a line end at its end."""
    name, versions = title_of(one)
    parts = ["\n".join([f"{_painted(name, _BOLD, color)}   {versions}"])]
    if (state := state_of(one)) is not None:
        parts.append(f"  {state}")
    if one.findings:
        findings = render([found for _, found in one.findings], "text", color=color, frames=color)
        parts.append("\n".join(f"  {line}".rstrip() for line in findings.rstrip("\n").split("\n")))
    if one.changes:
        parts.append("\n".join(_table(one.changes, color)))
    if one.effect is not None:
        rows = effect_rows(one)
        width = max((len(target) for target, _ in rows), default=0)
        lines = [f"  {target:<{width}}  {counts}" for target, counts in rows]
        parts.append("\n".join([plain(str(one.effect)), *lines]))
    parts += [f"note: {plain(remark)}" for remark in one.remarks]
    text = "\n\n".join(parts)
    return text if color else plain_lines(text)


def _table(changes: tuple[MeaningChange, ...], color: bool) -> Iterator[str]:
    rows = [(change, list(lines_of(change))) for change in changes]
    lines = [line for _, found in rows for line in found]
    names = max(len(_name(line)) for line in lines)
    middle = min(_WIDEST, max(len(line.text) for line in lines))
    for change, found in rows:
        for line in found:
            yield _row(line, change, names, middle, color)


def _name(line: Line) -> str:
    return f"{line.mark} {line.target}" if line.mark else line.target


def _row(line: Line, change: MeaningChange, names: int, middle: int, color: bool) -> str:
    name = _painted(f"{_name(line):<{names}}", {"+": _GREEN, "-": _RED}.get(line.mark, ""), color)
    harmful = change.harms & {CLEAR, REJECT} and not line.means.startswith("help:")
    means = _painted(line.means, _YELLOW if harmful else "", color)
    return f"  {name}  {line.text:<{middle}}  {means}".rstrip()


def _painted(text: str, style: str, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color and style and text.strip() else text
