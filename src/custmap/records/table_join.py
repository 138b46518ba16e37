"""Two tables joined by a key: Parquet files, or tables and queries of DuckDB files.

DuckDB compares the columns that are read, and hands over the rows that differ. It spills to disk what is too
much for memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.arrow_rows import plain_values
from custmap.records.changed_rows import can_be_key, distinct, key_text, quoted
from custmap.records.database import arrow_reader, connect, in_thread, sql_text
from custmap.records.extras import import_extra, require_extra
from custmap.records.formats import Format
from custmap.records.input_error import InputError
from custmap.records.keys import NO_KEY
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, Line, Record
from custmap.records.sides import SIDES, Side, on_side
from custmap.records.snapshots import OneSided, Pair, Rejected
from custmap.records.tables import first_line, one_query
from custmap.records.tally import Tally

_ROWS: Final = 1_000
"""Rows of a batch."""
_PLACE: Final = "file_row_number"
_KEY: Final = "custmap_key"
"""The column of the key's text: a table's own column of this name would be taken for it."""
_WHOLE: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_AS_THEY_ARE: Final = frozenset((*_WHOLE, *(f"U{name}" for name in _WHOLE), "UUID", "BOOLEAN", "DATE"))
"""Types of keys that are equal where their texts are."""
_OUTSIDE: Final = "a value is outside of what Python can hold"


@dataclass(frozen=True, slots=True)
class _Table:
    """One of the two tables.

    `sql`    what is selected from; its rows have their place in `file_row_number`.
    `types`  the columns that are read, with DuckDB's names of their types.
    `taken`  the columns that are handed over: these, and others that are asked for.
    `digest` tells its contents.
    """

    sql: str
    types: dict[str, str]
    taken: list[str]
    digest: Callable[[], str]


class TableJoin:
    """The join of two tables by a column; iterate it once, inside a `with` block.

    `columns` are those that are read, of which both tables must have all; the key among them. Rows in which
    they are equal are counted, and yielded only where `every` pair is asked for. `check` is called with the
    columns of each table. `also` are handed over where a table has them, and are not compared; None: all
    columns. Errors are those of `records.tables`; the attributes are those of `SnapshotJoin`.
    """

    def __init__(
        self,
        tables: Sequence[tuple[Location, Format]],
        key: str,
        columns: Sequence[str],
        check: Callable[[Sequence[str]], None],
        *,
        memory: str = "256MB",
        every: bool = False,
        also: Collection[str] | None = (),
    ) -> None:
        self.tally = Tally()
        self.alone: dict[Side, int] = dict.fromkeys(SIDES, 0)
        self.unchanged = 0
        self.digests: list[str] = []
        self.units: dict[Side, str] = dict.fromkeys(SIDES, "row")
        self._places = tables
        self._key = key
        self._columns = list(dict.fromkeys([key, *columns]))
        self._also = also
        self._check = check
        self._memory = memory
        self._every = every
        self._twice = False
        self._stack = ExitStack()
        self._tables: list[_Table] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="custmap-")))
            duckdb = import_extra("duckdb", "joining tables", "tables")
            require_extra("pyarrow", "joining tables", "tables")
            file = folder / "snapshots.duckdb"
            self._database = stack.enter_context(connect(duckdb, file, folder, memory=self._memory))
            self._error = duckdb.Error
            self._thread = stack.enter_context(ThreadPoolExecutor(1))
            self._tables = [self._table(at, *place) for at, place in enumerate(self._places)]
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[Pair | Rejected | OneSided]:
        rest = self._thread.submit(self._made_ready)
        counts = [self._counted(number) for number in range(2)]
        self.digests += rest.result()
        self.tally.came_in = sum(rows for rows, _, _ in counts)
        for number, (rows, with_key, _) in enumerate(counts):
            if rows > with_key:
                yield from self._without_key(number)
        self._twice = twice = any(with_key > keys for _, with_key, keys in counts)
        none = f"SELECT NULL::BLOB AS {_KEY} LIMIT 0"
        self._run(f"CREATE TABLE twice AS {self._keys_twice() if twice else none}")
        differing = self._pairs()
        first = list(islice(differing, 1))
        count = f"SELECT count(*) {self._joined()}"
        # DuckDB counts all pairs while plans of the first are made.
        counted = self._thread.submit(lambda: self._database.cursor().execute(count).fetchone())
        handed = 0
        for found in chain(first, differing):
            handed += 1
            yield found
        (pairs,) = counted.result()
        if not self._every:
            self.unchanged = pairs - handed
            self.tally.went_out += 2 * self.unchanged
        if twice:
            for number in range(2):
                yield from self._rows_twice(number)
        if any(keys > pairs for _, _, keys in counts):
            for number in range(2):
                yield from self._alone(number)
        self.tally.check()

    def _made_ready(self) -> list[str]:
        """The digests of the tables. What reads batches is imported as well, while DuckDB counts."""
        import_extra("pyarrow", "joining tables", "tables")
        return [table.digest() for table in self._tables]

    def equal(self) -> Iterator[Record]:
        """The rows of before in the pairs that were not yielded: to be asked for after all others."""
        if self.unchanged:
            query = (
                f"SELECT {self._struct('b', 0)} AS before, b.place "
                f"{self._joined()} AND NOT ({self._differ()})"
            )
            for row in self._batches(query):
                found = _record(row["place"], row["before"])
                if isinstance(found, Record):
                    yield found

    def _table(self, number: int, location: Location, format: Format) -> _Table:
        try:
            if format.kind == "parquet":
                path = sql_text(location.path)
                sql = f"(SELECT *, {_PLACE} AS place FROM read_parquet({path}, file_row_number=true))"
                digest: Callable[[], str] = partial(_file_digest, location.path)
                types = self._types(f"read_parquet({path})")
                self._check_columns(types, location)
            else:
                types, sql, digest = self._attached(number, location)
        except self._error as error:
            raise InputError(f"{location.name}: {first_line(error)}") from None
        return _Table(sql, {name: types[name] for name in self._columns}, self._taken(types), digest)

    def _taken(self, names: Iterable[str]) -> list[str]:
        """The columns that are handed over of a table with these."""
        also = [name for name in names if self._also is None or name in self._also]
        return list(dict.fromkeys([*self._columns, *also]))

    def _attached(self, number: int, location: Location) -> tuple[dict[str, str], str, Callable[[], str]]:
        """A table or query of a DuckDB file, of which the columns that are handed over are copied."""
        assert location.query is not None
        self._run(f"ATTACH {sql_text(location.path)} AS given (READ_ONLY)")
        self._run("USE given")
        query = one_query(self._database, location.query, location.name)
        query = f"(\n{query}\n)"  # it may end with a comment
        types = self._types(query)
        self._check_columns(types, location)
        columns = ", ".join(map(quoted, self._taken(types)))
        made = f"snapshots.main.side{number}"
        self._run(f"CREATE TABLE {made} AS SELECT {columns}, row_number() OVER () - 1 AS place FROM {query}")
        self._run("USE snapshots")
        self._run("DETACH given")
        ((digest,),) = self._run(f"SELECT concat(count(*), '-', bit_xor(hash(side{number}))) FROM {made}")
        return types, made, lambda: str(digest)

    def _types(self, table: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self._run(f"DESCRIBE SELECT * FROM {table}")}

    def _check_columns(self, types: dict[str, str], location: Location) -> None:
        self._check(list(types))
        if self._key not in types:
            raise InputError(f"{location.name}: there is no column `{self._key}`, which is the key")
        for name in (_PLACE, "place", _KEY):
            if name in types:
                raise InputError(f"{location.name}: a column has the name `{name}`", "Rename it.")

    def _run(self, query: str) -> list[tuple[Any, ...]]:
        return in_thread(self._database, lambda: self._database.execute(query).fetchall())

    def _text(self, number: int) -> str:
        """The key as the bytes of its text; NULL for what can be none."""
        kind = self._tables[number].types[self._key]
        return key_text(self._key, kind) if can_be_key(kind) else "NULL::BLOB"

    def _side(self, number: int) -> str:
        return f"(SELECT *, {self._text(number)} AS {_KEY} FROM {self._tables[number].sql})"

    def _counted(self, number: int) -> tuple[int, int, int]:
        """How many rows, rows with a key, and keys there are."""
        by = self._by
        ((rows, with_key, keys),) = self._run(
            f"SELECT count(*), count({by}), count(DISTINCT {by}) FROM {self._side(number)}"
        )
        return rows, with_key, keys

    def _keys_twice(self) -> str:
        chosen = f"WHERE {_KEY} IS NOT NULL GROUP BY {_KEY} HAVING count(*) > 1"
        return " UNION ".join(f"SELECT {_KEY} FROM {self._side(number)} {chosen}" for number in range(2))

    @property
    def _by(self) -> str:
        """What rows are joined by: the key where both tables have it in one plain type, else its text."""
        before, after = (table.types[self._key] for table in self._tables)
        return quoted(self._key) if before == after and before in _AS_THEY_ARE else _KEY

    def _joined(self) -> str:
        once = f"a.{_KEY} NOT IN (SELECT {_KEY} FROM twice)" if self._twice else "true"
        return f"FROM {self._side(1)} a JOIN {self._side(0)} b ON a.{self._by} = b.{self._by} WHERE {once}"

    def _differ(self) -> str:
        """Is any column different? Where its types are, nothing is known to be equal."""
        before, after = (table.types for table in self._tables)
        if before != after:
            return "true"
        columns = ((quoted(name), before[name]) for name in self._columns)
        return " OR ".join(distinct(f"b.{name}", f"a.{name}", kind) for name, kind in columns)

    def _struct(self, side: str, number: int) -> str:
        taken = self._tables[number].taken
        parts = ", ".join(f"{quoted(name)} := {side}.{quoted(name)}" for name in taken)
        return f"struct_pack({parts})"

    def _pairs(self) -> Iterator[Pair | Rejected | OneSided]:
        chosen = "" if self._every else f" AND ({self._differ()})"
        query = (
            f"SELECT decode(a.{_KEY}) AS k, b.place AS then_place, a.place AS now_place, "
            f"{self._struct('b', 0)} AS before, {self._struct('a', 1)} AS after "
            f"{self._joined()}{chosen} ORDER BY a.place"
        )
        for row in self._batches(query):
            before, after = (
                _record(row[place], row[side])
                for place, side in (("then_place", "before"), ("now_place", "after"))
            )
            if isinstance(before, Record) and isinstance(after, Record):
                self.tally.went_out += 2
                yield Pair(before, after, row["k"])
                continue
            for number, found in enumerate((before, after)):
                yield self._told(number, found, row["k"])

    def _told(self, number: int, found: Record | BadLine, key: str) -> Rejected | OneSided:
        side = SIDES[number]
        if isinstance(found, BadLine):
            self.tally.rejected += 1
            return Rejected(side, found.line, on_side(side, found.error), key=key, unit="row")
        self.tally.one_sided += 1
        self.alone[side] += 1
        return OneSided(side, found, key)

    def _without_key(self, number: int) -> Iterator[Rejected]:
        yield from self._rejected(number, f"{_KEY} IS NULL", "CM711", NO_KEY)

    def _rows_twice(self, number: int) -> Iterator[Rejected]:
        chosen = f"{_KEY} IN (SELECT {_KEY} FROM twice)"
        yield from self._rejected(number, chosen, "CM713", "all rows with this key are left")

    def _rejected(self, number: int, chosen: str, code: str, why: str) -> Iterator[Rejected]:
        side = SIDES[number]
        columns = f"decode({_KEY}) AS k, place, {self._struct('t', number)} AS row"
        row_of = f"SELECT {columns} FROM {self._side(number)} t"
        query = f"{row_of} WHERE {chosen} ORDER BY place"
        for row in self._batches(query):
            self.tally.rejected += 1
            error = RecordError([Diagnostic(code, f"{side}, row {row['place'] + 1}: {why}")])
            found = _record(row["place"], row["row"])
            value = found.value if isinstance(found, Record) else None
            yield Rejected(side, found.line, error, value, row["k"], "row")

    def _alone(self, number: int) -> Iterator[Rejected | OneSided]:
        query = (
            f"SELECT decode(t.{_KEY}) AS k, t.place, {self._struct('t', number)} AS row "
            f"FROM {self._side(number)} t "
            f"ANTI JOIN {self._side(1 - number)} o ON t.{self._by} = o.{self._by} "
            f"WHERE t.{_KEY} IS NOT NULL AND t.{_KEY} NOT IN (SELECT {_KEY} FROM twice) ORDER BY t.place"
        )
        for row in self._batches(query):
            yield self._told(number, _record(row["place"], row["row"]), row["k"])

    def _batches(self, query: str) -> Iterator[dict[str, Any]]:
        """The rows of a query; a struct with a value that Python does not have is None."""
        relation = self._database.sql(query)
        for batch in in_thread(self._database, lambda: arrow_reader(relation, _ROWS)):
            yield from plain_values(batch)


def _record(place: int, row: dict[str, Any] | None) -> Record | BadLine:
    if row is None:
        error = RecordError([Diagnostic("CM711", f"row {place + 1}: {_OUTSIDE}")])
        return BadLine(Line(place, place + 1, 0, None, 0), error)
    return Record((place, place + 1, 0, None, 0), row)


def _file_digest(path: Path) -> str:
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            found.update(part)
    return found.hexdigest()
