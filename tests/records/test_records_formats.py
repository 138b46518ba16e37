"""What an input is: by its bytes, whatever it is called."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import zstandard
from reading import Pipe, read_all

from custmap.records.formats import Format
from custmap.records.input_error import InputError
from custmap.records.inputs import Many, One, format_of, open_records
from custmap.records.locations import Location, parse_location

FORMATS: dict[str, tuple[bytes, Format]] = {
    "nothing": (b"", Format("ndjson")),
    "blank lines": (b" \n\n", Format("ndjson")),
    "an object": (b'{"a":1}', Format("json")),
    "an object and blank lines": (b'\n{"a":1}\n\n', Format("json")),
    "an object over lines": (b'{\n "a": 1}\n', Format("json")),
    "two objects": (b'{"a":1}\n{"a":2}\n', Format("ndjson")),
    "a bad line and an object": (b'{"a"\n{"a":2}\n', Format("ndjson")),
    "a line of no format and an object": (b'x,y\n{"a":2}\n', Format("ndjson")),
    "numbers": (b"1\n2\n", Format("ndjson")),
    "a settled snapshot": (b'{"custmap":"settled","mapping":"a/b"}\n', Format("ndjson")),
    "an array": (b'[{"a":1}]', Format("array")),
    "an array after a mark and blanks": (b"\xef\xbb\xbf \n[\n", Format("array")),
    "CSV": (b"id,name\n1,Ann\n", Format("csv", delimiter=",")),
    "CSV with semicolons": (b'"id";"a,b"\r\n1;2\r\n', Format("csv", delimiter=";")),
    "CSV with tabs": (b"id\tname\n1\tAnn\n", Format("csv", delimiter="\t")),
    "CSV without rows": (b"id,name\n", Format("csv", delimiter=",")),
    "CSV of which a row is wrong": (b"id,name\n1\n2,Bo", Format("csv", delimiter=",")),
    "CSV with a line separator": ("id,a\u2028b\n1,2\n".encode(), Format("csv", delimiter=",")),
}
"""Without a name that says anything."""


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packing", [None, "gzip", "zstd"])
def test_formats(tmp_path: Path, name: str, packing: str | None) -> None:
    data, expected = FORMATS[name]
    if packing is not None:
        data = gzip.compress(data) if packing == "gzip" else zstandard.compress(data)
        expected = Format(expected.kind, packing, expected.delimiter)  # type: ignore[arg-type]
    (tmp_path / "x.parquet").write_bytes(data)
    assert format_of(Location(tmp_path / "x.parquet")) == expected
    for stream in (io.BytesIO(data), Pipe(data)):
        with open_records(stream, Location(Path("-"))) as source:
            assert isinstance(source, One) if expected.kind == "json" else source.format == expected


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("x.ndjson", b'{"a":1}\n', "ndjson"),
        ("x.JSONL.gz", b"nope\n", "ndjson"),
        ("x.csv", b"id\n1\n", "csv"),
        ("x.csv.zst", b'"id"\n', "csv"),
        ("x.csv", b"id,name\n1\n", "csv"),
        ("x.csv", b'{"a":1}\n', "json"),
        ("x.csv", b'[{"a":1}]', "array"),
        ("x.ndjson", b'[{"a":1}]', "array"),
        ("x.json", b"id,name\n1,2\n", "csv"),
    ],
)
def test_a_name_decides_only_what_the_bytes_leave_open(
    tmp_path: Path, name: str, data: bytes, kind: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert format_of(Location(tmp_path / name)).kind == kind


@pytest.mark.parametrize(
    ("data", "help"),
    [
        (b"nope", "one JSON object a line"),
        (b"Dear all,\nthis is prose, and\nthat, too, is\n", "one JSON object a line"),
        (b"<?xml version='1.0'?>\n<a/>", "one JSON object a line"),
        (b"a: 1\nb: 2\n", "one JSON object a line"),
        (b"\xff\xfe{\0}\0", "UTF-16: save it as UTF-8"),
        (b"i\0d\0,\0n\0\n\0", "Save it as UTF-8"),
        (b"PK\x03\x04rest of it", "zip archive"),
        (b"BZh91AY", "bzip2"),
        (b"ARROW1\0\0", "write it as Parquet"),
        (b"SQLite format 3\0", "SQLite"),
        (gzip.compress(b"nope", mtime=0), "one JSON object a line"),
    ],
)
def test_what_is_in_no_format_is_one_error(data: bytes, help: str) -> None:
    with pytest.raises(InputError, match="standard input: this is not JSON, NDJSON, CSV, Parquet") as error:
        read_all(data)
    assert help in str(error.value.advice)


def test_compressed_twice() -> None:
    with pytest.raises(InputError, match="compressed twice"):
        read_all(gzip.compress(gzip.compress(b"{}")))


def test_lists_may_be_documents() -> None:
    for data, many in ((b'[{"a":1}]', False), (b"[1]\n[2]\n", True), (b"[\n1]", False)):
        with open_records(io.BytesIO(data), Location(Path("-")), lists=True) as source:
            assert isinstance(source, Many) is many


def test_no_more_is_read_from_a_pipe_than_is_needed() -> None:
    class Live(Pipe):
        def readline(self, size: int | None = -1, /) -> bytes:
            assert self.tell() < 20, "the second line says that there are many"
            return super().readline(size)

        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the writer may be waiting")

    with open_records(Live(b'{"a":1}\n{"a":2}\n{"a":3}\n'), Location(Path("-"))) as source:
        assert isinstance(source, Many)
        assert next(source.records).value == {"a": 1}  # type: ignore[union-attr]


def test_locations(tmp_path: Path) -> None:
    assert parse_location("w.duckdb::select a // b") == Location(Path("w.duckdb"), "select a // b")
    assert parse_location("a/b.csv") == Location(Path("a/b.csv"))
    assert parse_location("-::t") == Location(Path("-"), "t") and parse_location("::x").query is None
    (tmp_path / "a::b").touch()
    assert parse_location(str(tmp_path / "a::b")).query is None
    with pytest.raises(InputError, match="this is not a DuckDB file"):
        read_all(b'{"a":1}', query="t")
