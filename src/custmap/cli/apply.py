"""`custmap apply`: one customer in, one request out; NDJSON in, NDJSON out, in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from custmap.border.intake import copy_plain
from custmap.cli import options
from custmap.cli.call_error import CallError
from custmap.cli.help import command as grouped
from custmap.cli.help import option
from custmap.cli.loading import load, read_for, rows_of
from custmap.cli.params import Params, check_params, read_params
from custmap.cli.places import STDIN, check_places
from custmap.cli.plans import json_text
from custmap.cli.report import Report
from custmap.cli.rows import are_rows, columns_of, require_records
from custmap.cli.run_digest import digest_of
from custmap.cli.streams import open_maybe, open_output, open_records, path_of
from custmap.diagnostics.errors import RecordError
from custmap.records.identity import RequestIds, Who
from custmap.records.inputs import Many, One
from custmap.records.keys import NO_KEY, Key
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, Line, Record, bad_line
from custmap.records.outputs import Sink
from custmap.records.packed_lines import PackedLines, Show, json_lines
from custmap.records.parquet_requests import ParquetRequests
from custmap.records.request_lines import RequestLines
from custmap.values.ordering import in_order
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.model.note import Note
    from custmap.schema.canonical import Canonical
    from custmap.tables.source import Source
    from custmap.wire.request import Request


_Make: TypeAlias = "Callable[[Any, bool, Who], tuple[bytes, tuple[Note, ...]]]"
"""From a record, whether it is known to fit the schema, and which it is, to what is written, and the
request's notes."""
_Show: TypeAlias = "Callable[[Request, Who, int], bytes]"
"""From a request, the record that it is of, and its place among those of the record, to what is written."""


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
    loaded = load(mapping, modules)
    options.require_bulk(bulk, loaded)
    params = read_params(loaded.params, loaded.checked.functions, given, params_file, derived)
    rows = rows_of(source, loaded, nulls, modules)
    files = list(read_for(mapping, modules, source))
    check_places({"--output": output, "--rejects": rejects}, [path_of(file), *files, *params.files])
    check_params(loaded.checked, params, all_needed=True)
    named = options.read_key(key, rows)
    keywords: dict[str, Any] = {"on_rejected": on_rejected, "nulls": nulls, "strict": strict_records}
    keywords |= {"absent": absent} if absent != "keep" else {}
    settings = {**keywords, "key": key} | ({"bulk": True} if bulk else {})
    keywords |= {"source": rows} if rows is not None else {}
    ids = RequestIds(digest_of("apply", files, loaded.checked.params, params, settings))
    with ExitStack() as stack:
        schema = loaded.checked.canonical
        columns = columns_of(schema, rows)
        read = stack.enter_context(open_records(file, schema=None if rows else schema, columns=columns))
        require_records(read, schema, rows)
        sink = stack.enter_context(open_maybe(rejects))
        report = stack.enter_context(Report(sink, at_once=isinstance(read, One)))
        unit = "line" if isinstance(read, One) else read.format.unit
        several = bool(loaded.checked.steps)
        many = several or named is not None or form == "parquet" or not isinstance(read, One)
        show = _shown(form, ids, with_secrets, many=many)
        if bulk and not isinstance(read, One):
            with open_output(output, json=form == "json") as out:
                show_pack = _shown_pack(form, ids, with_secrets)
                packed = PackedLines(loaded.engine, show_pack, _separated(out, form))
                make = _of_rows(_packer(packed, loaded, params, keywords), read, schema, rows)
                _many(make, named, read.records, report, unit, _nothing)
                packed.end()
            report.summarize(f"{report.tally} in {counted(packed.requests, 'request')}")
            return report.exit_code
        if several or params.derived or form not in ("json", "parquet") or isinstance(read, One):
            make = _maker(loaded, params, keywords, show, between=_BETWEEN if form == "http" else b"")
        else:
            make = loaded.line_applier(ids, params.given, secrets=with_secrets, **keywords)
        make = _of_rows(make, read, schema, rows)
        if form == "parquet":
            records = iter([read.record]) if isinstance(read, One) else read.records
            with open_output(output, json=False) as out, ParquetRequests(out) as table:
                _many(make, named, records, report, unit, table.write)
            report.summarize()
        elif isinstance(read, One):
            shown = _one(make, named, read.record, report, unit)
            if shown is not None:
                with open_output(output, json=form == "json") as out:
                    out.write(shown)
            report.tell_unknown()
        else:
            with open_output(output, json=form == "json") as out:
                _many(make, named, read.records, report, unit, _separated(out, form))
            report.summarize()
    return report.exit_code


