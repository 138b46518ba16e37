"""Writes requests as Parquet: lines of NDJSON in, a row a line out, in groups, so that memory is bounded.

Of a run that fails nothing is left that could be read: the end of the file, without which Parquet is none, is
written last.
"""

from __future__ import annotations

import io
from types import TracebackType
from typing import Any, Final, Self

from custmap.records.extras import import_extra
from custmap.records.outputs import Sink
from custmap.records.request_cells import COLUMNS, cells_of

_ROWS: Final = 10_000
_SIZE: Final = 1 << 24
"""A group is full with so many rows, or so many bytes."""


class ParquetRequests:
    """Requests as Parquet, written to `sink`; used in a `with` block. ExtraMissing without pyarrow.

    `index` is a whole number. The other columns are texts, headers and body JSON; `key`, `name`, `body` and
    `content` may be null.
    """

    def __init__(self, sink: Sink) -> None:
        self._arrow = import_extra("pyarrow", "writing Parquet", "tables")
        parquet = import_extra("pyarrow.parquet", "writing Parquet", "tables")
        text, whole = self._arrow.string(), self._arrow.int64()
        self._schema = self._arrow.schema([(name, whole if name == "index" else text) for name in COLUMNS])
        self._file = _File(sink)
        self._writer = parquet.ParquetWriter(self._arrow.PythonFile(self._file, mode="w"), self._schema)
        self._rows: list[tuple[Any, ...]] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def write(self, lines: bytes) -> None:
        """Write requests, each a line of `RequestLines`."""
        self._rows += map(cells_of, lines.split(b"\n")[:-1])
        self._size += len(lines)
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

    def _flush(self) -> None:
        if self._rows:
            columns = [list(column) for column in zip(*self._rows, strict=True)]
            self._writer.write_batch(self._arrow.record_batch(columns, schema=self._schema))
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
