"""Requests of records as what is written: in the process of the command, or in workers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from custmap.border.intake import copy_plain
from custmap.cli.by_workers import by_workers, reported
from custmap.cli.params import Params
from custmap.cli.plans import json_text
from custmap.cli.report import Part, Report
from custmap.diagnostics.errors import RecordError
from custmap.records.checkpoints import Checkpoints
from custmap.records.formats import Format
from custmap.records.identity import RequestIds, Who
from custmap.records.inputs import Many, read_place
from custmap.records.keys import NO_KEY, Key
from custmap.records.ndjson import BadLine, Block, Line, Place, Record, Schema, bad_line
from custmap.records.outputs import Blocks
from custmap.records.per_record import LineApplier, Show, by_record, lines_applier
from custmap.records.request_lines import RequestLines
from custmap.records.tables import RowBlock
from custmap.records.workers import in_parts
from custmap.values.ordering import in_order

if TYPE_CHECKING:
    from custmap.mapper import Mapping

Write: TypeAlias = Callable[[bytes], None]
_Given: TypeAlias = "Block | RowBlock | list[Place | Record | BadLine]"
"""What workers get: of JSON unparsed."""

_BETWEEN: Final = b"###\n"
"""The line between two requests of an `.http` file."""


@dataclass(frozen=True, slots=True)
class Applying:
    """What makes the requests of a run; it is picklable if its parameters are `bare`.

    `keywords`  those of `Mapping.applier`.
    `run`       the digest of the run.
    `secrets`   secrets are shown.
    `key`       the key of records, if their requests carry it.
    `format`    of many records; None: one document.
    """

    mapping: Mapping
    params: Params
    keywords: dict[str, Any]
    form: str
    run: str
    secrets: bool
    key: Key | None
    format: Format | None

    @property
    def unit(self) -> str:
        return "line" if self.format is None else self.format.unit

    @property
    def schema(self) -> Schema | None:
        """That of the records that come as JSON."""
        return None if "source" in self.keywords else self.mapping.checked.canonical

    def make(self) -> LineApplier:
        """What makes the requests of a record, and says what is written for them."""
        ids, form, format = RequestIds(self.run), self.form, self.format
        several = bool(self.mapping.checked.steps)
        if several or self.params.derived or form not in ("json", "parquet") or format is None:
            many = several or self.key is not None or form == "parquet" or format is not None
            show = shown_as(form, ids, self.secrets, many=many)
            between = _BETWEEN if form == "http" else b""
            apply = by_record(partial(self.mapping.applier, **self.keywords), self.params.each)
            return self.of_rows(lines_applier(apply, show, between))
        given = self.params.given
        return self.of_rows(self.mapping.line_applier(ids, given, secrets=self.secrets, **self.keywords))

    def of_rows(self, make: LineApplier) -> LineApplier:
        """The same for rows of a table, whose values become JSON first; a source takes them as they are."""
        if "source" in self.keywords or self.format is None or not self.format.is_table:
            return make
        type_ = self.mapping.checked.canonical.type
        return lambda row, fits, who: make(copy_plain(row, type_), False, who)

    def apply(
        self, make: LineApplier, records: Iterable[Record | BadLine], report: Report, write: Write
    ) -> None:
        """Write the requests of many records."""
        key, unit = self.key, self.unit
        for record in records:
            shown = one(make, key, record, report, unit)
            if shown is not None:
                report.tally.went_out += 1
                write(shown)

    def in_workers(self, count: int, read: Many, report: Report, write: Write, states: Checkpoints) -> None:
        """The same by `count` processes; `states` are those of the run."""
        job = _Job(replace(self, params=self.params.bare()), report.rejects is not None)
        records = read.records if read.places is None else read.places
        parts: Iterable[_Given] = in_parts(records, _size)
        if states.resumed is not None:
            states.pass_over(records)
        elif read.blocks is not None:
            parts = read.blocks()

        def take(part: Part) -> None:
            report.add(part)
            if part.written:
                write(part.written)

        by_workers(job, count, parts, take, states)


@dataclass(frozen=True, slots=True)
class _Job:
    """The work of a worker; `rejects`: what is rejected is to be written."""

    applying: Applying
    rejects: bool

    def begin(self) -> Callable[[_Given], Part]:
        bare = self.applying
        format, schema = bare.format, bare.schema
        assert format is not None
        applying = replace(bare, params=bare.params.compiled(bare.mapping.checked.functions))
        make = applying.make()

        def work(given: _Given) -> Part:
            lines = Blocks()
            records, write = _read(given, format, schema), separated(lines.write, applying.form)
            part = reported(
                Part(),
                lambda report: applying.apply(make, records, report, write),
                rejects=self.rejects,
            )
            part.written = lines.all()
            return part

        return work


def _read(given: _Given, format: Format, schema: Schema | None) -> Iterable[Record | BadLine]:
    if not isinstance(given, list):
        return given.read(schema)
    return (read_place(format, one, schema) if isinstance(one, tuple) else one for one in given)


def _size(record: Place | Record | BadLine) -> int:
    if isinstance(record, Record):
        return record.place[4]
    return len(record[3] or b"") if isinstance(record, tuple) else 0


def separated(sink: Write, form: str, *, is_first: bool = True) -> Write:
    """What writes requests, those of an `.http` file with a line between them; is one the first?"""
    if form != "http":
        return sink

    def write(shown: bytes) -> None:
        nonlocal is_first
        if shown:
            sink(shown if is_first else _BETWEEN + shown)
            is_first = False

    return write


def one(
    make: LineApplier, key: Key | None, record: Record | BadLine, report: Report, unit: str
) -> bytes | None:
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


def shown_as(form: str, ids: RequestIds, secrets: bool, *, many: bool) -> Show:
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
