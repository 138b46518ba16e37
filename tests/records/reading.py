"""Reads bytes, or a file, as an input of records, for the tests of this folder."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from custmap.records.inputs import One, open_records
from custmap.records.locations import Location
from custmap.records.ndjson import BadLine, Record


class Pipe(io.BytesIO):
    """A stream that cannot be rewound, and gives a few bytes at a time."""

    def __init__(self, data: bytes, most: int = 7) -> None:
        super().__init__(data)
        self._most = most

    def seekable(self) -> bool:
        return False

    def seek(self, *place: int) -> int:
        raise OSError("a pipe has no places")

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self._most if size is None or size < 0 else min(size, self._most))


def read_all(data: bytes | Path, name: str = "-", query: str | None = None, **options: Any) -> list[Any]:
    """The records: of a good one its value, of a bad one its number and its message."""
    if isinstance(data, Path):
        with data.open("rb") as stream, open_records(stream, Location(data, query), **options) as source:
            return [told(one) for one in records_of(source)]
    seekable, piped = (
        _read(stream, Location(Path(name), query), options) for stream in (io.BytesIO(data), Pipe(data))
    )
    assert seekable == piped
    return seekable


def _read(stream: Any, location: Location, options: dict[str, Any]) -> list[Any]:
    with open_records(stream, location, **options) as source:
        return [told(one) for one in records_of(source)]


def records_of(source: Any) -> Any:
    return [source.record] if isinstance(source, One) else source.records


def told(one: Record | BadLine) -> Any:
    if isinstance(one, Record):
        return one.value
    (found,) = one.error.diagnostics
    return one.line.number, found.code, found.message
