"""`custmap prove`: test a mapping against the vendor that it declares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from custmap.border.intake import copy_plain
from custmap.cli import options
from custmap.cli.call_error import CLEAN, FINDINGS, CallError
from custmap.cli.help import command as grouped
from custmap.cli.loading import load
from custmap.cli.rows import are_rows, columns_of, require_records
from custmap.cli.streams import open_records
from custmap.diagnostics.plain import json_document
from custmap.records.inputs import One
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, bad_line
from custmap.schema.canonical import Canonical

# Pairs are selected from the records, so more of them would only need memory.
_MOST_RECORDS: Final = 100_000
_STORAGE: Final = "HYPOTHESIS_STORAGE_DIRECTORY"


@grouped("prove")
@options.mapping
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="The number of cases to draw.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The same seed draws the same cases.",
)
@click.option(
    "--with",
    "records_file",
    type=options.RECORDS,
    help="Draw pairs from these records instead; their values are not shown.",
)
@options.text_or_json("The format of the proof.")
@options.functions
def command(
    mapping: str, examples: int, seed: int, records_file: Location | None, form: str, modules: tuple[str, ...]
) -> int:
    """Look for customers for which MAPPING does not do what it declares.

    It draws customers and pairs that differ little, runs apply and diff against the vendor that the
    mapping declares, and prints the smallest counterexample to a law. Exit 1 when there is one.
    """
    from custmap.prove.prove import HypothesisMissing, prove

    loaded = load(mapping, modules)
    records = None if records_file is None else _records(records_file, loaded.checked.canonical)
    try:
        with _no_traces():
            proof = prove(loaded, examples=examples, seed=seed, records=records)
    except HypothesisMissing as error:
        raise CallError("`custmap prove` draws customers with hypothesis", error.advice) from None
    if form == "json":
        click.echo(json_document(proof.to_dict()))
    else:
        click.echo(str(proof))
    return CLEAN if proof.ok else FINDINGS


@contextmanager
def _no_traces() -> Iterator[None]:
    """Keep hypothesis from writing into the working folder, which is the user's."""
    if _STORAGE in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="custmap-") as folder:
        os.environ[_STORAGE] = folder
        try:
            yield
        finally:
            del os.environ[_STORAGE]


def _records(place: Location, schema: Canonical) -> list[dict[str, Any]]:
    """All records of a file; RecordError at the first bad line, CallError if there are no records."""
    with open_records(place, schema=schema, columns=columns_of(schema)) as source:
        require_records(source, schema)
        found: list[dict[str, Any]] = []
        for item in [source.record] if isinstance(source, One) else source.records:
            if isinstance(item, BadLine):
                raise item.error
            if not isinstance(item.value, dict):
                raise bad_line(item.line, "it is not an object")
            found.append(copy_plain(item.value, schema.type) if are_rows(source) else item.value)
            if len(found) == _MOST_RECORDS:
                break
    if not found:
        raise CallError(f"{place.name} has no records")
    return found
