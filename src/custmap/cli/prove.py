"""`custmap prove`: test a mapping against the vendor that it declares."""

from __future__ import annotations

from typing import Final

import click

from custmap.cli import options
from custmap.cli.call_error import CLEAN, FINDINGS, CallError
from custmap.cli.help import command as grouped
from custmap.cli.loading import load
from custmap.cli.no_traces import no_traces
from custmap.cli.rows import read_records
from custmap.diagnostics.plain import json_document
from custmap.records.locations import Location

# Pairs are selected from the records, so more of them would only need memory.
_MOST_RECORDS: Final = 100_000


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
    records = None
    if records_file is not None:
        records = read_records(records_file, loaded.checked.canonical, None, _MOST_RECORDS)
    try:
        with no_traces():
            proof = prove(loaded, examples=examples, seed=seed, records=records)
    except HypothesisMissing as error:
        raise CallError("`custmap prove` draws customers with hypothesis", error.advice) from None
    if form == "json":
        click.echo(json_document(proof.to_dict()))
    else:
        click.echo(str(proof))
    return CLEAN if proof.ok else FINDINGS
