"""The table that an engine gets: a row for each request, and one for each record without one that is told.

    index  key  id  mapping  name  method  url  headers  body  content  rejected  notes  errors
    └───────────── as `custmap apply --as parquet` writes them ──────┘  └─ as in the JSON lines ┘

What is about a record (`rejected`, `notes`, `errors`) stands in the first of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from custmap.diagnostics.errors import RecordError
from custmap.model.note import Note
from custmap.records.extras import import_extra
from custmap.records.identity import Who
from custmap.records.request_cells import COLUMNS, cells_of
from custmap.records.told_errors import told_errors

_MAPPING = COLUMNS.index("mapping")


def arrow() -> Any:
    """pyarrow; ExtraMissing without it."""
    return import_extra("pyarrow", "custmap.arrow", "tables")


@cache
def schema() -> Any:
    """The `pyarrow.Schema` of every batch of requests."""
    pa = arrow()
    text, whole = pa.string(), pa.int64()
    rejection = [("code", text), ("target", text), ("source", text), ("line", whole), ("message", text)]
    error = [("code", text), ("path", text), ("message", text)]
    return pa.schema(
        [
            *((name, whole if name == "index" else text) for name in COLUMNS),
            ("rejected", pa.list_(pa.struct(rejection))),
            ("notes", pa.list_(text)),
            ("errors", pa.list_(pa.struct(error))),
        ]
    )


class Output:
    """Rows of one batch at work.

    `ordered`  the records have places; else `index` is null.
    """

    def __init__(self, mapping: str, *, ordered: bool = True) -> None:
        self._mapping, self._ordered = mapping, ordered
        self._rows: list[tuple[Any, ...]] = []
        # Few rows have any: by the number of the row.
        self._rejected: dict[int, list[dict[str, Any]]] = {}
        self._notes: dict[int, list[str]] = {}
        self._errors: dict[int, list[dict[str, Any]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def requests(self, lines: bytes, notes: Iterable[Note]) -> None:
        """Add requests, each a line of `RequestLines`, with the notes about their record."""
        if notes and lines:
            self._notes[len(self._rows)] = list(map(str, notes))
        self._rows += map(cells_of, lines.split(b"\n")[:-1])

    def plan(self, plan: Any, who: Who, lines: bytes, *, secrets: bool) -> None:
        """Add a plan, of which `lines` are the requests."""
        at = len(self._rows)
        if plan.rejected:
            self._rejected[at] = [one.to_dict(secrets=secrets) for one in plan.rejected]
        if lines:
            self.requests(lines, plan.notes)
            return
        if plan.notes:
            self._notes[at] = list(map(str, plan.notes))
        self._empty(who)

    def error(self, who: Who, error: RecordError) -> None:
        """Add a record that is rejected."""
        at = len(self._rows)
        self._errors[at] = told_errors(who, error)["errors"]
        if notes := getattr(error, "__notes__", None):
            self._notes[at] = list(map(str, notes))
        self._empty(who)

    def _empty(self, who: Who) -> None:
        row: list[Any] = [None] * len(COLUMNS)
        row[0], row[1], row[_MAPPING] = who.index, who.key, self._mapping
        self._rows.append(tuple(row))

    def batch(self) -> Any:
        """The rows as a `pyarrow.RecordBatch`."""
        pa, made = arrow(), schema()
        count = len(self._rows)
        columns: list[Any] = list(zip(*self._rows, strict=True)) or [()] * len(COLUMNS)
        if not self._ordered:
            columns[0] = [None] * count
        arrays = [pa.array(column, made.field(at).type) for at, column in enumerate(columns)]
        found: list[dict[int, Any]] = [self._rejected, self._notes, self._errors]
        for at, told in enumerate(found, len(COLUMNS)):
            arrays.append(_lists(told, count, made.field(at).type))
        return pa.RecordBatch.from_arrays(arrays, schema=made)


def _lists(told: dict[int, list[Any]], count: int, type_: Any) -> Any:
    """A column of lists, most of which are empty."""
    pa = arrow()
    if told:
        return pa.array([told.get(at, ()) for at in range(count)], type_)
    ends = pa.repeat(pa.scalar(0, pa.int32()), count + 1)
    return pa.ListArray.from_arrays(ends, pa.array([], type_.value_type), type=type_)
