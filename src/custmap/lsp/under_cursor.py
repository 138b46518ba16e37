"""What is under the cursor of a mapping or source file, for hover and for going to a definition."""

from __future__ import annotations

from dataclasses import dataclass

from custmap.expressions.ast import Call, Field, Node, Path, children, plain_path
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.parse import parse
from custmap.lsp.cursor import Cursor, cursor_at
from custmap.lsp.half_expression import half_expression, word_at
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Outline
from custmap.lsp.spots import Spot, spot_of
from custmap.lsp.workspace import Examined, Workspace
from custmap.values.paths import PathError, TargetPath, parse_path
from custmap.values.types import Type


@dataclass(frozen=True, slots=True)
class Under:
    """The cursor's place, and what that place is about."""

    file: OpenFile
    outline: Outline
    cursor: Cursor
    examined: Examined
    spot: Spot


@dataclass(frozen=True, slots=True)
class Name:
    """A name in an expression, with its place in the file.

    `type`    of the member; None for a function.
    `path`    the canonical path, None if it is not one.
    """

    text: str
    start: int
    end: int
    type: Type | None = None
    path: Path | None = None


def under(workspace: Workspace, file: OpenFile, offset: int) -> Under | None:
    outline = workspace.outline(file)
    cursor = cursor_at(outline, offset)
    if cursor is None or not cursor.scalar.text:
        return None
    examined = workspace.examined(file)
    spot = spot_of(outline, cursor.path, examined, key=cursor.role == "key")
    if cursor.role == "word" and spot.kind == "form":
        spot = spot_of(outline, cursor.path, examined, key=True)
    return Under(file, outline, cursor, examined, spot)


def target_under(found: Under) -> TargetPath | None:
    """The target path from the root of its part, where the cursor is at one."""
    if found.spot.kind != "target":
        return None
    try:
        return (*found.spot.path, *parse_path(found.cursor.scalar.text))
    except PathError:
        return None


def name_under(found: Under, workspace: Workspace) -> Name | None:
    """The name of a field or function at the cursor, in an expression."""
    scalar = found.cursor.scalar
    start, end = word_at(scalar.text, found.cursor.index)
    word = scalar.text[start:end]
    if not word or word[0].isdigit():
        return None
    places = scalar.offset(start), scalar.offset(end)
    if scalar.text[end:].lstrip().startswith("("):
        return Name(word, *places)
    half = half_expression(scalar.text[:end], found.spot.type, workspace.functions)
    if half is None or half.literal or half.word != word:
        return None
    type_ = half.type.member(word)
    if type_ is None or not type_.kinds:
        return None
    path = _path(scalar.text, end)
    source = found.spot.source
    whole = (*source, *path) if path is not None and source is not None else None
    return Name(word, *places, type_, whole)


def _path(text: str, end: int) -> Path | None:
    """The plain path whose last name ends at a character."""
    try:
        waiting: list[tuple[Node, bool]] = [(parse(text).ast, True)]
    except ExpressionError:
        return None
    for node, from_scope in waiting:
        if isinstance(node, Field) and node.end == end and from_scope:
            return plain_path(node)
        # What is inside a projection looks at an item, and no longer at the scope.
        same = isinstance(node, Field | Call) or not hasattr(node, "base")
        inner = children(node)
        waiting += [(one, from_scope and (same or number == 0)) for number, one in enumerate(inner)]
    return None
