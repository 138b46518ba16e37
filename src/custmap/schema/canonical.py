"""`Canonical`: the schema that records must fit, and the check of one record against it.

The check is a compiled one (2 µs a record); only when it fails are the problems looked at and put
in our words, in msgspec's phrase ("expected text, got number") and without any value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.diagnostics.span import Span
from custmap.schema import personal
from custmap.schema.json_schema import Definitions, lookup, type_of
from custmap.schema.places import place
from custmap.schema.problems import problems_of
from custmap.syntax.document import Document, read_document
from custmap.values.types import ANY, Type


@dataclass(frozen=True, slots=True)
class Canonical:
    """The canonical schema.

    `name`         what messages call it: `Customer`, or the stem of the project's own file.
    `type`         the record's type; its members are the source paths.
    `json_schema`  the whole schema, for other tools and the editor.
    `is_customer`  it is the built-in `Customer`, whose `name` and `phone` may be texts.
    """

    name: str
    type: Type
    json_schema: dict[str, Any]
    is_customer: bool
    _compiled: list[Any] = field(default_factory=list, compare=False, repr=False)
    _closed: list[Any] = field(default_factory=list, compare=False, repr=False)

    def check(self, record: dict[str, Any]) -> None:
        """Refuse a record that does not fit: RecordError with every problem, code CM701."""
        compiled = self._compiled[0] if self._compiled else self._compile()
        if not compiled.is_valid(record):
            raise RecordError(
                Diagnostic("CM701", problem.message, path=problem.path, help=problem.help)
                for problem in problems_of(compiled, record, self.type)
            )

    def unknown_members(self, record: dict[str, Any]) -> list[str]:
        """The paths of members that the schema does not name, in the record's order; free maps have none."""
        closed = self._closed[0] if self._closed else self._compile_closed()
        if closed.is_valid(record):
            return []  # the usual record, at a tenth of the price of looking member by member
        return [place(path, self.type) for path in _unknown(record, self.type, ())]

    def is_personal(self, source_path: str | None) -> bool:
        """May the value at this path say anything about a person? In a project's own schema all may."""
        return not self.is_customer or personal.is_personal(source_path)

    def _compile(self) -> Any:
        compiled = compile_schema(self.json_schema)
        self._compiled.append(compiled)
        return compiled

    def _compile_closed(self) -> Any:
        compiled = compile_schema(_closed_schema(self.json_schema))
        self._closed.append(compiled)
        return compiled

    def __reduce__(self) -> tuple[Any, ...]:
        """A compiled check cannot be pickled; the other process compiles its own."""
        if self.is_customer:
            return load_canonical, (None,)
        return Canonical, (self.name, self.type, self.json_schema, self.is_customer)


UNKNOWN_SCHEMA: Final = Canonical("the record", ANY, {}, False)
"""Stands for a schema that cannot be read, so that the rest of a mapping can be checked."""


def load_canonical(path: Path | None, shown_as: str | None = None) -> Canonical:
    """The built-in `Customer`, or a project's own JSON Schema (JSON or YAML).

    MappingError with CM214 where the file is no JSON Schema, CM1xx where it cannot be read at all.
    """
    return _builtin() if path is None else _from_file(path, shown_as)


@cache
def _builtin() -> Canonical:
    # Imported when used: pydantic models are slow to build, and a project's own schema needs none.
    from custmap.schema.customer_schema import customer_schema

    schema = customer_schema()
    return Canonical("Customer", type_of(schema, Definitions(schema)), schema, True)


def _from_file(path: Path, shown_as: str | None) -> Canonical:
    document = read_document(path, shown_as)
    schema = document.data
    if not isinstance(schema, dict):
        raise _refused(document.span(()), "a JSON Schema is an object")
    if lost := list(_lost_references(schema, document)):
        raise MappingError(lost)
    try:
        compiled = compile_schema(schema)
    except ValueError as error:
        raise _refused(_place_of(error, document), "not a JSON Schema of draft 2020-12") from None
    type_ = type_of(schema, Definitions(schema))
    if "object" not in type_.kinds:
        raise _refused(document.span(()), "a record is an object, and this schema allows none")
    return Canonical(path.stem.removesuffix(".schema"), type_, schema, False, [compiled])


def compile_schema(schema: dict[str, Any]) -> Any:
    """A compiled check of draft 2020-12; ValueError when the schema is none. Nothing is ever fetched."""
    import jsonschema_rs  # imported when used: 10 ms

    return jsonschema_rs.Draft202012Validator(schema, offline=True)


def _closed_schema(schema: Any) -> Any:
    """The schema with every object that names members closed: what it takes has no unknown members."""
    if isinstance(schema, list):
        return [_closed_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed_schema(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed["additionalProperties"] = False
    return closed


def _lost_references(schema: Any, document: Document, at: tuple[str | int, ...] = ()) -> Iterator[Diagnostic]:
    """References that lead nowhere, or out of the file."""
    if isinstance(schema, list):
        for position, item in enumerate(schema):
            yield from _lost_references(item, document, (*at, position))
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and lookup(document.data, reference) is None:
            outside = not reference.startswith("#")
            message = (
                "the reference leaves the file" if outside else "nothing stands where the reference leads"
            )
            yield Diagnostic("CM214", message, document.span((*at, "$ref")), "Write `#/$defs/NAME`")
        for key, value in schema.items():
            yield from _lost_references(value, document, (*at, key))


def _place_of(error: ValueError, document: Document) -> Span | None:
    """Where in the schema the compiler found fault."""
    return document.span(tuple(getattr(error, "instance_path", ())))


def _refused(span: Span | None, message: str) -> MappingError:
    return MappingError([Diagnostic("CM214", message, span, "See https://json-schema.org/draft/2020-12")])


def _unknown(value: Any, type_: Type | None, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if type_ is None:
        return
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unknown(item, type_.items, (*path, position))
    elif isinstance(value, dict) and type_.members:
        for name, item in value.items():
            if (member := type_.member(name)) is None:
                yield (*path, name)
            else:
                yield from _unknown(item, member, (*path, name))
