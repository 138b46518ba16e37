"""The JSON Schema of `Customer`, as `custmap schema customer` prints it.

pydantic writes `anyOf: [{…}, {type: null}]` and `default: null` for an optional field. A list of
types is shorter than the former and checked faster; the latter would mean that absent is null.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from custmap.schema.customer import Customer


def customer_schema() -> dict[str, Any]:
    """A new dict: draft 2020-12, every field nullable, nothing required, unknown members allowed."""
    schema = Customer.model_json_schema(schema_generator=_Plain)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class _Plain(GenerateJsonSchema):
    """One type list instead of pydantic's union of plain types; no titles, no defaults."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        null: JsonSchemaValue = {"type": "null"}
        if "anyOf" in inner:
            return {"anyOf": [*inner["anyOf"], null]}
        return _one_type([inner, null]) or {"anyOf": [inner, null]}

    def union_schema(self, schema: core_schema.UnionSchema) -> JsonSchemaValue:
        found = super().union_schema(schema)
        return _one_type(found.get("anyOf", [])) or found

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def get_title_from_name(self, name: str) -> str:
        return ""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _one_type(branches: list[JsonSchemaValue]) -> JsonSchemaValue | None:
    """The branches as one schema with a list of types; None unless they are of different plain types."""
    types: list[str] = []
    merged: JsonSchemaValue = {}
    for branch in branches:
        stated = branch.get("type")
        if stated is None or "$ref" in branch:
            return None
        types += [stated] if isinstance(stated, str) else stated
        merged |= branch
    if "enum" in merged and "null" in types:
        merged["enum"] = [*merged["enum"], None]
    return {**merged, "type": types} if types else None
