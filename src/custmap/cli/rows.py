"""Rows of a table as records: only a mapping with a schema of its own reads them as they are."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.border.intake import copy_plain
from custmap.cli.call_error import CallError
from custmap.diagnostics.errors import RecordError
from custmap.records.csv_rows import Columns
from custmap.records.inputs import Many, One
from custmap.records.ndjson import BadLine, Record
from custmap.schema.canonical import Canonical
from custmap.values.types import Type


def columns_of(schema: Canonical) -> Columns:
    """What a mapping's own schema says of the columns of CSV; nothing if records are customers."""
    return Columns() if schema.is_customer else Columns(schema.type.members)


def require_records(source: One | Many, schema: Canonical) -> One | Many:
    """The same, with rows as records of the mapping's own schema; CallError for rows that have none."""
    if isinstance(source, One) or not source.format.is_table:
        return source
    if schema.is_customer:
        title = source.format.title
        advice = "Name the source that says how a row becomes a customer: `--source NAME`."
        raise CallError(f"The input is {title}: it has rows of a table, and no customers", advice)
    return Many(_plain(source.records, schema.type), source.format)


def require_documents(source: One | Many) -> One | Many:
    """The same; CallError for rows of a table, where documents are read."""
    if isinstance(source, Many) and source.format.is_table:
        advice = "Documents are JSON: one, or NDJSON."
        raise CallError(
            f"The input is {source.format.title}: it has rows of a table, and no documents", advice
        )
    return source


def _plain(records: Iterator[Record | BadLine], type_: Type) -> Iterator[Record | BadLine]:
    """The same with plain JSON values, as if a Python program had passed the rows."""
    for record in records:
        if isinstance(record, BadLine):
            yield record
            continue
        try:
            value = copy_plain(record.value, type_)
        except RecordError as error:
            yield BadLine(record.line, error)
        else:
            yield Record(record.place, value)
