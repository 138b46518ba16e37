"""`Lineage`: where every target comes from, and what each state of its source becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from custmap.diagnostics.plain import plain, plain_lines

FORMAT_VERSION: Final = 1
_ENTITIES: Final = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "\n": " "})
"""Mermaid reads labels as HTML."""


@dataclass(frozen=True, slots=True)
class Line:
    """One target.

    `sources`   the canonical paths that it depends on, the main one first; a parameter is `params.NAME`.
    `expression` the rule's source; `steps` what is done to the value after that.
    `states`    for each state of the source what apply sends, and what a diff sends if before had a
                value. `gone` is absent in a complete record, or a key or item that a stated map or
                list no longer has. Empty for riders and for members of items.
    `back`      whether it reads back from the vendor's copy: `two-way`, `two-way with loss: case`,
                `one-way: it has several sources`; None for what does not come from the customer, or is not
                in the body.
    `request`   of several requests: the name of the entry that the rule belongs to.
    `columns`   of a source: those from which what the rule reads comes.
    `asks`      the canonical paths that its conditions read; they may be among its sources.
    """

    target: str
    sources: tuple[str, ...]
    expression: str
    steps: tuple[str, ...]
    line: int
    states: dict[str, tuple[str, str]] = field(default_factory=dict)
    note: str | None = None
    assumed: str | None = None
    back: str | None = None
    request: str = ""
    columns: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """The lines of a mapping, in the order of its parts and targets."""

    mapping: str
    file: str
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        return plain_lines("\n\n".join([self.mapping, *map(_text, self.lines)]))

    def to_dict(self) -> dict[str, Any]:
        return {
            "format_version": FORMAT_VERSION,
            "mapping": self.mapping,
            "file": self.file,
            "targets": [
                {
                    "target": line.target,
                    "sources": list(line.sources),
                    "expression": line.expression,
                    "steps": list(line.steps),
                    "line": line.line,
                    "states": {
                        state: {"apply": applied, "diff": compared} if compared else {"says": applied}
                        for state, (applied, compared) in line.states.items()
                    },
                    "note": line.note,
                    "assumed": line.assumed,
                    "back": line.back,
                    **({"request": line.request} if line.request else {}),
                    **({"columns": list(line.columns)} if line.columns else {}),
                }
                for line in self.lines
            ],
        }

    def to_mermaid(self) -> str:
        """A flowchart from sources to targets, as Mermaid text for Markdown viewers."""
        names: dict[str, str] = {}
        drawn = ["flowchart LR"]
        for line in self.lines:
            for source in line.sources:
                left = _node(names, "source", source, drawn)
                right = _node(names, "target", line.target, drawn)
                drawn.append(f"  {left} --> {right}")
            for column in line.columns:
                left = _node(names, "column", column, drawn)
                right = _node(names, "target", line.target, drawn)
                drawn.append(f"  {left} -.-> {right}")
        return plain_lines("\n".join(drawn))


def _node(names: dict[str, str], kind: str, text: str, drawn: list[str]) -> str:
    key = f"{kind} {text}"
    if key not in names:
        names[key] = f"{kind[0]}{len(names)}"
        shown = text.translate(_ENTITIES)
        drawn.append(f'  {names[key]}["{shown}"]')
    return names[key]


def _text(line: Line) -> str:
    place = f"line {line.line}, {line.request}" if line.request else f"line {line.line}"
    head = f"{line.target}  ←  {line.expression}    ({place})"
    rows = [head]
    if line.sources and line.sources != (line.expression,):
        rows.append(f"    from     {', '.join(line.sources)}")
    if line.columns:
        rows.append(f"    columns  {', '.join(line.columns)}")
    rows += [f"    then     {step}" for step in line.steps]
    if line.states and not any(compared for _, compared in line.states.values()):
        rows += [f"    {state:<8} {applied}" for state, (applied, _) in line.states.items()]
    elif line.states:
        width = max(len(applied) for applied, _ in line.states.values())
        rows.append(f"    {'':<8} {'apply':<{width}}  diff, from a value")
        rows += [
            f"    {state:<8} {applied:<{width}}  {compared}"
            for state, (applied, compared) in line.states.items()
        ]
    if line.back:
        rows.append(f"    back     {line.back}")
    if line.note:
        rows.append(f"    note     {line.note}")
    if line.assumed:
        rows.append(f"    assumed  {line.assumed}")
    return "\n".join(map(plain, rows))
