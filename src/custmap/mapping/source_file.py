"""`SourceFile`: the content of a source file, each part with its span, and how it is read."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.mapping.file import Rule, Text
from custmap.mapping.form import check_source_form
from custmap.mapping.parts import as_text, plain_text, text_of
from custmap.mapping.read_rules import read_rules
from custmap.syntax.node import MapNode, Node

Nulls: TypeAlias = Literal["clear", "absent"]


class SourceFile(Struct, frozen=True):
    """A whole file, without the parts that have a wrong form; their keys are `unread`.

    `columns`  a node: column to type, or the file that says so.
    `nulls`    what NULL says where a rule does not say.
    `lenient`  a column that a row does not have is NULL.
    `null`     what stands for NULL in CSV, beside an empty cell.
    """

    span: Span
    file: str
    name: Text
    summary: str | None
    columns: MapNode
    key: Text | None
    nulls: Nulls
    lenient: bool
    timezone: Text | None
    null: str | None
    empty: str | None
    rules: tuple[Rule, ...]
    unread: frozenset[str] = frozenset()


def read_source(node: Node, file: str) -> tuple[SourceFile, list[Diagnostic]]:
    """A file's node as a SourceFile, and every problem of form; MappingError if the file is not a table."""
    if not isinstance(node, MapNode):
        raise MappingError([Diagnostic("CM203", "a source file must be a map of keys", node.span)])
    problems, trouble = check_source_form(node)
    unread = frozenset(key for key, inner in trouble.items() if key != "customer" or not inner)
    known = MapNode(tuple(entry for entry in node if entry[0].value not in unread), node.span)
    name, columns, csv = known.get("source"), known.get("columns"), known.get("csv")
    made = SourceFile(
        span=node.span,
        file=file,
        name=Text("", node.span) if name is None else as_text(name),
        summary=plain_text(known, "summary"),
        columns=columns if isinstance(columns, MapNode) else MapNode((), node.span),
        key=text_of(known, "key"),
        nulls="absent" if plain_text(known, "nulls") == "absent" else "clear",
        lenient=known.get("missing") is not None,
        timezone=text_of(known, "timezone"),
        null=plain_text(csv, "null") if isinstance(csv, MapNode) else None,
        empty=plain_text(known, "empty"),
        rules=read_rules(known, "customer", trouble),
        unread=unread,
    )
    return made, problems
