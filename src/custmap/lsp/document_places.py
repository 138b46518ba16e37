"""Where a member stands in a vendor's document or a JSON Schema: what `go to definition` opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from custmap.contract.openapi import PLACES, find_operation
from custmap.contract.references import Located, References
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.lsp.schema_walk import TOGETHER
from custmap.syntax.document import read_document
from custmap.syntax.source_text import MIB
from custmap.values.files import read_start, real

_MOST: Final = 200
_LIMIT: Final = 32 * MIB


def operation_place(path: Path, operation: str) -> Span | None:
    """The line of an operation's method in a document."""
    try:
        return _key_span(find_operation(path, operation).value)
    except MappingError:
        return None


def body_place(path: Path, operation: str, names: Sequence[str | int]) -> Span | None:
    """The member of an operation's body, or as much of the way there as exists."""
    try:
        there = find_operation(path, operation)
    except MappingError:
        return None
    found, references = there.value, there.references
    content = references.follow(found.inner("requestBody")).inner("content")
    media = next(iter(content.map), None)
    if media is None:
        return _key_span(found)
    return _member_span(content.inner(media, "schema"), names, references)


def parameter_place(path: Path, operation: str, part: str, name: str) -> Span | None:
    """The parameter of an operation, in its own list or that of its path."""
    try:
        there = find_operation(path, operation)
    except MappingError:
        return None
    found, references = there.value, there.references
    for holder in (found, there.item):
        listed = holder.inner("parameters")
        for position in range(len(listed.list)):
            at = references.follow(listed.inner(position))
            same = (at.inner("name").text or "").lower() == name.lower()
            if same and PLACES.get(at.inner("in").text or "") == part:
                return at.inner("name").span
    return _key_span(found)


def schema_place(path: Path, names: Sequence[str | int]) -> Span | None:
    """The member of a JSON Schema's objects."""
    try:
        document = read_document(path)
    except MappingError:
        return None
    references = References(real(path).parent, {real(path): document})
    return _member_span(Located(document.data, document, real(path)), names, references)


def _member_span(here: Located, names: Sequence[str | int], references: References) -> Span | None:
    found = here
    for name in names:
        below = next(_inside(found, name, references), None)
        if below is None:
            break
        found = below
    return found.span if found is here else _key_span(found)


def _inside(here: Located, name: str | int, references: References) -> Iterator[Located]:
    """The schemas of a member, or of an item for a number: nearest first."""
    waiting = [here]
    seen: set[tuple[Path, tuple[str | int, ...]]] = set()
    for one in waiting:
        one = references.follow(one)
        if (one.path, one.pointer) in seen or len(seen) > _MOST:
            continue
        seen.add((one.path, one.pointer))
        below = one.inner("items") if isinstance(name, int) else one.inner("properties", name)
        if below.value is not None:
            yield below
        for word in TOGETHER:
            waiting += [one.inner(word, position) for position in range(len(one.inner(word).list))]


def _key_span(found: Located) -> Span:
    """The place of a member's key: its value may begin on another line."""
    span, name = found.span, found.pointer[-1] if found.pointer else ""
    if not isinstance(name, str):
        return span
    try:
        lines = read_start(found.path, _LIMIT).decode("utf-8", "replace").split("\n")
    except OSError:
        return span
    for line in range(span.line, max(0, span.line - 4), -1):
        text = lines[line - 1] if line <= len(lines) else ""
        before = text[: span.column - 1] if line == span.line else text
        at = before.rfind(name)
        if at >= 0:
            return replace(span, line=line, column=at + 1, end_line=line, end_column=at + 1 + len(name))
    return span
