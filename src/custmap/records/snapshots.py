"""Two snapshots joined by a key, in bounded memory when both are larger than memory.

duckdb gets hashed keys and byte offsets, but no records, since it reads JSON differently (numbers, dates,
missing for null). Records are parsed here, and found again by their offset.

    before.ndjson ─┐ side, key, index, number, offset, length, mark
                   ├──────────────────────────────────────────▶ grouped by key ──▶ pairs, in after's order
    after.ndjson  ─┘
"""

from __future__ import annotations

import csv
import os
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Final, Self

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.database import connect, in_thread, sql_text
from custmap.records.extras import import_extra
from custmap.records.keys import NO_KEY, Key
from custmap.records.ndjson import BadLine, Line, Place, Record, Schema, bad_line, read_places, read_record
from custmap.records.outputs import naming
from custmap.records.sides import SIDES, Side, on_side
from custmap.records.tally import Tally
from custmap.records.zipper import key_reader


@dataclass(frozen=True, slots=True)
class Pair:
    """One customer in both snapshots, with the key as a text."""

    before: Record
    after: Record
    key: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is left out of the join: a bad line (CM711), or a key that occurs twice (CM713).

    `unit`  what the number of `line` counts: lines, or rows.
    """

    side: Side
    line: Line
    error: RecordError
    value: Any = None
    key: str | None = None
    unit: str = "line"


@dataclass(frozen=True, slots=True)
class OneSided:
    """A customer in only one snapshot. That is reported, and never treated as a deletion."""

    side: Side
    record: Record
    key: str


_FIELDS: Final = ("idx", "number", "offs", "length", "mark")
_COUNT: Final = len(_FIELDS)
_ROWS: Final = (
    "CREATE TABLE rows AS SELECT * FROM read_csv(?, header=false, auto_detect=false, delim=',', "
    "quote='', escape='', columns={'side': 'TINYINT', 'key': 'UUID', "
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
_ARE_PAIRS: Final = "FROM grouped WHERE befores = 1 AND afters = 1"
_DIFFER: Final = "AND before_mark <> after_mark"
_SAME: Final = "AND before_mark = after_mark"
_PAIRS: Final = f"SELECT {_BEFORE}, {_AFTER} {_ARE_PAIRS}"
_ALONE: Final = (
    f"SELECT 0 AS side, {_BEFORE} FROM grouped WHERE befores = 1 AND afters = 0 UNION ALL "
    f"SELECT 1, {_AFTER} FROM grouped WHERE befores = 0 AND afters = 1 ORDER BY 1, 2"
)
_TWICE: Final = (
    f"SELECT side, {', '.join(_FIELDS)} FROM rows "
    "WHERE key IN (SELECT key FROM grouped WHERE befores > 1 OR afters > 1) ORDER BY 1, 2"
)
_EQUAL: Final = 0
"""The mark of a line that is equal to the one at the same place of the other file."""


class SnapshotJoin:
    """The join of two NDJSON files by a member; iterate it once, inside a `with` block.

    Lines that are equal are not parsed: such a pair is counted, and yielded only where `every` pair is asked
    for. Every other row comes exactly once, as part of a `Pair`, as `Rejected` or as `OneSided`.
    `memory` is duckdb's limit, `schema` the records'. ExtraMissing without duckdb; OSError if a file cannot
    be read, or changes meanwhile.

    `skipped`   of each file the places, in order, of records that were left out of it.
    `units`     what each file is written from: its own lines, or rows of a table.
    `tally`     the rows, `alone` how many customers are in one snapshot only.
    `unchanged` the pairs of equal lines that were not yielded.
    `digests`   of what the files hold; both are known from the first pair on.
    """

    def __init__(
        self,
        before: Path,
        after: Path,
        key: Key,
        *,
        memory: str = "192MB",
        schema: Schema | None = None,
        every: bool = False,
        skipped: Sequence[Sequence[int]] = ((), ()),
        units: Sequence[str] = ("line", "line"),
    ) -> None:
        self.tally = Tally()
        self.alone: dict[Side, int] = dict.fromkeys(SIDES, 0)
        self.unchanged = 0
        self.digests: list[str] = []
        self._key = key
        self._key_of = key_reader(key.names)
        self._paths = (before, after)
        self._memory = memory
        self._schema = schema
        self._every = every
        self._skipped = skipped
        self.units: dict[Side, str] = dict(zip(SIDES, units, strict=True))
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
            yield from self._scan(out)
        self._execute(_ROWS, str(rows))
        self._execute(_GROUP)
        if not self._every:
            ((self.unchanged,),) = self._query(
                f"SELECT count(*) {_ARE_PAIRS} AND NOT (true {_DIFFER})", "n.csv"
            )
            self.tally.went_out += 2 * self.unchanged
        for row in self._query(f"{_PAIRS} {'' if self._every else _DIFFER} ORDER BY after_idx", "pairs.csv"):
            yield from self._pair(row)
        for row in self._query(_TWICE, "twice.csv"):
            yield self._twice(row)
        for row in self._query(_ALONE, "alone.csv"):
            yield self._alone(row[0], self._read(row[0], row[1:]))
        self._check_unchanged()
        self.tally.check()

    def equal(self) -> Iterator[Record]:
        """The records of before in the pairs that were not yielded: to be asked for after all others."""
        if self.unchanged:
            for row in self._query(f"SELECT {_BEFORE} {_ARE_PAIRS} {_SAME}", "equal.csv"):
                if isinstance(found := self._read(0, row), Record):
                    yield found

    def _scan(self, out: IO[str]) -> Iterator[Rejected]:
        """Record the place of each line with a key, both files side by side; yield lines that have none."""
        files = [_Digested(file) for file in self._files]
        befores, afters = (read_places(lines) for lines in files)
        for then, now in zip_longest(befores, afters):
            if then is not None and now is not None and then[3] == now[3] and then[3] is not None:
                key = self._key_of(then[3])
                if key is not None:
                    self.tally.came_in += 2
                    name = _hash(key)
                    out.write(_row(0, name, then, _EQUAL))
                    out.write(_row(1, name, now, _EQUAL))
                    continue
            for number, place in enumerate((then, now)):
                if place is not None and (rejected := self._entered(number, place, out)) is not None:
                    yield rejected
        self.digests += (lines.digest for lines in files)

    def _entered(self, number: int, place: Place, out: IO[str]) -> Rejected | None:
        """Record the place of a line; a line without a key is rejected."""
        self.tally.came_in += 1
        key = self._key_of(place[3])
        found: Record | BadLine | None = None
        if key is None:
            found = read_record(self._placed(number, place), self._schema)
            key = self._key.of(found.value) if isinstance(found, Record) else None
        if key is not None:
            out.write(_row(number, _hash(key), place, hash(place[3]) or 1))
            return None
        assert found is not None
        self.tally.rejected += 1
        side = SIDES[number]
        unit = self.units[side]
        if isinstance(found, BadLine):
            return Rejected(side, found.line, on_side(side, found.error), unit=unit)
        if unit == "row":
            error = RecordError([Diagnostic("CM711", f"row {found.line.number}: {NO_KEY}")])
        else:
            error = bad_line(found.line, NO_KEY)
        return Rejected(side, found.line, on_side(side, error), found.value, unit=unit)

    def _query(self, query: str, name: str) -> Iterator[list[int]]:
        """Rows of whole numbers, through a file, since duckdb would keep a result in memory."""
        path = self._folder / name
        self._execute(f"COPY ({query}) TO {sql_text(path)} (FORMAT csv, HEADER false)")
        with path.open(encoding="ascii", newline="") as rows:
            for row in csv.reader(rows):
                yield [int(cell) for cell in row]

    def _execute(self, query: str, *values: str) -> None:
        in_thread(self._database, lambda: self._database.execute(query, list(values)))

    def _pair(self, row: list[int]) -> Iterator[Pair | Rejected | OneSided]:
        """A pair; where a line of it is bad, that line is rejected, and the other has no counterpart."""
        both = [self._read(number, part) for number, part in enumerate((row[:_COUNT], row[_COUNT:]))]
        before, after = both
        if isinstance(before, Record) and isinstance(after, Record):
            self.tally.went_out += 2
            yield Pair(before, after, self._key.of(after.value) or "")
            return
        for number, found in enumerate(both):
            yield self._alone(number, found)

    def _alone(self, number: int, found: Record | BadLine) -> Rejected | OneSided:
        side = SIDES[number]
        if isinstance(found, BadLine):
            self.tally.rejected += 1
            return Rejected(side, found.line, on_side(side, found.error), unit=self.units[side])
        self.tally.one_sided += 1
        self.alone[side] += 1
        return OneSided(side, found, self._key.of(found.value) or "")

    def _twice(self, row: list[int]) -> Rejected:
        found = self._read(row[0], row[1:])
        self.tally.rejected += 1
        side = SIDES[row[0]]
        unit = self.units[side]
        if isinstance(found, BadLine):
            return Rejected(side, found.line, on_side(side, found.error), unit=unit)
        error = RecordError(
            [Diagnostic("CM713", f"{unit} {found.line.number}: all rows with this key are left")]
        )
        return Rejected(side, found.line, on_side(side, error), found.value, self._key.of(found.value), unit)

    def _read(self, number: int, place: list[int]) -> Record | BadLine:
        """Read a line again, in a file that has not changed meanwhile; then it still has its key."""
        index, at, offset, length, mark = place
        file = self._files[number]
        file.seek(offset)
        data = file.read(length)
        found = read_record(self._placed(number, (index, at, offset, data, length)), self._schema)
        same = mark == _EQUAL or (hash(data) or 1) == mark
        if not same or (isinstance(found, Record) and self._key.of(found.value) is None):
            raise self._changed(number)
        return found

    def _placed(self, number: int, place: Place) -> Place:
        """A place as it is in what the file was written from."""
        if not self._skipped[number]:
            return place
        index = _place_among(place[0], self._skipped[number])
        return (index, index + 1, *place[2:])

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
        self._hash = blake2b(digest_size=16)

    def readline(self, size: int = -1, /) -> bytes:
        line = self._read(size)
        self._hash.update(line)
        return line

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _row(number: int, key: str, place: Place, mark: int) -> str:
    """A line of the table of rows; `mark` is another one wherever lines differ."""
    return f"{number},{key},{place[0]},{place[1]},{place[2]},{place[4]},{mark}\n"


def _hash(key: str) -> str:
    """What stands for a key outside memory."""
    return blake2b(key.encode(), digest_size=16).hexdigest()


def _state(file: BinaryIO) -> tuple[int, int]:
    """What changes with a file: its size, and when it was written."""
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def _place_among(index: int, skipped: Sequence[int]) -> int:
    """The place of a record among all, of which those at `skipped` were left out."""
    at = index
    while (moved := index + bisect_right(skipped, at)) != at:
        at = moved
    return at
