"""Rows of a table as records: only a mapping with a schema of its own reads them as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from custmap.border.intake import copy_plain
from custmap.cli.call_error import CallError
from custmap.cli.streams import open_records
from custmap.diagnostics.errors import RecordError
from custmap.records.csv_rows import Columns
from custmap.records.formats import Format
from custmap.records.inputs import Many, One
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, bad_line
from custmap.schema.canonical import Canonical

if TYPE_CHECKING:
    from custmap.plan.maker import Maker
    from custmap.tables.source import Source


def columns_of(schema: Canonical, source: Source | None = None) -> Columns:
    """What a source, or a mapping's own schema, says of the columns of CSV; of customers nothing."""
    if source is not None:
        return Columns(source.checked.rows.type.members, source.checked.file.null)
    return Columns() if schema.is_customer else Columns(schema.type.members)


def plain_of(
    engine: Maker, source: Source | None, key: Key, also: Collection[str] | None = ()
) -> Callable[[Any], Any]:
    """What makes JSON values of a row; RecordError for what has none.

    Of rows of a source only what is read is taken, the key, and `also`; None: all of it.
    """
    if source is not None:
        more = None if also is None else {key.names[0], *also}
        return partial(source.through(engine).reader.cells.plain, also=more)
    return partial(copy_plain, type_=engine.checked.canonical.type)


def are_rows(source: One | Many) -> bool:
    """Are the records rows of a table, whose values may be more than JSON has?"""
    return isinstance(source, Many) and source.format.is_table


def require_records(read: One | Many, schema: Canonical, source: Source | None = None) -> None:
    """CallError for rows of a table where records are customers."""
    if isinstance(read, Many):
        require_kind(read.format, schema, source)


def require_kind(format: Format, schema: Canonical, source: Source | None) -> None:
    """CallError for a snapshot of rows where records are customers."""
    if format.is_table and schema.is_customer and source is None:
        advice = "Name the source that says how a row becomes a customer: `--source NAME`."
        raise CallError(f"The input is {format.title}: it has rows of a table, and no customers", advice)


def read_records(
    place: Location, schema: Canonical, source: Source | None, most: int
) -> list[dict[str, Any]]:
    """The first records of a file; RecordError at a bad line, CallError if there are no records."""
    found: list[dict[str, Any]] = []
    with open_records(place, schema=schema, columns=columns_of(schema, source)) as read:
        require_records(read, schema, source)
        for item in [read.record] if isinstance(read, One) else read.records:
            if isinstance(item, BadLine):
                raise _unusable(place, item.error)
            if not isinstance(item.value, dict):
                raise _unusable(place, bad_line(item.line, "it is not an object"))
            is_row = are_rows(read) and source is None
            found.append(copy_plain(item.value, schema.type) if is_row else item.value)
            if len(found) == most:
                break
    if not found:
        raise CallError(f"{place.name} has no records")
    return found


def _unusable(place: Location, error: RecordError) -> RecordError:
    """The error of a bad line, with the name of its file."""
    help = "Correct the line or take it out: here a file is read whole or not at all."
    first = error.diagnostics[0]
    return RecordError([replace(first, message=f"{place.name}: {first.message}", help=help)])


def require_documents(source: One | Many) -> None:
    """CallError for rows of a table where documents are read."""
    if isinstance(source, Many) and source.format.is_table:
        title = source.format.title
        advice = "Documents are JSON: one, or NDJSON."
        raise CallError(f"The input is {title}: it has rows of a table, and no documents", advice)
