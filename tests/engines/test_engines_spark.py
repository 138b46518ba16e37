"""`custmap.spark` in local mode: what DuckDB and Arrow give for the same rows. Run by `make spark`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from engine_tables import PARAMS, SCHEMA, Acme, batch_of
from test_engines_arrow import ROW

import custmap
import custmap.arrow
import custmap.spark

if "CUSTMAP_SPARK" not in os.environ:
    pytest.skip("needs PySpark and Java: make spark", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("default")  # Spark's own
KEYS = (None, 1, 2, 2, 3, 4, 5, 6, 7, None)
BAD = {"phone": "nonsense"}
LONG = {"email": "long.name.of@some.example"}
BEFORE = [{**ROW, "customer_id": key} for key in KEYS]
CHANGES: tuple[dict[str, Any], ...] = (
    {}, {"email": "b@b.example"}, {}, {"unread": "x"}, {"score": None}, BAD, LONG, {"tags": []}, {},
)  # fmt: skip
AFTER = [
    {**ROW, "customer_id": key, **more}
    for key, more in zip((None, 1, 2, 3, 4, 5, 6, 7, 8), CHANGES, strict=True)
]


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Acme:
    return Acme(tmp_path_factory.mktemp("acme"))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("custmap")
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.sql.shuffle.partitions", "3"),
        ("spark.sql.session.timeZone", "UTC"),
        ("spark.sql.execution.arrow.maxRecordsPerBatch", "2"),
    ):
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


DDL = (
    "customer_id bigint, first_name string, email string, phone string, tags array<string>, "
    "joined timestamp, score double, unread string, more map<string, bigint>"
)


def frame(spark: Any, rows: list[dict[str, Any]], parts: int = 3) -> Any:
    return spark.createDataFrame(
        [tuple(row[name] for name in SCHEMA.names) for row in rows], DDL
    ).repartition(parts)


def rows_of(frame: Any) -> list[dict[str, Any]]:
    found = [row.asDict(recursive=True) for row in frame.collect()]
    return sorted(found, key=lambda row: (row["key"] or "", row["errors"] != [], str(row["errors"])))


def expected(made: Any) -> list[dict[str, Any]]:
    """Rows of `custmap.arrow`, as Spark gives them: without a place."""
    return [row | {"index": None} for row in made.to_pylist()]


@pytest.mark.parametrize("parts", [1, 4])
def test_apply(acme: Acme, spark: Any, parts: int) -> None:
    options: dict[str, Any] = {"source": acme.source, "params": PARAMS, "run": "r"}
    rows = [row for row in AFTER if row["customer_id"]]
    found = rows_of(custmap.spark.apply(frame(spark, rows, parts), acme.mapping, **options))
    wanted = []
    for row in rows:  # of each alone the place is 0, which ids are made of here
        wanted += expected(custmap.arrow.apply(acme.mapping, batch_of([row]), **options))
    assert found == wanted
    assert {one["code"] for row in found for one in row["errors"]} != set()


@pytest.mark.parametrize("parts", [1, 4])
def test_diff(acme: Acme, spark: Any, parts: int) -> None:
    options: dict[str, Any] = {"source": acme.source, "params": PARAMS, "run": "r"}
    frames = [frame(spark, rows, parts) for rows in (BEFORE, AFTER)]
    found = rows_of(custmap.spark.diff(*frames, acme.mapping, **options))
    wanted = []
    for row in AFTER:
        held = [one for one in BEFORE if one["customer_id"] == row["customer_id"]]
        if row["customer_id"] is not None and len(held) == 1:
            pair = batch_of(held), batch_of([row])
            wanted += expected(custmap.arrow.diff(acme.mapping, *pair, **options))
    assert [row for row in found if row["key"] not in (None, "2")] == wanted
    told = [(row["key"], row["errors"][0]["code"], row["errors"][0]["message"]) for row in found[:2]]
    assert [(key, code) for key, code, _ in told] == [(None, "CM711"), (None, "CM711")]
    assert "after, 1 row: the key is missing" in told[0][2]
    assert "before, 2 rows: the key is missing" in told[1][2]
    (twice,) = (row for row in found if row["key"] == "2")
    assert twice["errors"][0]["message"].endswith("before: all 2 rows with this key are left")


def test_keys_and_cells_of_other_types(acme: Acme, spark: Any) -> None:
    rows = frame(spark, [ROW])
    changed = frame(spark, [{**ROW, "email": "b@b.example"}])
    for type_ in ("string", "double", "decimal(9,2)", "int"):
        other = changed.withColumn("customer_id", changed["customer_id"].cast(type_))
        (row,) = rows_of(custmap.spark.diff(rows, other, acme.mapping, source=acme.source, params=PARAMS))
        assert (row["key"], row["errors"] == []) == ("7", type_ != "string")
    (row,) = rows_of(
        custmap.spark.diff(
            rows, rows.withColumn("score", rows["score"] * 2), acme.mapping, source=acme.source, params=PARAMS
        )
    )
    assert row["body"] == '{"score":3.0}'


def test_wrong_calls(acme: Acme, spark: Any) -> None:
    rows = frame(spark, [ROW])
    with pytest.raises(custmap.MappingError):
        custmap.spark.apply(rows.drop("unread"), acme.mapping, source=acme.source, params=PARAMS)
    with pytest.raises(ValueError, match="before has no column `k`"):
        custmap.spark.diff(rows, rows, acme.mapping, source=acme.source, params=PARAMS, key="k")
    with pytest.raises(ValueError, match="the key is a list or an object"):
        custmap.spark.diff(rows, rows, acme.mapping, source=acme.source, params=PARAMS, key="tags")


def test_the_schema_is_that_of_arrow(spark: Any) -> None:
    from pyspark.sql.pandas.types import to_arrow_schema

    made = to_arrow_schema(spark.createDataFrame([], custmap.spark.SCHEMA).schema)
    assert [(one.name, str(one.type)) for one in made] == [
        (one.name, str(one.type).replace("item", "element")) for one in custmap.arrow.schema()
    ] or made.names == custmap.arrow.schema().names
    assert isinstance(pa.array([Decimal(1)]), pa.Array)
