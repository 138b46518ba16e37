"""The names that occur in a contract's answers, all answers taken together.

An answer is one of several, and each is open, so as a type it would have no unknown names. For names the
question is whether any of the answers has them. So the properties of all branches are combined, closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from custmap.contract.contract import Contract
from custmap.values.types import ANY, KINDS, NEVER, Type

_DEEPEST: Final = 7
Located = tuple[Any, dict[str, Any]]
"""A schema, and the document that its references are resolved in."""
_MANY: Final = ("anyOf", "oneOf", "allOf")


def documented(contract: Contract) -> Type:
    """The body of an answer: `ANY` where an answer is not described."""
    schemas = [(response.schema, response.schema) for response in contract.responses if response.schema]
    undescribed = any(response.ok and not response.schema for response in contract.responses)
    return ANY if undescribed or not schemas else _together(schemas)


class _Members(Mapping[str, Type]):
    """The members of an answer, combined on demand since an answer may contain itself."""

    def __init__(self, found: dict[str, list[Located]]) -> None:
        self._found = found
        self._made: dict[str, Type] = {}

    def __getitem__(self, name: str) -> Type:
        if name not in self._made:
            self._made[name] = _together(self._found[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _together(schemas: list[Located], lists: int = 0) -> Type:
    """One type for many schemas; `lists`: how many lists directly contain it."""
    if lists > _DEEPEST:
        return ANY
    plain = [found for schema, root in schemas for found in _plain(schema, root, 0)]
    kinds: set[str] = set()
    members: dict[str, list[Located]] = {}
    items: list[Located] = []
    words: list[Any] | None = []
    for schema, root in plain:
        kinds |= _kinds(schema)
        for name, inner in schema.get("properties", {}).items():
            members.setdefault(name, []).append((inner, root))
        if "items" in schema:
            items.append((schema["items"], root))
        stated = schema.get("enum", [schema["const"]] if "const" in schema else None)
        words = [*words, *stated] if words is not None and isinstance(stated, list) else None
    return Type(
        kinds=frozenset(kinds) or KINDS,
        members=_Members(members),
        extra=None if _is_open(plain) else NEVER,
        free=False,
        items=_together(items, lists + 1) if items else None,
        enum=tuple(words) if words else None,
    )


def _plain(
    schema: Any, root: Mapping[str, Any], depth: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The schema and its branches, references followed."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return
    own = {key: value for key, value in schema.items() if key not in (*_MANY, "$ref")}
    branches = [branch for key in _MANY for branch in schema.get(key, ())]
    if "$ref" in schema and (found := _lookup(root, schema["$ref"])) is not None:
        branches.append(found)
    if not branches or own.keys() & {"properties", "items", "type", "enum", "const"}:
        yield own, dict(root)
    for branch in branches:
        yield from _plain(branch, root, depth + 1)


def _lookup(root: Mapping[str, Any], reference: Any) -> Any:
    at: Any = root
    for part in str(reference).removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        at = at.get(name) if isinstance(at, dict) else None
    return at


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type")
    if isinstance(stated, str):
        return frozenset({stated}) & KINDS
    if isinstance(stated, list):
        return frozenset(one for one in stated if isinstance(one, str)) & KINDS
    if "properties" in schema:
        return frozenset({"object"})
    return KINDS


def _is_open(schemas: list[Located]) -> bool:
    """Does one of them describe an object without naming its members?"""
    for schema, _ in schemas:
        if "object" not in _kinds(schema):
            continue
        extra = schema.get("additionalProperties")
        if "properties" not in schema or extra is True or isinstance(extra, dict):
            return True
    return False
