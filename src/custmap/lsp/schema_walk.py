"""The JSON Schemas that speak of a place: a schema, what it refers to, and what it is put together from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from custmap.lsp.outline import Step
from custmap.schema.json_schema import lookup

TOGETHER: Final = ("allOf", "anyOf", "oneOf")
_DEPTH: Final = 24


def schemas_at(root: Any, path: Sequence[Step]) -> list[Mapping[str, Any]]:
    """The schemas at a place, nearest first: names of members or of keys, any number for an item."""
    found = list(_whole(root, root, 0))
    for step in path:
        found = [inner for one in found for inner in _whole(root, _below(one, step), 0)]
    return found


def _below(schema: Mapping[str, Any], step: Step) -> Any:
    if isinstance(step, int):
        return schema.get("items")
    return schema.get("properties", {}).get(step, schema.get("additionalProperties"))


def _whole(root: Any, schema: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    yield schema
    if isinstance(reference := schema.get("$ref"), str):
        yield from _whole(root, lookup(root, reference), depth + 1)
    for word in TOGETHER:
        for one in schema.get(word, ()):
            yield from _whole(root, one, depth + 1)
