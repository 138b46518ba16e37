"""Where a document describes the places of a value: through references and combinations of schemas.

Types forget where they come from. So a place is walked again in the raw schemas, as a target path names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from custmap.contract.references import Located, Pointer, References, schema_reference
from custmap.diagnostics.span import Span
from custmap.values.paths import Member, Segment, Select, TargetPath

_MOST: Final = 64
"""So many schemas are looked at for one place; a schema may be made of itself."""
_MANY: Final = ("allOf", "anyOf", "oneOf")


def schemas_at(
    references: References, schemas: Sequence[Located], path: TargetPath
) -> tuple[list[Located], Located | None]:
    """The schemas at a place inside others, and the last one found on the way there."""
    found = list(schemas)
    last = found[0] if found else None
    for segment in path:
        found = [inner for one in found for inner in _step(references, one, segment)]
        if not found:
            break
        last = found[0]
    return found, last


def schema_place(
    references: References, schemas: Sequence[Located], path: TargetPath, word: str | None = None
) -> Span | None:
    """Where a place, or a keyword of it, is described; else the members beside which it is missing."""
    found, last = schemas_at(references, schemas, path)
    if (place := word_place(references, found, word)) is not None or last is None:
        return place
    return (None if found else word_place(references, [last], "properties")) or last.key_span


def word_place(references: References, schemas: Sequence[Located], word: str | None) -> Span | None:
    """The place of a keyword in these schemas, or in what they are made of."""
    if word is None:
        return None
    parts = (one for schema in schemas for one in parts_of(references, schema))
    return next((one.inner(word).key_span for one in parts if word in one.map), None)


def parts_of(references: References, schema: Located, words: Sequence[str] = _MANY) -> Iterator[Located]:
    """A schema, what it refers to, and what it is made of."""
    waiting = [schema]
    met: set[tuple[Path, Pointer]] = set()
    for one in waiting:
        place = (one.path, one.pointer)
        if place in met or len(met) > _MOST:
            continue
        met.add(place)
        yield one
        if isinstance(one.map.get("$ref"), str):
            waiting.append(references.target(one.map["$ref"], one))
        for word in words:
            inner = one.inner(word)
            waiting += (inner.inner(position) for position in range(len(inner.list)))


def _items(references: References, items: Located, segment: Segment) -> Iterator[Located]:
    """The schema of items; of several by the member that a path names, the one that is meant."""
    if not isinstance(segment, Select):
        yield items
        return
    found: list[Located] = []
    for one in parts_of(references, items):
        mapping = one.inner("discriminator", "mapping").map
        if segment.key == one.inner("discriminator", "propertyName").text and segment.value in mapping:
            yield references.target(schema_reference(str(mapping[segment.value])), one)
            return
        for word in _MANY[1:]:
            branches = one.inner(word)
            for position in range(len(branches.list)):
                branch = branches.inner(position)
                keys = _step(references, branch, Member(segment.key))
                if any(segment.value in _listed(key) for key in keys):
                    found.append(branch)
    yield from found or [items]


def _step(references: References, schema: Located, segment: Segment) -> Iterator[Located]:
    free: list[Located] = []
    named = False
    for one in parts_of(references, schema):
        if not isinstance(segment, Member):
            if isinstance(one.map.get("items"), dict):
                yield from _items(references, one.inner("items"), segment)
        elif segment.name in one.inner("properties").map:
            named = True
            yield one.inner("properties", segment.name)
        elif isinstance(one.map.get("additionalProperties"), dict):
            free.append(one.inner("additionalProperties"))
    if not named:
        yield from free


def _listed(schema: Located) -> list[Any]:
    """The values that a schema lists."""
    return [schema.map["const"]] if "const" in schema.map else schema.inner("enum").list
