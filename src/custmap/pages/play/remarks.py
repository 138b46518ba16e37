"""Findings as an editor shows them: under which line of which text, and what may be written instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.model.change import Rejection
from custmap.pages.html import shown
from custmap.syntax.node import ListNode, MapNode, Node
from custmap.syntax.source_text import Text
from custmap.values.words import counted

_STEP: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^."\[\]]+)')
_START: Final = Span("", 1, 1, 1, 1)
_ORDER: Final = ("error", "rejected", "warning", "info")
MOST: Final = 100
"""More remarks than this are counted."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of one editor's text. Lines and columns count from 1; the end is exclusive.

    `level`    error, warning, info; `rejected` for what the vendor cannot be told.
    `instead`  what may be written in place of the marked text.
    `counts`   how many findings it stands for: more than one where others were cut.
    """

    editor: str
    line: int
    column: int
    end_line: int
    end_column: int
    level: str
    code: str
    message: str
    help: str | None = None
    instead: str | None = None
    counts: int = 1

    def to_dict(self) -> dict[str, Any]:
        """As JSON values; texts are shown as pages show them."""
        told = asdict(self)
        told["message"] = shown(self.message)
        told["help"] = None if self.help is None else shown(self.help)
        return told


def of_finding(one: Diagnostic, editor: str, file: str, text: str) -> Remark:
    """A finding of a text; one of another file, such as the contract, stands at the first line."""
    message, span, instead = one.message or one.title, one.span or _START, None
    if span.file != file:
        place = f"{one.span}: " if one.span is not None else ""
        span, message = _START, f"{place}{message}"
    elif one.meant is not None and span.line == span.end_line and span.column < span.end_column:
        instead, span = one.meant.text, _of_word(one.meant, span, text)
    return _remark(editor, span, str(one.level), one.code, f"{one.title}: {message}", one.help, instead)


def _of_word(meant: Meant, span: Span, text: str) -> Span:
    """The place of the word that is wrong, within the place of a finding on one line."""
    read = Text(text.removeprefix("\ufeff"), "")
    line = read.starts[span.line - 1]
    written = read.text[line + span.column - 1 : line + span.end_column - 1]
    start, end = next(meant.places(written))
    return replace(span, column=span.column + start, end_column=span.column + end)


def of_record(one: Diagnostic, editor: str, node: Node | None) -> Remark:
    """A problem of a record or a parameter, at the value that it is about."""
    path = (one.path or "").removeprefix("params.") if editor == "params" else one.path or ""
    span = node_at(node, path).span if node is not None else _START
    about = f"{one.path}: " if one.path else ""
    return _remark(editor, span, str(one.level), one.code, f"{about}{one.title}: {one.message}", one.help)


def of_rejection(one: Rejection, target: str) -> Remark:
    """What the vendor cannot be told, at the rule."""
    return replace(
        _remark("mapping", one.span, "rejected", one.code, f"{target}: {one.message}", None),
        end_line=one.span.line,
        end_column=one.span.column + max(1, len(target.rpartition(".")[2])),
    )


def told(editor: str, message: str, help: str | None = None, code: str = "") -> Remark:
    """A remark about a whole text."""
    return Remark(editor, 1, 1, 1, 1, "error", code, message, help)


def _remark(
    editor: str, span: Span, level: str, code: str, message: str, help: str | None, instead: str | None = None
) -> Remark:
    return Remark(
        editor, span.line, span.column, span.end_line, span.end_column, level, code, message, help, instead
    )


def node_at(node: Node, path: str) -> Node:
    """The node at a canonical path, or the nearest one around it; of one over several lines its beginning."""
    for step in _steps(path):
        match node:
            case MapNode() if isinstance(step, str) and (found := node.get(step)) is not None:
                node = found
            case ListNode(items=items) if isinstance(step, int) and step < len(items):
                node = items[step]
            case _:
                break
    while node.span.line != node.span.end_line:
        match node:
            case MapNode(entries=((key, _), *_)):
                return key
            case ListNode(items=(first, *_)):
                node = first
            case _:
                break
    return node


def _steps(path: str) -> Iterator[str | int]:
    for quoted, index, name in _STEP.findall(path):
        yield int(index) if index else name or quoted


def limited(remarks: Iterable[Remark]) -> list[Remark]:
    """The first remarks of each editor, in the order of their lines, and how many more there are.

    Errors go before warnings where not all are kept: what stops a request is never the part that is cut.
    """
    found: dict[str, list[Remark]] = {}
    for one in by_place(remarks):
        found.setdefault(one.editor, []).append(one)
    kept: list[Remark] = []
    for editor, all_of in found.items():
        worst_first = sorted(all_of, key=lambda one: _ORDER.index(one.level))
        kept += by_place(worst_first[:MOST])
        if rest := worst_first[MOST:]:
            more = told(editor, f"and {counted(len(rest), 'finding')} more")
            kept.append(replace(more, level=rest[0].level, counts=len(rest)))
    return kept


def by_place(remarks: Iterable[Remark]) -> list[Remark]:
    """In the order of their lines."""
    return sorted(remarks, key=lambda one: (one.line, one.column, one.code))
