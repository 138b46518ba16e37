"""From JSON Schema to `Type`.

Reads draft 2020-12, which is OpenAPI 3.1's dialect too. What a `Type` cannot express (`not`, `if`,
unions of different objects) is approximated upwards: the type allows at least what the schema allows.
Members, items and free values are computed on demand, so a schema may refer to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from msgspec import Struct

from custmap.schema.combine import has_kind, join, kinds_of, later, meet
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.types import ANY, KINDS, NEVER, Type

Resolve: TypeAlias = Callable[[str], Any]

_OBJECT_WORDS: Final = ("properties", "additionalProperties", "patternProperties", "required")
_COMBINED: Final = ("$ref", "allOf", "anyOf", "oneOf")
_SAY_NOTHING: Final = frozenset(_COMBINED) | {
    *("$schema", "$defs", "title", "description", "default", "examples"),
    *("deprecated", "writeOnly"),
}
"""Keywords that say nothing by themselves: a schema of these alone is what it refers to."""


def type_of(schema: Any, resolve: Resolve) -> Type:
    """The type for the values that a schema allows.

    `resolve` returns the schema that a `$ref` names; it may be called later, when the type is used, and
    must not fail then. To pickle a type, `resolve` must be picklable.
    Keywords: https://json-schema.org/draft/2020-12/json-schema-validation
    """
    return _kept(schema, resolve, {})


def _kept(schema: Any, resolve: Resolve, met: dict[str, Type]) -> Type:
    """`_read` with a cache by the schema's identity."""
    if not isinstance(resolve, Definitions) or not isinstance(schema, dict):
        return _read(schema, resolve, met)
    known = resolve.known.get(id(schema))
    if known is None:
        known = resolve.known[id(schema)] = schema, _read(schema, resolve, met)
    return known[1]


@dataclass(frozen=True, slots=True, eq=False)
class Definitions:
    """`resolve` for references into one document: `#`, `#/$defs/Name`. A missing schema allows anything.

    Types are cached by the identity of their schema (and the schema is kept, so that its id is not reused).
    So a schema that refers to itself has no more types than parts, however deep it is examined.
    """

    document: Any
    known: dict[int, tuple[Any, Type]] = field(default_factory=dict, repr=False)

    def __call__(self, reference: str) -> Any:
        found = lookup(self.document, reference)
        return True if found is None else found

    def __reduce__(self) -> tuple[Any, ...]:
        return Definitions, (self.document,)


def lookup(document: Any, reference: str) -> Any:
    """The schema that `#/a/b` names (RFC 6901 in a URI fragment), or None."""
    if reference != "#" and not reference.startswith("#/"):
        return None
    here = document
    for part in pointer_parts(reference[1:]):
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
        else:
            return None
    return here


def default_of(schema: Mapping[str, Any], resolve: Resolve) -> Any:
    """The `default` of a schema or of the schema it refers to; ABSENT if there is none."""
    met: set[str] = set()
    while "default" not in schema:
        reference = schema.get("$ref")
        if not isinstance(reference, str) or reference in met:
            return ABSENT
        met.add(reference)
        found = resolve(reference)
        schema = found if isinstance(found, Mapping) else {}
    return schema["default"]


def pointer_parts(pointer: str) -> list[str]:
    """The parts of a JSON pointer in a `$ref`, which may be percent-encoded.

    >>> pointer_parts("/paths/~1orders~1%7Bid%7D")
    ['paths', '/orders/{id}']
    """
    # Imported when used: urllib.parse is slow to load and most files have plain references.
    if "%" in pointer:
        from urllib.parse import unquote

        pointer = unquote(pointer)
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _read(schema: Any, resolve: Resolve, met: dict[str, Type]) -> Type:
    """`met` are the references followed so far: a circular one adds nothing."""
    if schema is False:
        return NEVER
    if not isinstance(schema, Mapping):
        return ANY
    parts = [] if schema.keys() <= _SAY_NOTHING else [_own(schema, resolve)]
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in met:
            met[reference] = ANY
            met[reference] = _kept(resolve(reference), resolve, met)
        parts.append(met[reference])
    parts += [_read(part, resolve, met) for part in _schemas(schema.get("allOf"))]
    for word in ("anyOf", "oneOf"):
        if branches := _schemas(schema.get(word)):
            parts.append(join(*(_read(branch, resolve, met) for branch in branches)))
    found = meet(*parts)
    if schema.get("unevaluatedProperties") is False and found.extra is None:
        found = replace(found, extra=NEVER)
    return found


