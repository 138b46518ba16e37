"""`custmap.duckdb`: the same plans as pair by pair, in any order; keys may come twice or be missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from engine_tables import PARAMS, SCHEMA, Acme, batch_of, rows_of
from hypothesis import given
from hypothesis import strategies as st
from test_engines_arrow import ROW

import custmap
import custmap.arrow
import custmap.duckdb

KEYS = st.lists(st.sampled_from([None, 1, 2, 3, 4, 5, 6]), max_size=7)
READ = ("customer_id", "first_name", "email", "phone", "tags", "joined", "score")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Acme:
    return Acme(tmp_path_factory.mktemp("acme"))


@pytest.fixture(scope="module")
def database() -> Iterator[Any]:
    with duckdb.connect() as connection:
        yield connection


def fill(database: Any, **tables: list[dict[str, Any]]) -> None:
    for name, rows in tables.items():
        database.register("rows", pa.Table.from_batches([batch_of(rows)]))
        database.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows")
        database.unregister("rows")


def diff(acme: Acme, database: Any, **options: Any) -> list[dict[str, Any]]:
    reader = custmap.duckdb.diff(
        database, "FROM old", "FROM new", acme.mapping, source=acme.source, params=PARAMS, **options
    )
    assert reader.schema == custmap.arrow.schema()
    rows: list[dict[str, Any]] = reader.read_all().to_pylist()
    return rows


@st.composite
def snapshots(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two tables in different orders; many rows of after are those of before, or nearly."""
    before = draw(rows_of(KEYS))
    after = draw(rows_of(KEYS))
    for at, row in enumerate(after):
        held = next((one for one in before if one["customer_id"] == row["customer_id"]), None)
        if held is not None and draw(st.booleans()):
            after[at] = held | {name: row[name] for name in draw(st.sets(st.sampled_from(READ), max_size=1))}
    return before, draw(st.permutations(after))


