"""Rows of a table as records: only a mapping with a schema of its own reads them as they are."""

from __future__ import annotations

from custmap.cli.call_error import CallError
from custmap.records.csv_rows import Columns
from custmap.records.inputs import Many, One
from custmap.schema.canonical import Canonical


def columns_of(schema: Canonical) -> Columns:
    """What a mapping's own schema says of the columns of CSV; nothing if records are customers."""
    return Columns() if schema.is_customer else Columns(schema.type.members)


def are_rows(source: One | Many) -> bool:
    """Are the records rows of a table, whose values may be more than JSON has?"""
    return isinstance(source, Many) and source.format.is_table


def require_records(source: One | Many, schema: Canonical) -> None:
    """CallError for rows of a table where records are customers."""
    if isinstance(source, Many) and source.format.is_table and schema.is_customer:
        title = source.format.title
        advice = "Name the source that says how a row becomes a customer: `--source NAME`."
        raise CallError(f"The input is {title}: it has rows of a table, and no customers", advice)


def require_documents(source: One | Many) -> None:
    """CallError for rows of a table where documents are read."""
    if isinstance(source, Many) and source.format.is_table:
        title = source.format.title
        advice = "Documents are JSON: one, or NDJSON."
        raise CallError(f"The input is {title}: it has rows of a table, and no documents", advice)
