"""`apply` and `diff` of DataFrames of Spark: its joins and tasks, our function of batches in each task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pickle import loads
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.engines.batches import Apply, Diff
from custmap.engines.output import Output, arrow
from custmap.engines.task import Absent, Nulls, OnRejected, Params, Task
from custmap.mapper import Mapping
from custmap.records.extras import import_extra
from custmap.records.identity import Who
from custmap.records.keys import NO_KEY
from custmap.records.request_cells import COLUMNS
from custmap.records.sides import SIDES
from custmap.tables.source import Source
from custmap.values.words import counted

SCHEMA: Final = (
    f"index bigint, {', '.join(f'{name} string' for name in COLUMNS[1:])}, "
    "rejected array<struct<code: string, target: string, source: string, line: bigint, message: string>>, "
    "notes array<string>, errors array<struct<code: string, path: string, message: string>>"
)
"""The columns of `custmap.arrow`, as Spark words them."""
_UNEQUAL: Final = ("map<", "variant", "interval", "collate", "udt")
"""Types that Spark does not compare, or of which equal values may differ."""


def apply(
    frame: Any,
    mapping: Mapping,
    *,
    source: Source | None = None,
    key: str | None = None,
    params: Params = None,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
) -> Any:
    """The requests of a DataFrame's rows, as a DataFrame with the columns of `custmap.arrow`.

    `key`  the column that tells customers apart; default: the source's. Rows have no places here: `index` is
    null, and the ids of requests are made of run, key and content.
    The other options are those of `custmap.arrow.apply`. Only the columns that are needed are shipped.

    MappingError (CM716) if the source's file names a column that the DataFrame does not have. ValueError or
    TypeError for misuse, ValueError without a key.
    """
    task = Task(mapping, source, params, key, on_rejected, absent, nulls, strict, secrets, run)
    columns = list(frame.columns)
    _require(columns, task.key_column, "the DataFrame")
    taken = frame.select(*(frame[_quoted(name)] for name in task.taken(columns)))
    return taken.mapInArrow(_Applied(_shipped(task), columns), SCHEMA)


def diff(
    before: Any,
    after: Any,
    mapping: Mapping,
    *,
    key: str | None = None,
    source: Source | None = None,
    params: Params = None,
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
) -> Any:
    """The requests for what changes between two DataFrames, which Spark joins by a key.

    A key that comes twice on a side is one row with an error (CM713) for the side, and so are rows without a
    key (CM711). Customers who are on one side only are left out. Of pairs in which nothing changes nothing is
    told, even if a value in them is wrong.

    The options are those of `apply` and of `custmap.arrow.diff`, errors those of `apply`.
    """
    task = Task(mapping, source, params, key, "raise", absent, nulls, strict, secrets, run)
    names = (list(before.columns), list(after.columns))
    taken = [task.taken(one) for one in names]
    sides = [
        _side(side, frame, task.key_column, columns)
        for side, frame, columns in zip(SIDES, (before, after), taken, strict=True)
    ]
    fn = _functions()
    joined = sides[0].join(sides[1], fn.col("before_key").eqNullSafe(fn.col("after_key")), "full")
    joined_key = fn.coalesce(fn.col("before_key"), fn.col("after_key")).alias("key")
    then, now = (fn.coalesce(fn.col(f"{side}_rows"), fn.lit(0)).alias(f"{side}_rows") for side in SIDES)
    differ = _differ(before.schema, after.schema, task.compared)
    told = joined_key.isNull() | (then > 1) | (now > 1) | ((then == 1) & (now == 1) & differ)
    found = joined.where(told).select(joined_key, then, now, "before", "after")
    return found.mapInArrow(_Differed(_shipped(task), names), SCHEMA)


def _functions() -> Any:
    return import_extra("pyspark.sql.functions", "custmap.spark", "spark")


def _side(side: str, frame: Any, key: str, columns: Iterable[str]) -> Any:
    """One row a key, with how many have it, and one of them as a struct: the join shuffles nothing else."""
    fn = _functions()
    _require(frame.columns, key, side)
    text = _key_text(frame[_quoted(key)], frame.schema[key].dataType.simpleString(), side)
    row = fn.struct(*(frame[_quoted(name)] for name in columns)).alias(side)
    count = fn.count(fn.lit(1)).alias(f"{side}_rows")
    rows = frame.select(text.alias(f"{side}_key"), row)
    return rows.groupBy(f"{side}_key").agg(count, fn.first(side).alias(side))


def _key_text(cell: Any, type_: str, side: str) -> Any:
    """A key as text: `7`, `7.0` and `"7"` are one, and NaN is none; ValueError for a type that is no key."""
    if type_.startswith(("array", "map", "struct")):
        raise ValueError(f"{side}: the key is a list or an object")
    fn, text = _functions(), cell.cast("string")
    if type_ in ("float", "double"):
        cell = cell.cast("double")
        whole = (cell == fn.floor(cell)) & (fn.abs(cell) < 1e18)
        text = fn.when(whole, cell.cast("bigint").cast("string")).when(~fn.isnan(cell), cell.cast("string"))
    elif type_.startswith("decimal") and not type_.endswith(",0)"):
        text = fn.regexp_replace(text, r"\.?0+$", "")
    return text


def _differ(before: Any, after: Any, compared: Collection[str] | None) -> Any:
    """Does a pair differ in a compared column? Where that is not certain, it does."""
    fn = _functions()
    types = [{one.name: one.dataType.simpleString() for one in side.fields} for side in (before, after)]
    found = fn.lit(False)
    for name in dict.fromkeys((*types[1], *types[0])):
        if compared is not None and name not in compared:
            continue
        then, now = (one.get(name) for one in types)
        if then != now or then is None or any(word in then for word in _UNEQUAL):
            return fn.lit(True)
        found = found | ~fn.col("before").getField(name).eqNullSafe(fn.col("after").getField(name))
    return found


def _require(columns: Sequence[str], key: str, side: str) -> None:
    if key not in columns:
        raise ValueError(f"{side} has no column `{key}`")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _shipped(task: Task) -> bytes:
    """A task as Spark ships it, functions of the caller's own included."""
    return bytes(import_extra("pyspark.cloudpickle", "custmap.spark", "spark").dumps(task))