def _maker(mapping: Mapping, params: Params, keywords: dict[str, Any], show: _Show, between: bytes) -> _Make:
    """What writes the requests of a record; `between` stands between several."""
    bound = None if params.derived else mapping.applier(params.given, **keywords)

    def make(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        apply = bound or mapping.applier(params.of(record), **keywords)
        requests = apply(record, fits)
        lines = [show(request, who, place) for place, request in enumerate(requests)]
        return between.join(lines), tuple(dict.fromkeys(note for one in requests for note in one.notes))

    return make


def _check_parquet(output: Path | None, bulk: bool) -> None:
    if bulk:
        raise CallError("`--bulk` writes lines of JSON, and no Parquet", "Leave out `--as parquet`.")
    if output in (None, STDIN) and sys.stdout.isatty():
        raise CallError("Parquet cannot be shown on a terminal", "Write it to a file with `-o FILE`.")


def _of_rows(make: _Make, read: One | Many, schema: Canonical, rows: Source | None) -> _Make:
    """The same for rows of a table, whose values first become JSON; a source takes them as they are."""
    if rows is not None or not are_rows(read):
        return make
    return lambda row, fits, who: make(copy_plain(row, schema.type), False, who)


_BETWEEN: Final = b"###\n"
"""The line between two requests of an `.http` file."""


def _many(
    make: _Make,
    key: Key | None,
    records: Iterator[Record | BadLine],
    report: Report,
    unit: str,
    write: Callable[[bytes], None],
) -> None:
    for record in records:
        shown = _one(make, key, record, report, unit)
        if shown is not None:
            report.tally.went_out += 1
            write(shown)


def _separated(sink: Sink, form: str) -> Callable[[bytes], None]:
    """What writes requests, those of an `.http` file with a line between them."""
    if form != "http":
        return sink.write
    is_first = True

    def write(shown: bytes) -> None:
        nonlocal is_first
        if shown:
            sink.write(shown if is_first else _BETWEEN + shown)
            is_first = False

    return write


def _packer(packed: PackedLines, mapping: Mapping, params: Params, keywords: dict[str, Any]) -> _Make:
    """What puts requests together, which writes them when they are full."""
    alone = mapping.alone
    bound = None if params.derived else alone.applier(params.given, **keywords)

    def make(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        given = params.of(record)
        (request,) = (bound or alone.applier(given, **keywords))(record, fits)
        packed.request(who, request, given)
        return b"", request.notes

    return make


def _nothing(_: bytes) -> None:
    """The line is written with its request."""


def _one(make: _Make, key: Key | None, record: Record | BadLine, report: Report, unit: str) -> bytes | None:
    """What is written for a record; None if it is rejected. `unit` is what its number counts."""
    report.tally.came_in += 1
    if isinstance(record, BadLine):
        _reject(report, Who(record.line.index), record.line, unit, record.error, None)
        return None
    who = Who(record.place[0], None if key is None else key.of(record.value))
    try:
        if key is not None and who.key is None:
            raise bad_line(record.line, NO_KEY)
        shown, notes = make(record.value, record.fits, who)
    except RecordError as error:
        _reject(report, who, record.line, unit, error, record)
        return None
    if notes:
        report.note(notes)
    return shown


def _reject(
    report: Report, who: Who, line: Line, unit: str, error: RecordError, record: Record | None
) -> None:
    given = record.given() if record is not None and report.rejects is not None else None
    report.reject(who, f"record {line.index} ({unit} {line.number})", error, given)


def _shown_pack(form: str, ids: RequestIds, secrets: bool) -> Show:
    if form == "json":
        return json_lines(lambda: ids, secrets=secrets)
    show = _shown(form, ids, secrets, many=True)
    return lambda request, those: ("", show(request, Who(those.records[0]), 0))


def _shown(form: str, ids: RequestIds, secrets: bool, *, many: bool) -> _Show:
    match form:
        case "curl":
            return lambda request, who, place: request.to_curl(secrets=secrets).encode() + b"\n"
        case "http":
            return lambda request, who, place: request.to_http(secrets=secrets).encode() + b"\n"
        case _ if many:
            return RequestLines(ids, secrets=secrets).line
    return lambda request, who, place: json_text(
        {name: in_order(value) for name, value in ids.marked(request, who, place, secrets=secrets).items()}
    )
