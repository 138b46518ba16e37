"""Decoders that check a record while they read it.

A JSON text that such a decoder takes gives the value that any other decoder gives, and the value fits the
schema. It costs less than reading alone, since names are known before. Two things it does not tell: a member
that the schema does not name is left out, and of two equal keys the last is kept (`json_text.is_whole` sees
both). A text that it refuses may fit all the same: `1.0` is an integer in a schema.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, Final, Literal, TypedDict

import msgspec

from custmap.schema.json_schema import lookup

_ANNOTATIONS: Final = frozenset(
    {"$schema", "$defs", "title", "description", "default", "examples", "format", "deprecated"}
)
_SCALARS: Final[dict[str, Any]] = {"string": str, "boolean": bool, "integer": int, "null": None}
_ANYTHING: Final[tuple[Any, ...]] = ({}, True)

# They are made from schemas, which type checkers do not see.
_typed_dict: Any = TypedDict
_literal: Any = Literal


class _UnsupportedError(Exception):
    """The schema says something that Python's types do not."""


def decoder_of(schema: dict[str, Any]) -> Callable[[bytes], Any] | None:
    """A decoder for a JSON Schema; None if the schema says more than types, names and choices of texts."""
    try:
        return msgspec.json.Decoder(_Types(schema).of(schema)).decode
    except (_UnsupportedError, TypeError):  # msgspec refuses, for example, unions of two objects
        return None


class _Types:
    """The Python types of one document's schemas."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._referred: dict[str, Any] = {}

    def of(self, schema: Any) -> Any:
        if schema in _ANYTHING:
            return Any
        if not isinstance(schema, dict):
            raise _UnsupportedError
        words = schema.keys() - _ANNOTATIONS
        if words == {"$ref"}:
            return self._reference(schema["$ref"])
        if words == {"anyOf"}:
            return _union(self.of(one) for one in schema["anyOf"])
        kinds = schema.get("type")
        if kinds is None:
            raise _UnsupportedError
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if words == {"type", "enum"}:
            return _choice(kinds, schema["enum"])
        made = [
            self._object(schema)
            if kind == "object"
            else list[self.of(schema.get("items", True))]  # type: ignore[misc]  # made when it runs
            if kind == "array"
            else _SCALARS[kind]
            for kind in kinds
            if kind in _SCALARS or kind in ("object", "array")
        ]
        if len(made) < len(kinds) or words - {"type", "properties", "additionalProperties", "items"}:
            raise _UnsupportedError
        return _union(made)

    def _reference(self, reference: str) -> Any:
        if reference not in self._referred:
            self._referred[reference] = None  # a schema inside itself has no type
            self._referred[reference] = self.of(lookup(self._document, reference))
        found = self._referred[reference]
        if found is None:
            raise _UnsupportedError
        return found

    def _object(self, schema: dict[str, Any]) -> Any:
        if "properties" not in schema:
            return dict[str, self.of(schema.get("additionalProperties", True))]  # type: ignore[misc]  # as above
        if "additionalProperties" in schema:
            raise _UnsupportedError
        members = {name: self.of(one) for name, one in schema["properties"].items()}
        return _typed_dict("Members", members, total=False)


def _choice(kinds: list[str], values: list[Any]) -> Any:
    texts = [value for value in values if isinstance(value, str)]
    others = [value for value in values if value is not None and not isinstance(value, str)]
    if others or not texts or not {"string", "null"}.issuperset(kinds):
        raise _UnsupportedError
    choice = _literal[tuple(texts)]
    return choice | None if None in values and "null" in kinds else choice


def _union(types: Any) -> Any:
    return reduce(or_, types)
