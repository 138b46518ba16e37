"""Two snapshots joined by a key, in bounded memory when both are larger than memory.

duckdb gets hashed keys and byte offsets, but no records, since it reads JSON differently (numbers, dates,
missing for null). Records are parsed here, and found again by their offset.

    before.ndjson ─┐ side, key, index, number, offset, length
                   ├──────────────────────────────────────────▶ grouped by key ──▶ pairs, in after's order
    after.ndjson  ─┘
"""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Final, Literal, Self, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.database import connect, in_thread
from custmap.records.extras import import_extra
from custmap.records.keys import NO_KEY, Key
from custmap.records.ndjson import BadLine, Line, Record, Schema, bad_line, read_records
from custmap.records.outputs import naming
from custmap.records.tally import Tally
from custmap.values.json_text import parse_json

Side: TypeAlias = Literal["before", "after"]
SIDES: Final[tuple[Side, Side]] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Pair:
    """One customer in both snapshots, with the key as a text."""

    before: Record
    after: Record
    key: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is left out of the join: a bad line (CM711), or a key that occurs twice (CM713)."""

    side: Side
    line: Line
    error: RecordError
    value: Any = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class OneSided:
    """A customer in only one snapshot. That is reported, and never treated as a deletion."""

    side: Side
    record: Record
    key: str


_FIELDS: Final = ("idx", "number", "offs", "length", "fits")
_COUNT: Final = len(_FIELDS)
_ROWS: Final = (
    "CREATE TABLE rows AS SELECT * FROM read_csv(?, header=false, auto_detect=false, delim=',', "
    "quote='', escape='', columns={'side': 'TINYINT', 'key': 'VARCHAR', "
    + ", ".join(f"'{field}': 'BIGINT'" for field in _FIELDS)
    + "})"
)
# One aggregation instead of a join: it spills to disk, and also counts duplicates.
_GROUP: Final = (
    "CREATE TABLE grouped AS SELECT key, "
    "count(*) FILTER (side = 0) AS befores, count(*) FILTER (side = 1) AS afters, "
    + ", ".join(
        f"min({field}) FILTER (side = {side}) AS {name}_{field}"
        for side, name in enumerate(SIDES)
        for field in _FIELDS
    )
    + " FROM rows GROUP BY key"
)
_BEFORE, _AFTER = (", ".join(f"{name}_{field}" for field in _FIELDS) for name in SIDES)
_PAIRS: Final = f"SELECT {_BEFORE}, {_AFTER} FROM grouped WHERE befores = 1 AND afters = 1 ORDER BY after_idx"
_ALONE: Final = (
    f"SELECT 0 AS side, {_BEFORE} FROM grouped WHERE befores = 1 AND afters = 0 UNION ALL "
    f"SELECT 1, {_AFTER} FROM grouped WHERE befores = 0 AND afters = 1 ORDER BY 1, 2"
)
_TWICE: Final = (
    f"SELECT side, {', '.join(_FIELDS)} FROM rows "
    "WHERE key IN (SELECT key FROM grouped WHERE befores > 1 OR afters > 1) ORDER BY 1, 2"
)


class SnapshotJoin:
    """The join of two NDJSON files by a member; iterate it once, inside a `with` block.

    Yields every row of both files exactly once, as part of a `Pair`, as `Rejected` or as `OneSided`.
    `memory` is duckdb's limit, `schema` the records'. ExtraMissing without duckdb; OSError if a file cannot
    be read, or changes meanwhile.

    `tally`    the rows, `alone` how many customers are in one snapshot only.
    `digests`  of what the files hold; both are known from the first pair on.
    """

    def __init__(
        self, before: Path, after: Path, key: Key, *, memory: str = "512MB", schema: Schema | None = None
    ) -> None:
        self.tally = Tally()
        self.alone: dict[Side, int] = dict.fromkeys(SIDES, 0)
        self.digests: list[str] = []
        self._key = key
        self._paths = (before, after)
        self._memory = memory
        self._schema = schema
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="custmap-"))
            self._folder = Path(folder)
            self._files = [stack.enter_context(path.open("rb")) for path in self._paths]
            self._states = [_state(file) for file in self._files]
            duckdb = import_extra("duckdb", "joining snapshots", "snapshots")
            file = self._folder / "join.duckdb"
            self._database = stack.enter_context(connect(duckdb, file, self._folder, memory=self._memory))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[Pair | Rejected | OneSided]:
        rows = self._folder / "rows.csv"
        with naming(rows), rows.open("w", encoding="ascii", newline="") as out:
            for number, side in enumerate(SIDES):
                yield from self._scan(number, side, out)
        self._execute(_ROWS, str(rows))
        self._execute(_GROUP)
        for row in self._query(_PAIRS, "pairs.csv"):
            yield self._pair(row)
        for row in self._query(_TWICE, "twice.csv"):
            yield self._twice(row)
        for row in self._query(_ALONE, "alone.csv"):
            self.tally.one_sided += 1
            self.alone[SIDES[row[0]]] += 1
            yield OneSided(SIDES[row[0]], *self._record(row[0], row[1:]))
        self._check_unchanged()
        self.tally.check()

    def _scan(self, number: int, side: Side, out: IO[str]) -> Iterator[Rejected]:
        """Record the offset of each record with a key; yield the lines that have none."""
        write = csv.writer(out, lineterminator="\n").writerow
        lines = _Digested(self._files[number])
        for found in read_records(lines, schema=self._schema):
            self.tally.came_in += 1
            if isinstance(found, Record):
                key = self._key.of(found.value)
                if key is not None:
                    index, at, offset, _, length = found.place
                    write((number, _hash(key), index, at, offset, length, int(found.fits)))
                    continue
            self.tally.rejected += 1
            line = found.line
            if isinstance(found, BadLine):
                yield Rejected(side, line, _on(side, found.error))
            else:
                yield Rejected(side, line, _on(side, bad_line(line, NO_KEY)), found.value)
        self.digests.append(lines.digest)

    def _query(self, query: str, name: str) -> Iterator[list[int]]:
        """Rows of whole numbers, through a file, since duckdb would keep a result in memory."""
        path = self._folder / name
        self._execute(f"COPY ({query}) TO '{_quoted(path)}' (FORMAT csv, HEADER false)")
        with path.open(encoding="ascii", newline="") as rows:
            for row in csv.reader(rows):
                yield [int(cell) for cell in row]

    def _execute(self, query: str, *values: str) -> None:
        in_thread(self._database, lambda: self._database.execute(query, list(values)))

    def _pair(self, row: list[int]) -> Pair:
        before, _ = self._record(0, row[:_COUNT])
        after, key = self._record(1, row[_COUNT:])
        self.tally.went_out += 2
        return Pair(before, after, key)

    def _twice(self, row: list[int]) -> Rejected:
        record, key = self._record(row[0], row[1:])
        self.tally.rejected += 1
        side = SIDES[row[0]]
        error = RecordError(
            [Diagnostic("CM713", f"line {record.line.number}: all rows with this key are left")]
        )
        return Rejected(side, record.line, _on(side, error), record.value, key)

    def _record(self, number: int, place: list[int]) -> tuple[Record, str]:
        """Read a record and its key again: in a file that has not changed it is whole, and fits as before."""
        index, at, offset, length, fits = place
        file = self._files[number]
        file.seek(offset)
        data = file.read(length)
        try:
            decode = self._schema.decoder if self._schema is not None and fits else None
            value = (decode or parse_json)(data)
            if (key := self._key.of(value)) is not None:
                return Record((index, at, offset, data, length), value, bool(fits)), key
        except Exception:  # what was JSON is not any more
            pass
        raise self._changed(number)

    def _check_unchanged(self) -> None:
        for number, state in enumerate(self._states):
            if _state(self._files[number]) != state:
                raise self._changed(number)

    def _changed(self, number: int) -> OSError:
        return OSError(f"{self._paths[number]} was changed while it was being read")


class _Digested:
    """Lines of a file, and the digest of what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._read = file.readline
        self._hash = hashlib.blake2b(digest_size=16)

    def readline(self, size: int = -1, /) -> bytes:
        line = self._read(size)
        self._hash.update(line)
        return line

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _hash(key: str) -> str:
    """What stands for a key outside memory."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _state(file: BinaryIO) -> tuple[int, int]:
    """What changes with a file: its size, and when it was written."""
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def _on(side: Side, error: RecordError) -> RecordError:
    """The same error, with the snapshot that it is about."""
    return RecordError([Diagnostic(found.code, f"{side}, {found.message}") for found in error.diagnostics])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
