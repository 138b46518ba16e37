"""The keys and words that may stand at a place of a file, from the JSON Schema of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from custmap.lsp.outline import Step
from custmap.lsp.schema_walk import schemas_at
from custmap.schema.shipped import shipped_schema


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
        for schema in schemas_at(self.schema, path):
            for name, one in schema.get("properties", {}).items():
                found.setdefault(name, self.about(one))
        return found

    def words(self, path: Sequence[Step]) -> list[Word]:
        """The words that may stand as the value at a place."""
        found: dict[str, str] = {}
        for schema in schemas_at(self.schema, path):
            about = str(schema.get("description", ""))
            values = [schema["const"]] if "const" in schema else schema.get("enum", ())
            kinds = schema.get("type", ())
            if kinds == "boolean" or (isinstance(kinds, list) and "boolean" in kinds):
                values = [*values, True, False]
            for value in values:
                if isinstance(value, str | bool | int):
                    found.setdefault(_said(value), about)
        return [Word(text, about) for text, about in found.items()]

    def about(self, schema: Any) -> str:
        """The description of a schema, or of what it refers to."""
        own = str(schema.get("description", "")) if isinstance(schema, dict) else ""
        examples = schema.get("examples") if isinstance(schema, dict) else None
        shown = ", ".join(f"`{_said(one)}`" for one in examples) if isinstance(examples, list) else ""
        return f"{own} For example {shown}." if shown else own


def _said(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
