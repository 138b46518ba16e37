"""`Canonical`: the schema that records must fit, and the check of one record against it.

The check is compiled (2 µs per record) from the schema with its objects closed: a record that passes fits and
has no unknown members. Only if it fails are the members examined one by one, and the problems worded
("expected text, got a number"), without any value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, with_rest
from custmap.diagnostics.span import Span
from custmap.schema import personal
from custmap.schema.compiled import compile_schema
from custmap.schema.decoder import decoder_of
from custmap.schema.json_schema import Definitions, lookup, type_of
from custmap.schema.problems import problems_of
from custmap.schema.shipped import shipped_schema
from custmap.schema.unknown import UnknownMembers, look_for_unknown
from custmap.syntax.document import Document, read_document
from custmap.values.did_you_mean import Meant
from custmap.values.types import ANY, Type

_WIDENED: Final = frozenset({"not", "if", "oneOf", "contains", "const"})
"""Keywords under which a closed schema could let through what the schema itself refuses."""


# No slots: compiled checks are cached in the instance.
@dataclass(frozen=True)
class Canonical:
    """The canonical schema.

    `name`         its name in messages: `Customer`, or the stem of the project's own file.
    `type`         the record's type; its members are the source paths.
    `json_schema`  the whole schema, for other tools and the editor.
    `is_customer`  it is the built-in `Customer`, whose `name` and `phone` may be texts.
    `entry`        it is that of an entry of a record's map, or an item of its list.
    `formats`      records are held against formats, too: in a table nobody else looks at them.
    """

    name: str
    type: Type
    json_schema: dict[str, Any]
    is_customer: bool
    entry: EntryOf | None = None
    formats: bool = False

    @cached_property
    def fits(self) -> Callable[[Any], bool]:
        """Does a record fit, with no unknown member? False may also mean: look closer."""
        fits: Callable[[Any], bool] = self._closed.is_valid if self._closing_narrows else _unsure
        return fits

    def check(self, record: dict[str, Any]) -> tuple[list[Diagnostic], UnknownMembers | None]:
        """The problems of a record (CM701), and its unknown members."""
        if self.fits(record):
            return [], None  # the usual record: one check shows that it fits and that every member is known
        closed = not self._closing_narrows and self._closed.is_valid(record)
        unknown = None if closed else self.unknown_members(record)
        return [] if self._open.is_valid(record) else self._problems(record), unknown

    def _problems(self, record: dict[str, Any]) -> list[Diagnostic]:
        problems, more, all_counted = problems_of(self._open, record, self.type)
        found = [Diagnostic("CM701", one.message, path=one.path, help=one.help) for one in problems]
        return with_rest(found, more, all_counted=all_counted)

    def unknown_members(self, record: dict[str, Any]) -> UnknownMembers | None:
        """The unknown members; None if there are none."""
        return look_for_unknown(record, self.type, self._meant)

    def is_personal(self, path: Iterable[str | int]) -> bool:
        """May the value at this path be personal? In a project's own schema every value may."""
        if self.entry is not None:
            return self.entry.is_personal(tuple(path))
        return not self.is_customer or personal.is_personal(path)

    @property
    def record(self) -> Canonical:
        """The schema of the record, of which this may be an entry's."""
        return self if self.entry is None else self.entry.record

    def outside(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The path in the record of a path in the entry."""
        return path if self.entry is None else self.entry.outside(path)

    def is_of_customer(self, path: tuple[str | int, ...]) -> bool:
        """Does a path lead to what belongs to the customer, and not to one entry alone?"""
        return self.entry is None or path[:1] in ((), ("customer",))

    @cached_property
    def decoder(self) -> Callable[[bytes], Any] | None:
        """A decoder of records; what it decodes fits, if no member was left out."""
        return decoder_of(self.json_schema) if self._closing_narrows else None

    @cached_property
    def _open(self) -> Any:
        return compile_schema(self.json_schema, formats=self.formats)

    @cached_property
    def _closed(self) -> Any:
        """The compiled check that also fails for unknown members."""
        return compile_schema(_closed_schema(self.json_schema), formats=self.formats)

    @cached_property
    def _closing_narrows(self) -> bool:
        """Does every record that passes the closed schema also fit the schema itself?"""
        return not _has_key(self.json_schema, _WIDENED)

    @cached_property
    def _meant(self) -> Meant:
        return Meant(self.type)

    def __reduce__(self) -> tuple[Any, ...]:
        """A compiled check cannot be pickled; the other process compiles its own."""
        if self.is_customer:
            return load_canonical, (None,)
        return Canonical, (
            self.name,
            self.type,
            self.json_schema,
            self.is_customer,
            self.entry,
            self.formats,
        )


@dataclass(frozen=True)
class EntryOf:
    """Whose entry it is: that of a record's map, or an item of its list, as `{key, value, customer}`.

    `source`  the path of the map or list; None if it is put together.
    `key`     where the key is in what `source` leads to; (): it is the name of an entry.
    """

    record: Canonical
    source: tuple[str | int, ...] | None
    key: tuple[str | int, ...]

    def is_personal(self, path: tuple[str | int, ...]) -> bool:
        """May the value at a path of the entry be personal?"""
        match path:
            case ("customer", *rest):
                return self.record.is_personal(rest)
            case ("value", *rest) if self.source is not None:
                return self.record.is_personal((*self.source, "*", *rest))
            case ("key",) if self.source is not None:
                return bool(self.key) and self.record.is_personal((*self.source, *self.key))
        return True

    def outside(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The canonical path of a path in the entry; as it is where nobody knows."""
        match path:
            case ("customer", *rest):
                return tuple(rest)
            case ("key",) if self.source is not None:
                return (*self.source, *self.key)
            case ("value", *rest) if self.source is not None:
                return (*self.source, *self.key[:1], *rest)
        return path

    def type(self, record: Type, key: Type, value: Type) -> Type:
        """The type of an entry."""
        members = {"key": key, "value": value, "customer": record}
        return Type(kinds=frozenset({"object"}), members=members, required=frozenset(members))


UNKNOWN_SCHEMA: Final = Canonical("the record", ANY, {}, False)
"""Stands for a schema that cannot be read, so that the rest of a mapping can be checked."""


def load_canonical(path: Path | None, shown_as: str | None = None) -> Canonical:
    """The built-in `Customer`, or a project's own JSON Schema (JSON or YAML).

    MappingError with CM214 if the file is not a JSON Schema, CM1xx if it cannot be read.
    """
    return _builtin() if path is None else _from_file(path, shown_as)


@cache
def _builtin() -> Canonical:
    schema = shipped_schema("customer")
    if schema is None:
        from custmap.schema.customer_schema import customer_schema

        schema = customer_schema()
    return Canonical("Customer", type_of(schema, Definitions(schema)), schema, True)


def _from_file(path: Path, shown_as: str | None) -> Canonical:
    document = read_document(path, shown_as)
    schema = document.data
    if not isinstance(schema, dict):
        raise _refused(document.span(()), "a JSON Schema must be an object")
    if lost := list(_lost_references(schema, document)):
        raise MappingError(lost)
    try:
        compile_schema(schema)
    except ValueError as error:
        raise _refused(
            _place_of(error, document), "this is not a valid JSON Schema of draft 2020-12"
        ) from None
    type_ = type_of(schema, Definitions(schema))
    if "object" not in type_.kinds:
        raise _refused(document.span(()), "a record is an object, and this schema does not allow objects")
    return Canonical(path.stem.removesuffix(".schema"), type_, schema, False)


def _unsure(record: Any) -> bool:
    return False


def _closed_schema(schema: Any) -> Any:
    """The schema with every object closed that has named members and does not describe others."""
    if isinstance(schema, list):
        return [_closed_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {
        key: value if key == "enum" and isinstance(value, list) else _closed_schema(value)
        for key, value in schema.items()
    }
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def _has_key(schema: Any, keys: frozenset[str]) -> bool:
    if isinstance(schema, list):
        return any(_has_key(item, keys) for item in schema)
    return isinstance(schema, dict) and (
        not keys.isdisjoint(schema) or any(_has_key(value, keys) for value in schema.values())
    )


def _lost_references(schema: Any, document: Document, at: tuple[str | int, ...] = ()) -> Iterator[Diagnostic]:
    """References that cannot be resolved, or lead out of the file."""
    if isinstance(schema, list):
        for position, item in enumerate(schema):
            yield from _lost_references(item, document, (*at, position))
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and lookup(document.data, reference) is None:
            outside = not reference.startswith("#")
            message = (
                "the reference points outside the file" if outside else "the reference points to nothing"
            )
            yield Diagnostic("CM214", message, document.span((*at, "$ref")), "Write `#/$defs/NAME`.")
        for key, value in schema.items():
            yield from _lost_references(value, document, (*at, key))


def _place_of(error: ValueError, document: Document) -> Span | None:
    """The place in the schema of the compiler's error."""
    return document.span(tuple(getattr(error, "instance_path", ())))


def _refused(span: Span | None, message: str) -> MappingError:
    return MappingError([Diagnostic("CM214", message, span, "See https://json-schema.org/draft/2020-12")])