@lru_cache(maxsize=8)
def _arrived(shipped: bytes) -> Task:
    """The task; a worker of Spark runs many, and compiles a mapping once."""
    task = loads(shipped)
    assert isinstance(task, Task)
    return task


@dataclass(frozen=True, slots=True)
class _Applied:
    """`apply` of the batches of a part; `columns` are all that the DataFrame has."""

    shipped: bytes
    columns: list[str]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        made: Apply | None = None
        for batch in batches:
            made = made or Apply(_arrived(self.shipped), batch.schema, self.columns, ordered=False)
            yield made.batch(batch)


@dataclass(frozen=True, slots=True)
class _Differed:
    """`diff` of the batches of a part: keys, how many rows have them, and a row of each side."""

    shipped: bytes
    columns: tuple[list[str], list[str]]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        task, made = _arrived(self.shipped), None
        for batch in batches:
            keys, thens, nows = (batch.column(at).to_pylist() for at in range(3))
            found = list(zip(keys, thens, nows, strict=True))
            yield _rejected(task.mapping.name, found)
            pairs = batch.filter(arrow().array([key is not None and a == b == 1 for key, a, b in found]))
            rows = [arrow().RecordBatch.from_struct_array(pairs.column(at)) for at in (3, 4)]
            if made is None:
                schemas = [one.schema for one in rows]
                made = Diff(task, schemas[0], schemas[1], self.columns, ordered=False, joined=True)
            yield made.batch(rows[0], rows[1], [0] * pairs.num_rows)


def _rejected(mapping: str, found: Iterable[tuple[str | None, int, int]]) -> Any:
    """The keys that come twice, and rows without a key, as errors."""
    out = Output(mapping, ordered=False)
    for key, then, now in found:
        for side, count in zip(SIDES, (then, now), strict=True):
            if key is None and count:
                code, message = "CM711", f"{side}, {counted(count, 'row')}: {NO_KEY}"
            elif count > 1:
                code, message = "CM713", f"{side}: all {count} rows with this key are left"
            else:
                continue
            out.error(Who(0, key), RecordError([Diagnostic(code, message)]))
    return out.batch()
