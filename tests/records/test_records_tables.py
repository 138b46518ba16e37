"""Rows of Parquet and DuckDB: what pyarrow makes of them, in order, in bounded memory."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import io
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from reading import Pipe, read_all, records_of

from custmap.records.arrow_rows import ArrowRows
from custmap.records.extras import ExtraMissing
from custmap.records.formats import Format, binary_kind
from custmap.records.input_error import InputError
from custmap.records.inputs import format_of, open_records
from custmap.records.locations import Location
from custmap.records.lookahead import Lookahead
from custmap.records.ndjson import BadLine
from custmap.records.tables import read_parquet

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.none() | st.integers(-(2**63), 2**63 - 1),
            "name": st.none() | TEXTS | st.just("a\u2028b"),
            "score": st.none() | st.floats(allow_nan=False),
            "tags": st.none() | st.lists(st.none() | TEXTS, max_size=3),
            "more": st.none() | st.dictionaries(TEXTS, st.none() | st.integers(0, 9), max_size=3),
            "deep": st.none()
            | st.lists(
                st.fixed_dictionaries({"m": st.dictionaries(TEXTS, st.booleans(), max_size=2)}), max_size=2
            ),
            "day": st.none() | st.dates(),
        }
    ),
    max_size=5,
)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("score", pa.float64()),
        ("tags", pa.list_(pa.string())),
        ("more", pa.map_(pa.string(), pa.int8())),
        ("deep", pa.list_(pa.struct([("m", pa.map_(pa.string(), pa.bool_()))]))),
        ("day", pa.date32()),
    ]
)


def parquet(rows: list[dict[str, Any]], schema: Any = None, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, **options)
    return bytes(sink.getvalue())


@given(ROWS, st.sampled_from([bytes, gzip.compress, zstandard.compress]), st.integers(1, 3))
def test_parquet(rows: list[dict[str, Any]], pack: Any, group: int) -> None:
    assert read_all(pack(parquet(rows, SCHEMA, row_group_size=group))) == rows


def test_places_and_what_is_given_back(tmp_path: Path) -> None:
    rows = [
        {
            "at": dt.datetime(2024, 1, 2, 3, tzinfo=dt.UTC),
            "sum": Decimal("1.50"),
            "raw": b"x",
            "nan": float("nan"),
        },
        {"at": None, "sum": None, "raw": None, "nan": 1.5},
    ]
    (tmp_path / "x").write_bytes(parquet(rows))
    with (tmp_path / "x").open("rb") as stream, open_records(stream, Location(tmp_path / "x")) as source:
        found = list(records_of(source))
    assert [one.place for one in found] == [(0, 1, 0, None, 0), (1, 2, 0, None, 0)]
    assert not found[0].fits and found[0].value["sum"] == Decimal("1.50")
    given = found[0].given()
    assert given == {"at": "2024-01-02T03:00:00Z", "sum": "1.50", "raw": "eA==", "nan": None}
    assert found[1].given() == rows[1]


def test_a_row_with_a_value_that_python_does_not_have_is_rejected_alone() -> None:
    days = pa.array([1, 10**7, 2], pa.int32()).cast(pa.date32())
    twice = pa.array([[("a", 1)], [("b", 1)], [("c", 1), ("c", 2)]], pa.map_(pa.string(), pa.int8()))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"day": days, "map": twice}), sink)
    found = read_all(bytes(sink.getvalue()))
    assert found == [
        {"day": dt.date(1970, 1, 2), "map": {"a": 1}},
        (2, "CM711", "row 2: a value is outside of what Python can hold"),
        (3, "CM711", "row 3: a map has the same key twice"),
    ]


@pytest.mark.parametrize("type_", [pa.list_, pa.large_list, lambda inner: pa.list_(inner, 1)])
def test_maps_in_lists_of_any_kind(type_: Any) -> None:
    maps = type_(pa.map_(pa.string(), pa.int8()))
    batch = pa.record_batch([pa.array([[[("a", 1)]], None], maps)], ["m"])
    assert list(ArrowRows(batch.schema).of(batch)) == [{"m": [{"a": 1}]}, {"m": None}]


def test_a_disk_that_fails_is_no_damaged_file() -> None:
    class Failing(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        read_parquet(Failing(b"PAR1" * 9), "x")


def test_damaged_parquet(tmp_path: Path) -> None:
    data = parquet([{"a": str(number) * 50} for number in range(3000)], row_group_size=1000)
    for cut in (data[:-1], data[: len(data) // 2], b"PAR1", b"PAR1" + b"\xff" * 500 + b"PAR1"):
        with pytest.raises(
            InputError, match="standard input: this Parquet file is damaged, or ends too early"
        ):
            read_all(cut)
    broken = bytearray(data)
    broken[len(data) // 2 : len(data) // 2 + 400] = b"\xff" * 400
    (tmp_path / "x").write_bytes(broken)
    with (
        (tmp_path / "x").open("rb") as stream,
        open_records(stream, Location(tmp_path / "x")) as source,
        pytest.raises(InputError, match="damaged"),
    ):
        list(records_of(source))


def test_columns_of_one_name() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), sink)
    with pytest.raises(InputError, match="2 columns have the name `a`"):
        read_all(bytes(sink.getvalue()))


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "w.bin"
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE TABLE t AS SELECT i::INT AS id, 'x' || i AS name FROM range(3000) r(i)")
        database.execute("CREATE SCHEMA crm; CREATE TABLE crm.\"my table\" AS SELECT MAP {'a': 1} AS m")
        database.execute(
            "CREATE TABLE texts AS "
            "SELECT CASE i WHEN 2500 THEN 'secret' ELSE '1' END AS a FROM range(3000) r(i)"
        )
    return path


def test_duckdb(warehouse: Path) -> None:
    before = sorted(warehouse.parent.iterdir()), warehouse.read_bytes()
    assert format_of(Location(warehouse, "t")) == Format("duckdb")
    everything = [{"id": number, "name": f"x{number}"} for number in range(3000)]
    assert read_all(warehouse, query="t") == everything
    assert read_all(warehouse, query=" SELECT * FROM t WHERE id < 2; ") == everything[:2]
    assert read_all(warehouse, query="SELECT * FROM t WHERE id < 2; -- the first") == everything[:2]
    assert read_all(warehouse, query='crm."my table"') == [{"m": {"a": 1}}]
    assert read_all(warehouse, query="WITH a AS (FROM t) SELECT id FROM a ORDER BY id DESC LIMIT 1") == [
        {"id": 2999}
    ]
    assert read_all(warehouse.read_bytes(), query="SELECT count(*) AS n FROM t") == [{"n": 3000}]
    assert read_all(gzip.compress(warehouse.read_bytes()), query="SELECT 1 AS n") == [{"n": 1}]
    assert (sorted(warehouse.parent.iterdir()), warehouse.read_bytes()) == before


def test_the_checksum_of_a_duckdb_file_may_have_a_line_end() -> None:
    ahead = Lookahead(Pipe(b"\n" * 8 + b"DUCK" + bytes(9)), binary=True)
    assert binary_kind(ahead.begin()) == "duckdb"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("nope", "the query is wrong: Catalog Error: Table with name nope"),
        ("SELEC 1", "the query is wrong: Parser Error"),
        ("SELECT nope FROM t", "the query is wrong: Binder Error"),
        ("SELECT 1; SELECT 2", "expected a table or one SELECT"),
        ("", "expected a table or one SELECT"),
        ("COPY t TO 'out.csv'", "expected a table or one SELECT"),
        ("DROP TABLE t", "expected a table or one SELECT"),
        ("SELECT * FROM 'https://x.example/a.parquet'", "the query is wrong: "),
        ("SELECT 1 AS a, 2 AS a", "2 columns have the name `a`"),
        (
            "SELECT a::INT AS a FROM texts",
            "the query failed while its rows were read",
        ),
    ],
)
def test_a_query_that_is_wrong(warehouse: Path, query: str, message: str) -> None:
    with pytest.raises(InputError, match=f"w.bin: {message}") as error:
        read_all(warehouse, query=query)
    assert "secret" not in str(error.value) and not Path("out.csv").exists()


def test_a_duckdb_file_without_a_table(warehouse: Path) -> None:
    with pytest.raises(InputError, match="a DuckDB file has many tables") as error:
        read_all(warehouse)
    assert error.value.advice == f"Write `{warehouse}::TABLE`, or a SELECT after `::`."


def test_a_damaged_duckdb_file(warehouse: Path) -> None:
    warehouse.write_bytes(warehouse.read_bytes()[:100])
    with pytest.raises(InputError, match=r"w\.bin: DuckDB cannot open it: "):
        read_all(warehouse, query="t")


@pytest.mark.parametrize("missing", ["duckdb", "pyarrow"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, warehouse: Path, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    install = rf"needs {missing}: pip install 'custmap\[tables\]'"
    with pytest.raises(ExtraMissing, match=f"reading a DuckDB file {install}"):
        read_all(warehouse, query="t")
    if missing == "pyarrow":
        with pytest.raises(ExtraMissing, match=f"reading Parquet {install}"):
            read_all(parquet([{"a": 1}]))


def test_rows_of_any_number_come_in_order() -> None:
    data = parquet([{"a": number} for number in range(2501)])
    assert read_all(data) == [{"a": number} for number in range(2501)]
    assert read_all(parquet([], SCHEMA)) == [] and not isinstance(read_all(data)[0], BadLine)
