"""Requests as Parquet: the same as their lines, whole or not at all."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from custmap.records import parquet_requests
from custmap.records.parquet_requests import ParquetRequests

pq = pytest.importorskip("pyarrow.parquet")


def line(index: int, **more: Any) -> bytes:
    told = {
        "id": f"i{index}", "index": index, "mapping": "a/b", "method": "PUT", "url": "https://x.io/é",
        "path": {}, "query": {}, "headers": {"B": "1", "A": "\u2028"}, "body": {"z": 1e16, "a": [None]},
        **more,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def test_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_requests, "_ROWS", 2)
    sink = io.BytesIO()
    with ParquetRequests(sink) as table:
        table.write(line(0) + line(0, name="two", key="7", body=None, content="a=1"))
        table.write(line(1))
        table.write(b"")
    file = pq.ParquetFile(io.BytesIO(sink.getvalue()))
    assert file.num_row_groups == 2
    assert str(file.schema_arrow.field("index").type) == "int64"
    first, second, third = file.read().to_pylist()
    assert list(first) == [
        "index", "key", "id", "mapping", "name", "method", "url", "headers", "body", "content"
    ]  # fmt: skip
    assert first == {
        "index": 0, "key": None, "id": "i0", "mapping": "a/b", "name": None, "method": "PUT",
        "url": "https://x.io/é", "headers": '{"B":"1","A":"\u2028"}', "body": '{"z":1e+16,"a":[null]}',
        "content": None,
    }  # fmt: skip
    assert (second["name"], second["key"], second["body"], second["content"]) == ("two", "7", None, "a=1")
    assert third["index"] == 1


def test_a_group_is_full_with_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_requests, "_SIZE", 2 * len(line(0)))
    sink = io.BytesIO()
    with ParquetRequests(sink) as table:
        for number in range(6):
            table.write(line(number))
    assert pq.ParquetFile(io.BytesIO(sink.getvalue())).num_row_groups == 3


def test_no_requests_are_a_table_without_rows() -> None:
    sink = io.BytesIO()
    with ParquetRequests(sink):
        pass
    assert pq.read_table(io.BytesIO(sink.getvalue())).num_rows == 0


def test_a_run_that_fails_leaves_nothing_that_could_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_requests, "_ROWS", 1)
    sink = io.BytesIO()
    with pytest.raises(KeyError), ParquetRequests(sink) as table:
        table.write(line(0))
        table.write(line(1))
        raise KeyError
    assert sink.getvalue().count(b"PAR1") == 1
