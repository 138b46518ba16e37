"""Example values: what a fixture's parameters and customer are, so that the contract takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from custmap.prove.samples import Hints, matching, samples
from custmap.schema.canonical import load_canonical
from custmap.schema.json_schema import lookup
from custmap.schema.misfit import misfit
from custmap.values.absent import ABSENT
from custmap.values.types import Type

_DEEPEST: Final = 8
_WORDS: Final = ("example", "1001", "EN", "x")
_LONGEST: Final = 1000
_NOTHING: Final = Hints((), (), ())


def example(type_: Type, depth: int = 0) -> Any:
    """A plain value of a type; ABSENT where none is found."""
    if depth > _DEEPEST:
        return ABSENT
    for value in _candidates(type_, depth):
        if value not in ("", None) and misfit(type_, value) is None:
            return value
    return ABSENT


def _candidates(type_: Type, depth: int) -> Iterator[Any]:
    if not type_.known and type_.enum is None:
        yield "example"
    if type_.enum is None and "string" in type_.kinds:
        yield from _texts(type_)
    if type_.enum is not None or type_.kinds & {"boolean", "integer", "number"}:
        yield from samples(replace(type_, pattern=None), _NOTHING)
    if "object" in type_.kinds:
        members = {name: _member(type_, name, depth) for name in sorted(type_.asked)}
        yield {name: value for name, value in members.items() if value is not ABSENT}
    if "array" in type_.kinds:
        item = "example" if type_.items is None else example(type_.items, depth + 1)
        yield [] if item is ABSENT else [item] * max(1, type_.min_items or 0)


def _texts(type_: Type) -> Iterator[str]:
    """Plain words first, then what a format or a pattern asks for: looking for that takes longest."""
    length = max(1, type_.min_length or 1)
    yield from _WORDS
    if length < _LONGEST:
        yield from (sign * length for sign in ("x", "X", "1"))
    yield from samples(replace(type_, pattern=None), _NOTHING)
    if type_.pattern is not None:
        yield from (text for text in matching(type_) if text.isprintable())


def _member(type_: Type, name: str, depth: int) -> Any:
    found = type_.member(name)
    return "example" if found is None else example(found, depth + 1)


def example_customer(reads: Iterable[tuple[str | int, ...]], ids: str) -> dict[str, Any]:
    """A customer who states these paths, with the canonical schema's examples, and `ids` in other systems.

    >>> example_customer([("name", "given"), ("addresses", 0, "city"), ("identifiers", "acme")], "1001")
    {'name': {'given': 'Alex'}, 'addresses': [{'city': 'Bloomington'}], 'identifiers': {'acme': '1001'}}
    """
    made: dict[str, Any] = {}
    for path in reads:
        _put(made, path, ids if path[0] == "identifiers" else example_of_field(path))
    return made


def without(customer: dict[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    """The customer without a path, and without what then is empty around it."""
    if not path or not isinstance(customer, dict) or path[0] not in customer:
        return customer
    made = dict(customer)
    name = str(path[0])
    inner = made.pop(name)
    rest = path[1:]
    if rest and isinstance(inner, list) and rest[0] == 0:
        item = without(inner[0], rest[1:]) if rest[1:] else {}
        inner = [item] if item else []
    elif rest:
        inner = without(inner, rest)
    else:
        inner = None
    return {**made, name: inner} if inner else made


def _put(made: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    here: Any = made
    for part, following in pairwise(path):
        fresh: Any = [{}] if isinstance(following, int) else {}
        here = here[part] if isinstance(part, int) else here.setdefault(part, fresh)
    here[path[-1]] = value


def example_of_field(path: tuple[str | int, ...]) -> Any:
    """The example of a field, or of the type that it has."""
    schema: Any = load_canonical(None).json_schema
    root = schema
    for part in path:
        schema = _inner(_plain(schema, root), part, root)
    schema = _plain(schema, root)
    if isinstance(schema, dict):
        if schema.get("examples"):
            return schema["examples"][0]
        if schema.get("enum"):
            return next(one for one in schema["enum"] if one is not None)
        if "boolean" in str(schema.get("type")):
            return True
    return "1001"


def _inner(schema: Any, part: str | int, root: Any) -> Any:
    if not isinstance(schema, dict):
        return None
    if isinstance(part, int):
        return schema.get("items")
    return schema.get("properties", {}).get(part)


def _plain(schema: Any, root: Any) -> Any:
    """A schema without the reference or the alternative of null around it; its example stays."""
    while isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            own = {word: value for word, value in schema.items() if word != "$ref"}
            schema = {**(lookup(root, schema["$ref"]) or {}), **own}
            continue
        options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if not options or "properties" in schema or "items" in schema:
            return schema
        named = {word: schema[word] for word in ("examples",) if word in schema}
        schema = {**options[0], **named}
    return schema
