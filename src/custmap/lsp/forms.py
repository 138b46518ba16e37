"""The keys and words that may stand at a place of a file, from the JSON Schema of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from custmap.lsp.outline import Step
from custmap.schema.json_schema import lookup
from custmap.schema.shipped import shipped_schema

_TOGETHER: Final = ("allOf", "anyOf", "oneOf")
_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Word:
    """A word that may stand as a value, and what it means."""

    text: str
    about: str


@cache
def form_of(kind: str) -> Form:
    """The form of mapping, source or fixture files."""
    return Form(shipped_schema(kind) or {})


@dataclass(frozen=True)
class Form:
    """A JSON Schema, asked by the keys and positions that lead to a place."""

    schema: dict[str, Any]

    def keys(self, path: Sequence[Step]) -> dict[str, str]:
        """The keys that the form lists in the map at a place, with what they mean."""
        found: dict[str, str] = {}
        for schema in self._at(path):
            for name, one in schema.get("properties", {}).items():
                found.setdefault(name, self.about(one))
        return found

    def words(self, path: Sequence[Step]) -> list[Word]:
        """The words that may stand as the value at a place."""
        found: dict[str, str] = {}
        for schema in self._at(path):
            about = str(schema.get("description", ""))
            values = [schema["const"]] if "const" in schema else schema.get("enum", ())
            kinds = schema.get("type", ())
            if kinds == "boolean" or (isinstance(kinds, list) and "boolean" in kinds):
                values = [*values, True, False]
            for value in values:
                if isinstance(value, str | bool | int):
                    found.setdefault(_said(value), about)
        return [Word(text, about) for text, about in found.items()]

    def example(self, path: Sequence[Step]) -> str:
        """What the form says of a place, for a reader."""
        return next((text for one in self._at(path) if (text := self.about(one))), "")

    def about(self, schema: Any) -> str:
        """The description of a schema, or of what it refers to."""
        own = str(schema.get("description", "")) if isinstance(schema, dict) else ""
        examples = schema.get("examples") if isinstance(schema, dict) else None
        shown = ", ".join(f"`{_said(one)}`" for one in examples) if isinstance(examples, list) else ""
        return f"{own} For example {shown}." if shown else own

    def _at(self, path: Sequence[Step]) -> list[dict[str, Any]]:
        found = list(self._whole(self.schema, 0))
        for step in path:
            found = [inner for one in found for inner in self._step(one, step)]
        return found

    def _step(self, schema: dict[str, Any], step: Step) -> Iterator[dict[str, Any]]:
        if isinstance(step, int):
            yield from self._whole(schema.get("items"), 0)
            return
        properties = schema.get("properties", {})
        if step in properties:
            yield from self._whole(properties[step], 0)
        else:
            yield from self._whole(schema.get("additionalProperties"), 0)

    def _whole(self, schema: Any, depth: int) -> Iterator[dict[str, Any]]:
        """A schema, those it refers to, and those it is put together from."""
        if not isinstance(schema, dict) or depth > _DEPTH:
            return
        if isinstance(reference := schema.get("$ref"), str):
            yield from self._whole(lookup(self.schema, reference), depth + 1)
        yield schema
        for word in _TOGETHER:
            for one in schema.get(word, ()):
                yield from self._whole(one, depth + 1)


def _said(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