def _own(schema: Mapping[str, Any], resolve: Resolve) -> Type:
    """The type for the schema's own keywords, without references and combinations."""
    kinds = _kinds(schema)
    kinds, enum = _enum(schema, kinds)
    names = schema.get("properties")
    members = Members(names, resolve) if isinstance(names, Mapping) and names else {}
    # The compiled check handles patterns of names: here any other name may match one.
    extra = schema.get("additionalProperties", True if schema.get("patternProperties") else None)
    return later(
        Type(
            kinds=kinds,
            members=members,
            free=_free(schema, kinds, members),
            required=frozenset(filter(_is_text, _list(schema.get("required")))),
            enum=enum,
            format=_text(schema.get("format")),
            pattern=_text(schema.get("pattern")),
            min_length=_count(schema.get("minLength")),
            max_length=_count(schema.get("maxLength")),
            minimum=_number(schema.get("minimum")),
            maximum=_number(schema.get("maximum")),
            exclusive_minimum=_number(schema.get("exclusiveMinimum")),
            exclusive_maximum=_number(schema.get("exclusiveMaximum")),
            multiple_of=step if (step := _number(schema.get("multipleOf"))) and step > 0 else None,
            min_items=_count(schema.get("minItems")),
            max_items=_count(schema.get("maxItems")),
            unique_items=schema.get("uniqueItems") is True,
            read_only=schema.get("readOnly") is True,
            names=_read(schema["propertyNames"], resolve, {}) if "propertyNames" in schema else None,
        ),
        items=_Read(schema["items"], resolve) if "items" in schema and "prefixItems" not in schema else None,
        extra=None if extra is None else _Read(extra, resolve),
    )


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type")
    if isinstance(stated, str):
        return frozenset({stated}) & KINDS
    if isinstance(stated, list):
        return frozenset(filter(_is_text, stated)) & KINDS
    # Strictly, `properties` without `type` allows a number too, but that is never intended.
    if not any(word in schema for word in (*_COMBINED, "enum", "const")):
        if any(word in schema for word in _OBJECT_WORDS):
            return frozenset({"object"})
        if "items" in schema or "prefixItems" in schema:
            return frozenset({"array"})
    return KINDS


def _enum(schema: Mapping[str, Any], kinds: frozenset[str]) -> tuple[frozenset[str], tuple[Any, ...] | None]:
    """Kinds narrowed to those of the listed values, and the values, including null if it is allowed."""
    if "const" in schema:
        values = [schema["const"]]
    elif isinstance(schema.get("enum"), list):
        values = schema["enum"]
    else:
        return kinds, None
    distinct: dict[Hashable, Any] = {}
    for value in values:
        if has_kind(value, kinds):
            distinct.setdefault(fingerprint(value), value)
    if kinds == KINDS:
        left = frozenset(min(kinds_of(value)) for value in distinct.values())  # `integer` for 1.0
    else:
        left = kinds.intersection(kind for value in distinct.values() for kind in kinds_of(value))
    return left, tuple(distinct.values()) if left - {"null"} else None


def _free(schema: Mapping[str, Any], kinds: frozenset[str], members: Mapping[str, Type]) -> bool:
    """Is it an object whose keys are data: no named members, and others are allowed?"""
    return (
        "object" in kinds
        and kinds != KINDS
        and not members
        and schema.get("additionalProperties") is not False
        and not any(word in schema for word in _COMBINED)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Members(Mapping[str, Type]):
    """The named members of an object schema, each read on demand."""

    schemas: Mapping[str, Any]
    resolve: Resolve
    known: dict[str, Type] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Type:
        found = self.known.get(name)
        if found is None:
            found = self.known[name] = type_of(self.schemas[name], self.resolve)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.schemas

    def __iter__(self) -> Iterator[str]:
        return iter(self.schemas)

    def __len__(self) -> int:
        return len(self.schemas)

    def __reduce__(self) -> tuple[Any, ...]:
        return Members, (self.schemas, self.resolve)


class _Read(Struct, frozen=True):
    """`type_of`, called on demand."""

    schema: Any
    resolve: Resolve

    def __call__(self) -> Type:
        return type_of(self.schema, self.resolve)


def _schemas(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None
