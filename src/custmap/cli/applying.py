"""Requests of records as what is written: in the process of the command, or in workers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from custmap.border.intake import copy_plain
from custmap.cli.params import Params
from custmap.cli.plans import json_text
from custmap.cli.report import Part, Report, report_of_part
from custmap.diagnostics.errors import RecordError
from custmap.records.checkpoints import Checkpoints
from custmap.records.formats import Format
from custmap.records.identity import RequestIds, Who
from custmap.records.inputs import Many, read_place
from custmap.records.keys import NO_KEY, Key
from custmap.records.ndjson import BadLine, Block, Line, Place, Record, Schema, bad_line
from custmap.records.outputs import Blocks
from custmap.records.request_lines import RequestLines
from custmap.records.tables import RowBlock
from custmap.records.workers import Workers, in_parts, sendable
from custmap.values.ordering import in_order

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.model.note import Note
    from custmap.wire.request import Request

Make: TypeAlias = "Callable[[Any, bool, Who], tuple[bytes, tuple[Note, ...]]]"
"""From a record, whether it is known to fit the schema, and which it is, to what is written, and the
request's notes."""
Write: TypeAlias = Callable[[bytes], None]
_Show: TypeAlias = "Callable[[Request, Who, int], bytes]"
"""From a request, the record that it is of, and its place among those of the record, to what is written."""

_Part: TypeAlias = "Block | RowBlock | list[Place | Record | BadLine]"
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

    def make(self) -> Make:
        """What makes the requests of a record, and says what is written for them."""
        ids, form, format = RequestIds(self.run), self.form, self.format
        several = bool(self.mapping.checked.steps)
        if several or self.params.derived or form not in ("json", "parquet") or format is None:
            many = several or self.key is not None or form == "parquet" or format is not None
            show = shown_as(form, ids, self.secrets, many=many)
            between = _BETWEEN if form == "http" else b""
            return self.of_rows(_maker(self.mapping, self.params, self.keywords, show, between))
        given = self.params.given
        return self.of_rows(self.mapping.line_applier(ids, given, secrets=self.secrets, **self.keywords))

    def of_rows(self, make: Make) -> Make:
        """The same for rows of a table, whose values become JSON first; a source takes them as they are."""
        if "source" in self.keywords or self.format is None or not self.format.is_table:
            return make
        type_ = self.mapping.checked.canonical.type
        return lambda row, fits, who: make(copy_plain(row, type_), False, who)

    def apply(self, make: Make, records: Iterable[Record | BadLine], report: Report, write: Write) -> None:
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
        parts: Iterable[_Part] = in_parts(records, _size)
        if states.resumed is not None:
            states.pass_over(records)
        elif read.blocks is not None:
            parts = read.blocks()
        with Workers(job, count) as workers:
            for done in workers.results(parts):
                report.add(done.part)
                if done.written:
                    write(done.written)
                if done.error is not None:
                    raise done.error
                states.add(done.part.tally.came_in)


class _Done(NamedTuple):
    """What is written for a part of the records; `error` ended it early."""

    written: bytes
    part: Part
    error: Exception | None


@dataclass(frozen=True, slots=True)
class _Job:
    """The work of a worker; `kept`: what is rejected is to be written."""

    applying: Applying
    kept: bool

    def begin(self) -> Callable[[_Part], _Done]:
        bare = self.applying
        format, schema = bare.format, bare.schema
        assert format is not None
        applying = replace(bare, params=bare.params.compiled(bare.mapping.checked.functions))
        make = applying.make()

        def work(given: _Part) -> _Done:
            part, lines, rejected = Part(), Blocks(), Blocks()
            report = report_of_part(part, rejected if self.kept else None)
            error = None
            try:
                applying.apply(
                    make, _read(given, format, schema), report, separated(lines.write, applying.form)
                )
            except Exception as found:
                error = sendable(found)
            part.rejected = rejected.all()
            return _Done(lines.all(), part, error)

        return work


def _read(given: _Part, format: Format, schema: Schema | None) -> Iterable[Record | BadLine]:
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


def one(make: Make, key: Key | None, record: Record | BadLine, report: Report, unit: str) -> bytes | None:
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


def shown_as(form: str, ids: RequestIds, secrets: bool, *, many: bool) -> _Show:
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


def _maker(mapping: Mapping, params: Params, keywords: dict[str, Any], show: _Show, between: bytes) -> Make:
    """What writes the requests of a record; `between` stands between several."""
    bound = None if params.derived else mapping.applier(params.given, **keywords)

    def make(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        apply = bound or mapping.applier(params.of(record), **keywords)
        requests = apply(record, fits)
        lines = [show(request, who, place) for place, request in enumerate(requests)]
        return between.join(lines), tuple(dict.fromkeys(note for one in requests for note in one.notes))

    return make
