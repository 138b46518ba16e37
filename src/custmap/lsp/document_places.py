"""Where a member stands in a vendor's document or a JSON Schema: what `go to definition` opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from custmap.contract.openapi import find_operation
from custmap.contract.references import Located, References
from custmap.contract.schema_places import schema_place
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.review.drift_places import Places
from custmap.syntax.document import read_document
from custmap.values.files import real
from custmap.values.paths import Index, Member, TargetPath


def operation_place(path: Path, operation: str) -> Span | None:
    """The line of an operation's method in a document."""
    found = _operation(path, operation)
    return None if found is None else found.span()


def target_place(path: Path, operation: str, part: str, target: TargetPath) -> Span | None:
    """The parameter, or the member of the body, or as much of the way there as exists."""
    found = _operation(path, operation)
    return None if found is None else found.place(part, target)


def _operation(path: Path, operation: str) -> Places | None:
    try:
        found = find_operation(path, operation)
    except MappingError:
        return None
    return Places(found.root, found.value, found.item, found.references)


def member_place(path: Path, names: Sequence[str | int]) -> Span | None:
    """The member of a JSON Schema's objects."""
    try:
        document = read_document(path)
    except MappingError:
        return None
    place = real(path)
    target = tuple(Index(name) if isinstance(name, int) else Member(name) for name in names)
    root = Located(document.data, document, place)
    return schema_place(References(place.parent, {place: document}), [root], target)
