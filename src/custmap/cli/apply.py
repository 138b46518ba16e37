"""`custmap apply`: one customer in, one request out; NDJSON in, NDJSON out, in order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custmap.cli import options
from custmap.cli.applying import Applying, Write, one, separated, shown_as
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for, rows_of
from custmap.cli.params import Params, check_params, read_params
from custmap.cli.places import STDIN, check_places
from custmap.cli.progress import Look, Seen, progress, share_of
from custmap.cli.report import Report
from custmap.cli.resuming import given_in, made_of, resuming
from custmap.cli.rows import columns_of, require_records
from custmap.cli.run_digest import digest_of
from custmap.cli.streams import open_maybe, open_output, open_records, path_of
from custmap.records.checkpoints import Checkpoints, Packing
from custmap.records.identity import RequestIds, Who, file_digest
from custmap.records.inputs import Many, One, read_place
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, Record
from custmap.records.packed_lines import PackedLines, Show, json_lines
from custmap.records.parquet_requests import ParquetRequests
from custmap.records.per_record import LineApplier, by_record
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.model.note import Note


@grouped("apply")
@options.mapping
@click.argument("file", required=False, type=options.RECORDS)
@options.key("The key of a record, by this source path; its request carries it.")
@options.outputs
@option(
    "Output",
    "--as",
    "form",
    type=click.Choice(["json", "curl", "http", "parquet"]),
    default="json",
    show_default=True,
    help="The format of the requests.",
)
@options.bulk
@options.workers
@options.resume
@options.parameters
@options.records
@options.absent
@options.on_rejected
@options.source
@options.functions
def command(
    mapping: str,
    file: Location | None,
    key: str | None,
    output: Path | None,
    rejects: Path | None,
    with_secrets: bool,
    form: str,
    bulk: bool,
    workers: int,
    resume: bool,
    given: tuple[str, ...],
    params_file: Path | None,
    derived: tuple[str, ...],
    nulls: str,
    strict_records: bool,
    absent: str,
    on_rejected: str,
    source: str | None,
    modules: tuple[str, ...],
) -> int:
    """Turn customers into requests for the vendor's operation.

    FILE holds one JSON object, NDJSON, a JSON array, CSV or Parquet, also compressed by gzip or zstd, or is
    `FILE.duckdb::TABLE` or `FILE.duckdb::SELECT …`; left out or `-` it is standard input. One object gives
    one request, many give NDJSON in the same order. With `--bulk` a request has many customers, and its line
    their places and keys. Of a mapping with several requests, each is a line of its own.
    """
    if form == "parquet":
        _check_parquet(output, bulk)
    options.require_one_process(bulk, workers)
    loaded = load(mapping, modules)
    options.require_bulk(bulk, loaded)
    params = read_params(loaded.params, loaded.checked.functions, given, params_file, derived)
    rows = rows_of(source, loaded, nulls, modules)
    files = list(read_for(mapping, modules, source))
    outputs = {"--output": output, "--rejects": rejects}
    check_places(outputs, [path_of(file), *files, *params.files])
    check_params(loaded.checked, params, all_needed=True)
    named = options.read_key(key, rows)
    keywords: dict[str, Any] = {"on_rejected": on_rejected, "nulls": nulls, "strict": strict_records}
    keywords |= {"absent": absent} if absent != "keep" else {}
    settings = {**keywords, "key": key} | ({"bulk": True} if bulk else {})
    keywords |= {"source": rows} if rows is not None else {}
    digests = list(map(file_digest, files))
    run = digest_of("apply", digests, loaded.checked.params, params, settings)
    written = {"form": form, "secrets": with_secrets, "outputs": given_in(outputs)}
    known, inputs = loaded.checked.params, {"FILE": file}
    made = made_of(digests, known, params, settings | written, inputs, secrets=with_secrets)
    cannot = "Parquet is written as a whole" if form == "parquet" else None
    with ExitStack() as stack:
        states = stack.enter_context(resuming(resume, outputs, made, cannot=cannot))
        schema = loaded.checked.canonical
        columns = columns_of(schema, rows)
        read = stack.enter_context(open_records(file, schema=None if rows else schema, columns=columns))
        require_records(read, schema, rows)
        sink = stack.enter_context(open_maybe(rejects, "--rejects", states))
        report = stack.enter_context(Report(sink, at_once=isinstance(read, One)))
        states.count(report=report)
        format = None if isinstance(read, One) else read.format
        applying = Applying(loaded, params, keywords, form, run, with_secrets, named, format)
        if isinstance(read, One) and form != "parquet":
            shown = one(applying.make(), named, read.record, report, applying.unit)
            if shown is not None:
                with open_output(output, json=form == "json") as out:
                    out.write(shown)
            report.tell_unknown()
            return report.exit_code
        told = []
        seen = _seen(report, read)
        shows = output in (None, STDIN) and sys.stdout.isatty()
        with open_output(output, json=form == "json", states=states) as out, progress(seen, quiet=shows):
            write = separated(out.write, form, is_first=states.size("--output") == 0)
            if bulk and isinstance(read, Many):
                requests = _bulk(applying, read, report, write, states)
                told.append(f"{report.tally} in {counted(requests, 'request')}")
            elif form == "parquet":
                with ParquetRequests(out) as table:
                    _many(applying, read, report, table.write, workers, states)
            else:
                _many(applying, read, report, write, workers, states)
        report.summarize(*told)
    return report.exit_code


def _seen(report: Report, read: One | Many) -> Look:
    tally, share = report.tally, share_of(read.stream if isinstance(read, Many) else None)
    return lambda: Seen(tally.came_in, "records", tally.rejected, share())


def _many(
    applying: Applying, read: One | Many, report: Report, write: Write, workers: int, states: Checkpoints
) -> None:
    if workers > 1 and isinstance(read, Many):
        applying.in_workers(workers, read, report, write, states)
    else:
        applying.apply(applying.make(), _left(applying, read, states), report, write)


def _left(
    applying: Applying, read: One | Many, states: Checkpoints, packing: Packing | None = None
) -> Iterator[Record | BadLine]:
    """The records that are left to be done; those that are done are not parsed."""
    if isinstance(read, One):
        return iter([read.record])
    if states.resumed is None or read.places is None:
        return states.rest(read.records, packing)
    places, format, schema = states.rest(read.places, packing), read.format, applying.schema
    return (read_place(format, place, schema) for place in places)


def _bulk(applying: Applying, read: Many, report: Report, write: Write, states: Checkpoints) -> int:
    """Write requests of many customers each; how many were there?"""
    ids, secrets = RequestIds(applying.run), applying.secrets
    packed = PackedLines(applying.mapping.engine, _shown_pack(applying.form, ids, secrets), write)
    make = applying.of_rows(_packer(packed, applying.mapping, applying.params, applying.keywords))
    states.count(packed=packed)
    applying.apply(make, _left(applying, read, states, packed), report, _nothing)
    packed.end()
    return packed.requests


def _check_parquet(output: Path | None, bulk: bool) -> None:
    if bulk:
        raise CallError("`--bulk` writes lines of JSON, and no Parquet", "Leave out `--as parquet`.")
    if output in (None, STDIN) and sys.stdout.isatty():
        raise CallError("Parquet cannot be shown on a terminal", "Write it to a file with `-o FILE`.")


def _packer(packed: PackedLines, mapping: Mapping, params: Params, keywords: dict[str, Any]) -> LineApplier:
    """What puts requests together, which writes them when they are full."""
    apply = by_record(partial(mapping.alone.applier, **keywords), params.each)

    def make(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        (request,) = apply(record)(record, fits)
        packed.request(who, request, params.of(record))
        return b"", request.notes

    return make


def _nothing(_: bytes) -> None:
    """The line is written with its request."""


def _shown_pack(form: str, ids: RequestIds, secrets: bool) -> Show:
    if form == "json":
        return json_lines(lambda: ids, secrets=secrets)
    show = shown_as(form, ids, secrets, many=True)
    return lambda request, those: ("", show(request, Who(those.records[0]), 0))
