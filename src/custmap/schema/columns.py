"""The schema of a table's rows: every column, and every member of a struct, may be NULL."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from custmap.schema.canonical import Canonical
from custmap.schema.compiled import compile_schema
from custmap.schema.json_schema import Definitions, lookup, type_of

_COMBINED: Final = ("$ref", "anyOf", "oneOf", "allOf", "not", "const")
_DEEP: Final = 8
"""So deep a struct's members may be null: a schema may refer to itself."""
_MOMENT: Final = {"type": "string", "format": "date-time"}
_DAY: Final = {"type": "string", "format": "date"}


class MissingLibrary(ImportError):
    """A library that reads the file is not installed; the message says how to install it."""


def rows_of(name: str, schema: dict[str, Any]) -> Canonical:
    """The schema of rows from one of columns as they are declared; `name` is the table's in messages.

    A row has all columns: that one is not there is no silence. ValueError if the schema is invalid, or does
    not list columns.
    """
    compile_schema(schema)
    rows = _with_nulls(_plain(schema, schema, _DEEP), schema, _DEEP)
    if not isinstance(rows.get("properties"), dict):
        raise ValueError("it lists no `properties`")
    rows["required"] = list(rows["properties"])
    if "$defs" in schema:
        rows["$defs"] = schema["$defs"]
    return Canonical(name, type_of(rows, Definitions(rows)), rows, False, formats=True)


def _plain(schema: dict[str, Any], root: dict[str, Any], depth: int) -> dict[str, Any]:
    """A schema, or the one to which it refers."""
    while depth and isinstance(reference := schema.get("$ref"), str):
        found = lookup(root, reference)
        if not isinstance(found, dict):
            break
        schema, depth = found | {name: one for name, one in schema.items() if name != "$ref"}, depth - 1
    return dict(schema)


def _with_nulls(schema: dict[str, Any], root: dict[str, Any], depth: int) -> dict[str, Any]:
    """An object's schema whose members, at any depth, may be null; items of lists stay as they are."""
    made = dict(schema)
    members = made.get("properties")
    if isinstance(members, dict) and depth:
        made["properties"] = {
            name: _or_null(_with_nulls_in(member, root, depth - 1)) for name, member in members.items()
        }
    return made


def _with_nulls_in(schema: Any, root: dict[str, Any], depth: int) -> Any:
    if not isinstance(schema, dict) or depth == 0:
        return schema
    made = _with_nulls(_plain(schema, root, depth), root, depth)
    if isinstance(made.get("items"), dict):
        made["items"] = _with_nulls_in(made["items"], root, depth - 1)
    return made


def _or_null(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if any(word in schema for word in _COMBINED):
        return {"anyOf": [schema, {"type": "null"}]}
    made = dict(schema)
    if (stated := made.get("type")) is not None:
        kinds = [stated] if isinstance(stated, str) else list(stated)
        made["type"] = kinds if "null" in kinds else [*kinds, "null"]
    if isinstance(made.get("enum"), list) and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    return made


def parquet_schema(path: Path) -> dict[str, Any]:
    """The schema of a Parquet file's rows, from its footer.

    MissingLibrary without pyarrow; OSError or ValueError for a file that cannot be read as one.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingLibrary("reading Parquet needs pyarrow: pip install 'custmap[tables]'") from None
    fields = pyarrow.parquet.read_schema(path)
    return {"type": "object", "properties": {field.name: arrow_schema(field.type) for field in fields}}


def arrow_schema(type_: Any) -> dict[str, Any]:
    """The JSON Schema of an Arrow type; {} for one that has no JSON."""
    from pyarrow import types

    if types.is_dictionary(type_):
        return arrow_schema(type_.value_type)
    for is_kind, schema in (
        (types.is_boolean, {"type": "boolean"}),
        (types.is_integer, {"type": "integer"}),
        (types.is_floating, {"type": "number"}),
        (types.is_decimal, {"type": "number"}),
        (types.is_string, {"type": "string"}),
        (types.is_large_string, {"type": "string"}),
        (types.is_string_view, {"type": "string"}),
        (types.is_timestamp, _MOMENT),
        (types.is_date, _DAY),
    ):
        if is_kind(type_):
            return dict(schema)
    if types.is_struct(type_):
        return {"type": "object", "properties": {one.name: arrow_schema(one.type) for one in type_}}
    if types.is_map(type_):
        return {"type": "object", "additionalProperties": arrow_schema(type_.item_type)}
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        return {"type": "array", "items": arrow_schema(type_.value_type)}
    return {}
