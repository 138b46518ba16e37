"""The lines of a drafted table, aligned as analysts align them: target, rule, what the contract says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from custmap.testing.write_yaml import flow
from custmap.values.paths import Member, TargetPath, format_path

_PLAIN: Final = re.compile(r"[A-Za-z_$][\w$-]*(?:\[[0-9]+\])?\.[\w.$\[\]-]*", re.ASCII)
"""Paths that are plain in YAML; single names may be words such as `on`."""
_FARTHEST: Final = 44
"""Rules of a group begin in one column, which a longer target does not push further right."""
_WIDEST: Final = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A target of a table.

    `rule`   the text after the colon; None: the row is a comment for now.
    `idea`   what may stand there, in a comment.
    `facts`  what the contract says, as a comment at the end of the line.
    `group`  rows of one group stand together; between groups is a blank line.
    `below`  lines of a comment under the row, as they stand below its key.
    `reads`  the canonical paths that the rule reads.
    `param`  the parameter that the rule takes.
    """

    path: TargetPath
    rule: str | None
    facts: str
    group: str = ""
    below: tuple[str, ...] = ()
    reads: tuple[tuple[str | int, ...], ...] = ()
    param: str | None = None
    idea: str = ""

    def key(self, *, named: bool = False) -> str:
        """The target as a key in YAML, in single quotes where it has double ones itself; `named`: a name."""
        if named and len(self.path) == 1 and isinstance(self.path[0], Member):
            return flow(self.path[0].name)
        text = format_path(self.path)
        if _PLAIN.fullmatch(text):
            return text
        single = '"' in text and not {"'", "\\"} & set(text) and text.isprintable()
        return f"'{text}'" if single else flow(text)

    def silent(self) -> Row:
        """The row as a comment."""
        return replace(self, rule=None, reads=(), param=None)


def table(
    name: str, rows: Sequence[Row], indent: int = 0, *, named: bool = False
) -> tuple[list[str], dict[int, Row]]:
    """The lines of a table, and the rows by their line, from 0.

    `named`: its keys are names, not paths, such as those of a query (`filter[id]`).
    The key of the table is a comment where all its rows are, since a table without rules is none.
    """
    spoken = any(row.rule is not None for row in rows)
    lines = [f"{' ' * indent}{'' if spoken else '# '}{name}:"]
    places: dict[int, Row] = {}
    for number, (_, group) in enumerate(groupby(rows, key=lambda row: row.group)):
        if number and len(rows) > 1:
            lines.append("")
        for row, text in _group(list(group), " " * (indent + 2), named):
            places[len(lines)] = row
            lines.append(text)
            lines += [f"{' ' * (indent + 2)}# {line}" for line in row.below]
    return lines, places


def _group(rows: list[Row], margin: str, named: bool) -> Iterator[tuple[Row, str]]:
    starts = [f"{margin}{'# ' if row.rule is None else ''}{row.key(named=named)}:" for row in rows]
    first = max((len(start) for start in starts if len(start) <= _FARTHEST), default=0) + 1
    filled = [_padded(start, first) + (row.rule or row.idea) for row, start in zip(rows, starts, strict=True)]
    filled = [text.rstrip() for text in filled]
    second = max((len(text) for text in filled if len(text) <= first + _WIDEST), default=0)
    for row, text in zip(rows, filled, strict=True):
        yield row, f"{text.ljust(second)}  # {row.facts}" if row.facts else text


def _padded(text: str, width: int) -> str:
    return text.ljust(width) if len(text) < width else text + " "


def expression_text(text: str) -> str:
    """An expression as a value in YAML, unquoted where that is plain in a map of one line, too.

    >>> expression_text("given_name(name)"), expression_text("addresses[0].city")
    ('given_name(name)', '"addresses[0].city"')
    """
    return text if _CALL.fullmatch(text) else flow(text)


_CALL: Final = re.compile(r"[a-z_0-9]+\([A-Za-z_][A-Za-z0-9_.]*\)")
