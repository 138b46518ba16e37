"""Batches of rows through a task: what `custmap.arrow`, DuckDB and Spark run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from custmap.border.intake import copy_plain
from custmap.diagnostics.errors import RecordError
from custmap.engines.output import Output
from custmap.engines.task import Task
from custmap.records.arrow_rows import ArrowRows, bad_row
from custmap.records.identity import RequestIds, Who
from custmap.records.keys import NO_KEY
from custmap.records.per_record import LineApplier, by_record, lines_applier
from custmap.records.request_lines import RequestLines
from custmap.records.sides import SIDES, on_side


class Apply:
    """Makes the requests of batches with one schema.

    `columns`  all columns of the table, where batches have only those that are read.
    `ordered`  rows have places; else they are told apart by their keys alone.
    """

    def __init__(
        self, task: Task, schema: Any, columns: Sequence[str] | None = None, *, ordered: bool = True
    ) -> None:
        self._task, self._ordered = task, ordered
        table = task.table(schema.names if columns is None else columns)
        self._rows = ArrowRows(schema, task.columns)
        self._type = task.mapping.checked.canonical.type if table is None else None
        options: dict[str, Any] = {"absent": task.absent, "nulls": task.nulls, "strict": task.strict}
        options |= {"on_rejected": task.on_rejected, "source": table}
        ids = RequestIds(task.run)
        self._make: LineApplier
        if callable(task.params) or task.mapping.checked.steps:
            apply = by_record(partial(task.mapping.applier, **options), task.params)
            self._make = lines_applier(apply, RequestLines(ids, secrets=task.secrets).line)
        else:
            self._make = task.mapping.line_applier(ids, task.params, secrets=task.secrets, **options)

    def batches(self, batches: Iterable[Any], start: int = 0) -> Iterator[Any]:
        """The requests of batches that follow each other."""
        for batch in batches:
            yield self.batch(batch, start)
            start += batch.num_rows

    def batch(self, batch: Any, start: int = 0) -> Any:
        """The requests of a batch; `start` is the place of its first row."""
        out = Output(self._task.mapping.name, ordered=self._ordered)
        places = range(start, start + batch.num_rows) if self._ordered else repeat(0, batch.num_rows)
        key = self._task.found
        for index, row in zip(places, self._rows.of(batch), strict=True):
            if row.__class__ is str:
                out.error(Who(index), bad_row(index, row))
                continue
            who = Who(index, None if key is None else key.of(row))
            try:
                if key is not None and who.key is None:
                    raise bad_row(index, NO_KEY)
                given = row if self._type is None else copy_plain(row, self._type)
                out.requests(*self._make(given, False, who))
            except RecordError as error:
                out.error(who, error)
        return out.batch()


class Diff:
    """Makes the plans of pairs of rows, of batches with one schema a side.

    `columns`, `ordered`  as in `Apply`; of both tables. `before` is None: nothing is known about the
    vendor's copies. `joined`: the rows were joined by their keys, which are not compared again.
    """

    def __init__(
        self,
        task: Task,
        before: Any,
        after: Any,
        columns: tuple[Sequence[str], Sequence[str]] | None = None,
        *,
        ordered: bool = True,
        joined: bool = False,
    ) -> None:
        self._task, self._ordered, self._joined = task, ordered, joined
        names = columns or ([] if before is None else before.names, after.names)
        if before is not None:
            task.table(names[0])
        task.table(names[1])
        table = task.table(dict.fromkeys((*names[1], *names[0])))
        self._before = None if before is None else ArrowRows(before, task.columns)
        self._after = ArrowRows(after, task.columns)
        self._type = task.mapping.checked.canonical.type if table is None else None
        options: dict[str, Any] = {"absent": task.absent, "nulls": task.nulls, "strict": task.strict}
        options |= {"through": None if table is None else table.through(task.mapping.engine)}
        self._lines = RequestLines(RequestIds(task.run), secrets=task.secrets)
        self._compare = by_record(partial(task.mapping.comparer, **options), task.params)

    def batch(self, before: Any, after: Any, places: Iterable[int] | None = None) -> Any:
        """The plans of pairs; `places` are those of after's rows, default: from 0.

        ValueError for batches that are not pairs.
        """
        count = after.num_rows
        if before is not None and before.num_rows != count:
            raise ValueError(unlike(before, after))
        out = Output(self._task.mapping.name, ordered=self._ordered)
        held: Iterable[Any] = repeat(None, count) if self._before is None else self._before.of(before)
        indexes = range(count) if places is None else places
        for index, then, now in zip(indexes, held, self._after.of(after), strict=True):
            self._pair(out, index, then, now)
        return out.batch()

    def _pair(self, out: Output, index: int, before: Any, after: Any) -> None:
        for side, row in zip(SIDES, (before, after), strict=True):
            if row.__class__ is str:
                out.error(Who(index), on_side(side, bad_row(index, row)))
                return
        key = self._task.found
        who = Who(index, None if key is None else key.of(after))
        if not (key is None or before is None or self._joined) and key.of(before) != who.key:
            raise ValueError(f"row {index + 1}: before and after have different keys: they are not a pair")
        try:
            if key is not None and who.key is None:
                raise bad_row(index, NO_KEY)
            then, now = self._plain(before), self._plain(after)
            plan = self._compare(now)(then, now, False)
            if not plan:
                return
            lines = [self._lines.line(one, who, place) for place, one in enumerate(plan.requests)]
        except RecordError as error:
            out.error(who, error)
        else:
            out.plan(plan, who, b"".join(lines), secrets=self._task.secrets)

    def _plain(self, row: Any) -> Any:
        return row if self._type is None or row is None else copy_plain(row, self._type)


def unlike(before: Any, after: Any) -> str:
    """What is wrong with two tables that have not as many rows."""
    return f"before has {before.num_rows} rows, and after has {after.num_rows}: they are not pairs"
