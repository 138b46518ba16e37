"""`custmap apply`: one customer in, one request out; NDJSON in, NDJSON out, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custmap.cli import options
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load
from custmap.cli.params import Params, check_params, read_params
from custmap.cli.report import Report
from custmap.cli.streams import Sink, check_places, is_ndjson, open_input, open_maybe, open_output
from custmap.diagnostics.errors import RecordError
from custmap.records.inputs import One, read_source
from custmap.records.ndjson import BadLine, Line, Record
from custmap.records.request_lines import RequestLines

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.wire.request import Request


@dataclass(frozen=True, slots=True)
class _Run:
    """What is the same for all records.

    `apply`  from a record, and whether it is known to fit the schema, to its request.
    """

    apply: Callable[[Any, bool], Request]
    form: str
    secrets: bool


@grouped("apply")
@options.mapping
@click.argument("file", required=False, type=options.FILE)
@options.outputs
@option(
    "Output",
    "--as",
    "form",
    type=click.Choice(["json", "curl", "http"]),
    default="json",
    show_default=True,
    help="The format of the requests.",
)
@options.parameters
@options.records
@options.absent
@options.on_rejected
@options.functions
def command(
    mapping: str,
    file: Path | None,
    output: Path | None,
    rejects: Path | None,
    with_secrets: bool,
    form: str,
    given: tuple[str, ...],
    params_file: Path | None,
    derived: tuple[str, ...],
    nulls: str,
    strict_records: bool,
    absent: str,  # common to all commands; has no effect in apply, which has no before
    on_rejected: str,
    modules: tuple[str, ...],
) -> int:
    """Turn customers into requests for the vendor's operation.

    FILE holds one JSON object, or NDJSON; left out or `-` it is standard input. One object gives one
    request, NDJSON gives NDJSON in the same order.
    """
    check_places(output, rejects)
    loaded = load(mapping, modules)
    params = read_params(loaded.params, loaded.checked.functions, given, params_file, derived)
    check_params(loaded.checked, params, all_needed=True)
    keywords = {"on_rejected": on_rejected, "nulls": nulls, "strict": strict_records}
    run = _Run(_applier(loaded, params, keywords), form, with_secrets)
    with ExitStack() as stack:
        stream = stack.enter_context(open_input(file))
        source = read_source(stream, many=is_ndjson(file), decode=loaded.checked.canonical.decoder)
        sink = stack.enter_context(open_maybe(rejects))
        report = stack.enter_context(Report(sink, at_once=isinstance(source, One)))
        if isinstance(source, One):
            request = _one(run, source.record, report)
            if request is not None:
                with open_output(output) as out:
                    out.write(_shown(run, request, indent=2))
            report.tell_unknown()
        else:
            with open_output(output) as out:
                _many(run, source.records, report, out)
            report.summarize()
    return report.exit_code


def _applier(mapping: Mapping, params: Params, keywords: dict[str, Any]) -> Callable[[Any, bool], Request]:
    if not params.derived:
        return mapping.applier(params.given, **keywords)
    return lambda record, fits: mapping.applier(params.of(record), **keywords)(record, fits)


def _many(run: _Run, records: Iterator[Record | BadLine], report: Report, sink: Sink) -> None:
    line = RequestLines(secrets=run.secrets).line if run.form == "json" else partial(_shown, run, indent=None)
    write, tally = sink.write, report.tally
    for record in records:
        request = _one(run, record, report)
        if request is not None:
            tally.went_out += 1
            separator = b"###\n" if run.form == "http" and tally.went_out > 1 else b""
            write(separator + line(request))


def _one(run: _Run, record: Record | BadLine, report: Report) -> Request | None:
    """The request of a record; None if the record is rejected."""
    report.tally.came_in += 1
    if isinstance(record, BadLine):
        _reject(report, record.line, record.error, None)
        return None
    try:
        request = run.apply(record.value, record.fits)
    except RecordError as error:
        _reject(report, record.line, error, record)
        return None
    if request.notes:
        report.note(request.notes)
    return request


def _reject(report: Report, line: Line, error: RecordError, record: Record | None) -> None:
    given = record.given() if record is not None and report.rejects is not None else None
    report.reject(line.index, f"record {line.index} (line {line.number})", error, given)


def _shown(run: _Run, request: Request, indent: int | None) -> bytes:
    if run.form == "curl":
        return request.to_curl(secrets=run.secrets).encode() + b"\n"
    if run.form == "http":
        return request.to_http(secrets=run.secrets).encode() + b"\n"
    return request.to_json(secrets=run.secrets, indent=indent).encode() + b"\n"