def pairwise(acme: Acme, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same joined here, and each pair through `custmap.arrow.diff`."""
    counts = [Counter(row["customer_id"] for row in rows) for rows in (before, after)]
    twice = {key for one in counts for key, count in one.items() if key is not None and count > 1}
    held = {row["customer_id"]: row for row in before}
    found: list[dict[str, Any]] = []
    for index, now in enumerate(after):
        key = now["customer_id"]
        if key is None or key in twice or key not in held or alike(held[key], now):
            continue
        pair = batch_of([held[key]]), batch_of([now])
        options = {"source": acme.source, "params": PARAMS, "start": index}
        found += custmap.arrow.diff(acme.mapping, *pair, **options).to_pylist()
    for rejected, words in ((twice, "all rows with this key are left"), ({None}, "the key is missing")):
        for side, rows in (("before", before), ("after", after)):
            for index, row in enumerate(rows):
                if row["customer_id"] in rejected:
                    key = row["customer_id"]
                    found.append({"index": index, "key": key and str(key), "told": (side, index + 1, words)})
    return found


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return repr([one[name] for name in READ]) == repr([other[name] for name in READ])


@given(snapshots())
def test_diff_is_the_differ_pair_by_pair(acme: Acme, database: Any, pair: Any) -> None:
    before, after = pair
    fill(database, old=before, new=after)
    found = diff(acme, database, rows=2)
    wanted = pairwise(acme, before, after)
    assert len(found) == len(wanted)
    for row, one in zip(found, wanted, strict=True):
        if "told" not in one:
            assert row == one
            continue
        assert (row["index"], row["key"], row["url"]) == (one["index"], one["key"], None)
        side, number, words = one["told"]
        (error,) = row["errors"]
        assert error["code"] == ("CM713" if words.startswith("all") else "CM711")
        assert f"{side}, row {number}: {words}" in error["message"]


@given(rows_of(KEYS))
def test_apply(acme: Acme, database: Any, rows: list[dict[str, Any]]) -> None:
    fill(database, t=rows)
    options: dict[str, Any] = {"source": acme.source, "params": PARAMS}
    reader = custmap.duckdb.apply(database, "FROM t;", acme.mapping, rows=2, **options)
    assert (
        reader.read_all().to_pylist()
        == custmap.arrow.apply(acme.mapping, batch_of(rows), **options).to_pylist()
    )


def test_the_connection_can_be_used_while_the_result_is_read(acme: Acme, database: Any) -> None:
    fill(database, old=[ROW], new=[{**ROW, "email": "b@b.example"}])
    reader = custmap.duckdb.diff(
        database, "FROM old", "FROM new", acme.mapping, source=acme.source, params=PARAMS
    )
    database.register("requests_now", reader)
    database.execute("CREATE OR REPLACE TABLE requests AS FROM requests_now")
    assert database.sql("SELECT body FROM requests").fetchall() == [('{"mail":"b@b.example"}',)]


def test_a_file(acme: Acme, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "w.duckdb") as database:
        fill(database, t=[ROW])
    before = sorted(tmp_path.iterdir())
    reader = custmap.duckdb.apply(
        tmp_path / "w.duckdb", "SELECT * FROM t", acme.mapping, source=acme.source, params=PARAMS
    )
    assert reader.read_all()["key"].to_pylist() == ["7"]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("7::BIGINT", "'7'::VARCHAR", 1),
        ("7::BIGINT", "7.0::DOUBLE", 1),
        ("7.50::DECIMAL(9,2)", "7.5::FLOAT", 1),
        ("'a'", "'A'", 0),
        ("1e20::DOUBLE", "100000000000000000000::HUGEINT", 1),
        ("'NaN'::DOUBLE", "'NaN'::DOUBLE", 0),
    ],
)
def test_keys_are_texts(acme: Acme, database: Any, old: str, new: str, pairs: int) -> None:
    fill(database, t=[ROW])
    database.execute("SET default_collation = 'NOCASE'")
    queries = [
        f"SELECT {key} AS k, * REPLACE ({mail} AS email) FROM t"
        for key, mail in ((old, "'a@b.example'"), (new, "'b@b.example'"))
    ]
    options: dict[str, Any] = {"source": acme.source, "params": PARAMS, "key": "k"}
    found = custmap.duckdb.diff(database, *queries, acme.mapping, **options).read_all()
    database.execute("SET default_collation = ''")
    assert [one is not None for one in found["url"].to_pylist()].count(True) == pairs


@pytest.mark.parametrize(
    ("old", "new"),
    [("'Ann'", "'ANN'"), ("'1'", "1"), ("NULL", "''"), ("'a'", "'a '")],
)
def test_a_difference_is_never_overlooked(acme: Acme, database: Any, old: str, new: str) -> None:
    """Whatever DuckDB calls equal: the collation of a column, of the session, or a cast."""
    fill(database, t=[ROW])
    database.execute("CREATE OR REPLACE TABLE folded (c VARCHAR COLLATE NOCASE)")
    database.execute("INSERT INTO folded VALUES ('Ann'), ('ANN')")
    queries = [f"SELECT * REPLACE ({cell} AS first_name) FROM t" for cell in (old, new)]
    if old == "'Ann'":
        queries = [
            f"SELECT t.* REPLACE (c AS first_name) FROM t, folded WHERE encode(c) = encode({cell})"
            for cell in (old, new)
        ]
    found = custmap.duckdb.diff(
        database, *queries, acme.mapping, source=acme.source, params=PARAMS
    ).read_all()
    assert found.num_rows == 1


@pytest.mark.parametrize("old", ["['a', 'b']", "['A']::VARCHAR[]", "NULL", "['a', NULL]", "['a, b']"])
def test_lists_are_compared_by_what_is_in_them(acme: Acme, database: Any, old: str) -> None:
    fill(database, t=[ROW])
    query = f"SELECT * REPLACE ({old} AS tags) FROM t"
    args = (database, query, "SELECT * REPLACE (['a']::VARCHAR[] AS tags) FROM t", acme.mapping)
    assert custmap.duckdb.diff(*args, source=acme.source, params=PARAMS).read_all().num_rows == 1


def test_texts_in_lists_are_never_folded(acme: Acme, database: Any) -> None:
    fill(database, t=[ROW])
    database.execute("CREATE OR REPLACE TABLE folded (c VARCHAR COLLATE NOCASE)")
    database.execute("INSERT INTO folded VALUES ('Ann'), ('ANN')")
    queries = [
        f"SELECT t.* REPLACE ([c] AS tags) FROM t, folded WHERE encode(c) = encode('{cell}')"
        for cell in ("Ann", "ANN")
    ]
    made = custmap.duckdb.diff(database, *queries, acme.mapping, source=acme.source, params=PARAMS)
    assert made.read_all()["body"].to_pylist() == ['{"tags":["ANN"]}']


def test_wrong_calls(acme: Acme, database: Any) -> None:
    fill(database, t=[ROW], texts=[{**ROW, "first_name": "secret"}])

    def call(old: str, new: str = "FROM t", **options: Any) -> Any:
        made = {"source": acme.source, "params": PARAMS, **options}
        return custmap.duckdb.diff(database, old, new, acme.mapping, **made).read_all()

    with pytest.raises(duckdb.Error, match="nope"):
        call("FROM nope")
    with pytest.raises(ValueError, match="expected one SELECT"):
        call("DROP TABLE t")
    with pytest.raises(ValueError, match="before has no column `k`"):
        call("FROM t", key="k")
    with pytest.raises(ValueError, match="the key `tags` is a list or an object"):
        call("FROM t", key="tags")
    with pytest.raises(custmap.MappingError):
        call("SELECT * EXCLUDE (unread) FROM t")
    with pytest.raises(ValueError, match="the query failed while its rows were read") as error:
        call("SELECT * REPLACE (first_name::INT AS score) FROM texts")
    assert "secret" not in str(error.value)


def test_only_needed_columns_are_compared(acme: Acme, database: Any) -> None:
    fill(database, old=[{**ROW, "unread": "x"}], new=[{**ROW, "unread": "y"}])
    assert diff(acme, database) == []
    assert set(READ) < set(SCHEMA.names)


def test_parameters_of_each_row(acme: Acme, database: Any) -> None:
    """They are those of after. What only they read makes no pair a changed one."""
    rows = [{**ROW, "customer_id": key, "unread": "x"} for key in (7, 8)]
    fill(
        database,
        old=rows,
        new=[{**rows[0], "email": "b@b.example", "unread": "y"}, {**rows[1], "unread": "z"}],
    )
    made = custmap.duckdb.diff(
        database, "FROM old", "FROM new", acme.mapping, source=acme.source, secrets=True,
        params=lambda row: {"token": row["unread"]},
    ).read_all()  # fmt: skip
    assert made["key"].to_pylist() == ["7"] and '"X-Token":"y"' in made["headers"][0].as_py()
