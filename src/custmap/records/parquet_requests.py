"""Writes requests as Parquet: a row a request, in groups of rows, so that memory is bounded.

Of a run that fails nothing is left that could be read: the end of the file, without which Parquet is none, is
written last.
"""

from __future__ import annotations

import io
from types import TracebackType
from typing import Any, Final, Self

from custmap.records.extras import import_extra
from custmap.records.identity import RequestIds, Who
from custmap.records.outputs import Sink
from custmap.values.json_text import json_bytes
from custmap.wire.request import Request

_ROWS: Final = 10_000
_SIZE: Final = 1 << 24
"""A group is full with so many rows, or with texts of so many characters."""
_TEXTS: Final = ("key", "id", "mapping", "name", "method", "url", "headers", "body", "content")


class ParquetRequests:
    """Requests of a run, written to `sink`; used in a `with` block. ExtraMissing without pyarrow.

    The columns are `index` (a whole number), `key`, `id`, `mapping`, `name`, `method`, `url`, `headers`,
    `body` and `content`, texts that may be null. Headers and body are JSON. `secrets=False` shows secrets as
    `{{name}}`.
    """

    def __init__(self, sink: Sink, ids: RequestIds, *, secrets: bool) -> None:
        self._arrow = import_extra("pyarrow", "writing Parquet", "tables")
        parquet = import_extra("pyarrow.parquet", "writing Parquet", "tables")
        text, whole = self._arrow.string(), self._arrow.int64()
        self._schema = self._arrow.schema([("index", whole), *((name, text) for name in _TEXTS)])
        self._file = _File(sink)
        self._writer = parquet.ParquetWriter(self._arrow.PythonFile(self._file, mode="w"), self._schema)
        self._ids = ids
        self._secrets = secrets
        self._rows: list[dict[str, Any]] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def add(self, requests: tuple[Request, ...], who: Who) -> None:
        """Write the requests of a record; if one of them cannot be written, none is."""
        rows = [self._row(request, who, place) for place, request in enumerate(requests)]
        self._rows += rows
        self._size += sum(len(row["url"]) + len(row["headers"]) + len(row["body"] or "") for row in rows)
        if len(self._rows) >= _ROWS or self._size >= _SIZE:
            self._flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        else:
            self._file.is_dropped = True  # closing a writer writes the end of the file
        self._writer.close()

    def _row(self, request: Request, who: Who, place: int) -> dict[str, Any]:
        told = self._ids.marked(request, who, place, secrets=self._secrets)
        row = {name: told.get(name) for name in ("index", *_TEXTS)}
        row["headers"] = json_bytes(told["headers"]).decode()
        row["body"] = None if told["body"] is None else json_bytes(told["body"]).decode()
        return row

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_batch(self._arrow.RecordBatch.from_pylist(self._rows, schema=self._schema))
            self._rows, self._size = [], 0


class _File(io.RawIOBase):
    """A sink as a file; `is_dropped`: nothing more is written."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._written = 0
        self.is_dropped = False

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        block = bytes(data)
        if not self.is_dropped:
            self._sink.write(block)
        self._written += len(block)
        return len(block)
