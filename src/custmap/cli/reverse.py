"""`custmap reverse`: the vendor's copy in, the customer out."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custmap.border.intake import Taken, take
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.loading import load, read_for
from custmap.cli.places import check_places
from custmap.cli.report import Report, json_line
from custmap.cli.rows import require_documents
from custmap.cli.streams import open_maybe, open_output, open_records, path_of
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.plain import json_document, plain
from custmap.plan.read_back import read_back
from custmap.records.identity import Who
from custmap.records.inputs import One
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, Record

if TYPE_CHECKING:
    from custmap.mapper import Mapping

_SHOWN = 20


@grouped("reverse")
@options.mapping
@click.argument("file", required=False, type=options.RECORDS)
@click.option(
    "--base",
    type=options.FILE,
    help="A customer, as one JSON object: what the vendor does not hold is kept from it.",
)
@options.files
@options.functions
def command(
    mapping: str,
    file: Location | None,
    base: Path | None,
    output: Path | None,
    rejects: Path | None,
    modules: tuple[str, ...],
) -> int:
    """Read vendors' copies of customers back.

    FILE holds one copy in the form of the request's body, a JSON object or list, or NDJSON; left out or `-`
    it is standard input. One copy gives one customer, NDJSON gives NDJSON in the same order. What cannot be
    read is left out, and named on standard error.
    """
    loaded = load(mapping, modules)
    bases = [] if base is None else [base]
    check_places(
        {"--output": output, "--rejects": rejects}, [path_of(file), *bases, *read_for(mapping, modules)]
    )
    held = None if base is None else _base(loaded, base)
    notes: Counter[str] = Counter()
    with ExitStack() as stack:
        source = stack.enter_context(open_records(file, lists=True))
        require_documents(source)
        if held is not None and not isinstance(source, One):
            raise CallError("`--base` is one customer, and the input has many documents")
        sink = stack.enter_context(open_maybe(rejects))
        report = stack.enter_context(Report(sink, at_once=isinstance(source, One)))
        one = isinstance(source, One)
        with open_output(output, json=True) as out:
            for document in [source.record] if isinstance(source, One) else source.records:
                found = _read(loaded, document, held, report, notes)
                if found is not None:
                    report.tally.went_out += 1
                    out.write(f"{json_document(found)}\n".encode() if one else json_line(found))
        if not one:
            report.summarize()
    _tell(notes, one=one)
    return report.exit_code


def _base(mapping: Mapping, path: Path) -> Taken:
    with open_records(Location(path), lists=True) as source:
        pass
    if not isinstance(source, One) or isinstance(source.record, BadLine):
        raise CallError(f"`{path}` must hold one customer as a JSON object")
    try:
        return take(source.record.value, mapping.checked.canonical)
    except RecordError as error:
        raise CallError(f"`{path}`: {error.diagnostics[0]}") from None


def _read(
    mapping: Mapping,
    document: Record | BadLine,
    base: Taken | None,
    report: Report,
    notes: Counter[str],
) -> dict[str, Any] | None:
    report.tally.came_in += 1
    try:
        if isinstance(document, BadLine):
            raise document.error
        customer, found = read_back(mapping.back, document.value, base, mapping.checked.canonical.type)
    except RecordError as error:
        line = document.line
        given = document.given() if isinstance(document, Record) and report.rejects is not None else None
        report.reject(Who(line.index), f"document {line.index} (line {line.number})", error, given)
        return None
    notes.update(map(str, found))
    return customer


def _tell(notes: Counter[str], *, one: bool) -> None:
    for text, count in notes.most_common(_SHOWN):
        click.echo(f"note: {plain(text)}" + ("" if one else f" ({count:,})"), err=True)
    if (more := len(notes) - _SHOWN) > 0:
        click.echo(f"and {more:,} more kinds of notes", err=True)
