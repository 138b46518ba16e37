"""A document that says the same in other words: other order, other references, other names of schemas."""

from __future__ import annotations

import json
import re
from typing import Any

_DATA = ("example", "examples", "default", "const", "x-")
_SETS = ("enum", "required", "oneOf", "anyOf", "allOf", "type", "parameters")


def reordered(value: Any, inside: str = "") -> Any:
    """Members of objects, and lists in which order means nothing, the other way round."""
    if isinstance(value, dict):
        return {key: reordered(inner, str(key)) for key, inner in reversed(value.items())}
    if isinstance(value, list):
        made = [reordered(inner) for inner in value]
        return made[::-1] if inside in _SETS else made
    return value


def rereferenced(document: dict[str, Any]) -> dict[str, Any]:
    """Each schema of a member stands behind a reference, and schemas have other names."""
    moved: dict[str, Any] = {}
    is_deep = re.search(r'"#/(components/schemas/[^/"]+/|paths)', json.dumps(document)) is not None
    own = document.get("components", {}).get("schemas", {})

    def name_of(reference: str) -> str:
        head = "#/components/schemas/"
        name, slash, rest = reference.removeprefix(head).partition("/")
        renamed = reference.startswith(head) and name.replace("~1", "/") in own
        return f"{head}Re{name}{slash}{rest}" if renamed else reference

    def walk(value: Any, key: str, in_schema: bool) -> Any:
        if isinstance(value, list):
            return [walk(inner, key, in_schema) for inner in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            return {**value, "$ref": name_of(value["$ref"])}
        made: dict[str, Any] = {}
        for word, inner in value.items():
            if word.startswith(_DATA) and key not in ("properties", "responses"):
                made[word] = inner
            elif word == "mapping" and key == "discriminator" and isinstance(inner, dict):
                made[word] = {one: name_of(to) if "/" in to else f"Re{to}" for one, to in inner.items()}
            elif word == "properties" and isinstance(inner, dict) and key != "properties":
                made[word] = {name: apart(walk(one, word, True)) for name, one in inner.items()}
            else:
                made[word] = walk(inner, word, in_schema)
        return made

    def apart(schema: Any) -> Any:
        if not isinstance(schema, dict) or "$ref" in schema or is_deep:
            return schema  # what references lead into has to stay where it is
        name = f"Moved{len(moved)}"
        moved[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    made: dict[str, Any] = walk(document, "", False)
    schemas = made.setdefault("components", {}).get("schemas", {})
    renamed = {f"Re{name}": schema for name, schema in schemas.items()}
    made["components"]["schemas"] = {**renamed, **moved}
    return made


def edited(document: Any, row: dict[str, Any]) -> Any:
    """The document after the changes of a row: `move` and `gone`, then `set`, by JSON pointers."""
    for old, new in row.get("move", {}).items():
        holder, key = _holder(document, old)
        value = holder.pop(key)
        holder, key = _holder(document, new)
        holder[key] = value
    for place in row.get("gone", ()):
        holder, key = _holder(document, place)
        del holder[key]
    for place, value in row.get("set", {}).items():
        holder, key = _holder(document, place)
        if isinstance(holder, list) and key == len(holder):
            holder.append(value)
        else:
            holder[key] = value
    return document


def _holder(document: Any, pointer: str) -> tuple[Any, Any]:
    """What a pointer's last part is in, and that part; of a list `name=x` is the item whose `name` is x."""
    key: Any = ""
    for part in pointer.split("/")[1:]:
        document = document if key == "" else document[key]
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            name, found, value = key.partition("=")
            key = [one.get(name) for one in document].index(value) if found else int(key)
    return document, key
