"""`apply` and `diff` of Arrow's batches and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from custmap.engines.batches import Apply, Diff, unlike
from custmap.engines.output import arrow, schema
from custmap.engines.task import Absent, Nulls, OnRejected, Params, Task
from custmap.mapper import Mapping
from custmap.tables.source import Source

_ROWS: Final = 10_000
"""So many pairs of two tables are taken at once."""


def apply(
    mapping: Mapping,
    batch: Any,
    *,
    source: Source | None = None,
    params: Params = None,
    key: str | None = None,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
    start: int = 0,
) -> Any:
    """The requests of a `RecordBatch`, or of a `Table`, as the same, with the columns of `schema()`.

    `source`   what makes customers of rows. Only the columns that it needs for this mapping are read. None:
               rows are records of the mapping's own schema.
    `params`   parameters by name, or a function from a row (a dict by column) to them.
    `key`      the column, or path of names, that tells customers apart; default: the source's.
    `secrets`  write the values of secret parameters, which are `{{token}}` otherwise.
    `run`      the name of the run, which the ids of its requests are made of.
    `start`    the place of the first row, where the batch is a part of a table.
    The other options are those of `Mapping.apply`.

    A row gives one row; of a mapping with several requests as many as the record has, with one `index`. A bad
    row gives one with `errors`, and has no influence on others.

    MappingError (CM716) if the source's file names a column that the batch does not have. ValueError or
    TypeError for misuse. ExtraMissing without pyarrow.
    """
    task = Task(mapping, source, params, key, on_rejected, absent, nulls, strict, secrets, run)
    made = Apply(task, batch.schema)
    if not _is_table(batch):
        return made.batch(batch, start)
    return arrow().Table.from_batches(made.batches(batch.to_batches(), start), schema())


def apply_batches(mapping: Mapping, batches: Any, **options: Any) -> Any:
    """`apply` of a `RecordBatchReader`, or of another iterable of batches, as a `RecordBatchReader`.

    It reads a batch when one is read from it, and counts rows through all of them. The options are those of
    `apply`. Errors are those of `apply`, when the first batch is read.
    """
    start = options.pop("start", 0)
    task = Task(mapping, **options)
    return arrow().RecordBatchReader.from_batches(schema(), _read(task, iter(batches), start))


def _read(task: Task, batches: Iterator[Any], start: int) -> Iterator[Any]:
    first = next(batches, None)
    if first is not None:
        made = Apply(task, first.schema)
        yield made.batch(first, start)
        yield from made.batches(batches, start + first.num_rows)


def diff(
    mapping: Mapping,
    before: Any,
    after: Any,
    *,
    source: Source | None = None,
    params: Params = None,
    key: str | None = None,
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
    start: int = 0,
) -> Any:
    """The requests for what changes from a row of `before` to the row of `after` at the same place.

    Both are a `RecordBatch`, or both a `Table`, and so is the result. `before` may be None: nothing is known
    about the vendor's copies. `params` as a function gets the row of after. The other options are those of
    `apply` and of `Mapping.diff`.

    A pair that does not change gives no row. What the vendor cannot be told is in `rejected`; a pair that has
    nothing else has one row without a request. A pair with a bad row gives one with `errors`.

    ValueError if there are more rows on one side, or the keys of a pair are not the same. Other errors are
    those of `apply`.
    """
    task = Task(mapping, source, params, key, "raise", absent, nulls, strict, secrets, run)
    made = Diff(task, None if before is None else before.schema, after.schema)
    places = range(start, start + after.num_rows)
    if not _is_table(after):
        return made.batch(before, after, places)
    if before is not None and before.num_rows != after.num_rows:
        raise ValueError(unlike(before, after))
    return arrow().Table.from_batches(list(_differed(made, before, after, start)), schema())


def _differed(made: Diff, before: Any, after: Any, start: int) -> Iterator[Any]:
    """The plans of two tables, whatever their chunks are."""
    for at in range(0, after.num_rows, _ROWS):
        now = _part(after, at)
        then = None if before is None else _part(before, at)
        yield made.batch(then, now, range(start + at, start + at + now.num_rows))


def _part(table: Any, at: int) -> Any:
    """Rows of a table, from a place on, as one batch."""
    (batch,) = table.slice(at, _ROWS).combine_chunks().to_batches()
    return batch


def _is_table(batch: Any) -> bool:
    return isinstance(batch, arrow().Table)
