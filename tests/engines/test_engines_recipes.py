"""The jobs that docs/engines.md shows, where their engine is installed: all rows of `custmap.arrow`."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import custmap
import custmap.arrow

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
FILES = dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGE.read_text("utf-8"), re.M | re.S))
PARAMS = {"host": "api.aifi.example", "token": "t"}
ROWS = pa.table(
    {
        "customer_id": [41, 42, None],
        "first_name": ["Ann", "Bo", "Cy"],
        "email": ["ann@example.com", "bo@example.com", None],
        "phone": ["206 555 0142", "206 555 0143", "206 555 0144"],
    }
)
# Engines look at Python's own modules in ways that are deprecated.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """What the jobs take: mapping, source, parameters."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [one for one in sys.modules if one.partition(".")[0] == "jobs"]:
        monkeypatch.delitem(sys.modules, name)
    return custmap.load("aifi/update-customer"), custmap.source("crm/customers"), PARAMS


def job(name: str) -> Any:
    pytest.importorskip(name.partition("_")[0])
    return import_module(f"jobs.{name}")


def wanted(arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    mapping, source, params = arguments
    rows: list[dict[str, Any]] = custmap.arrow.apply(mapping, ROWS, source=source, params=params).to_pylist()
    assert [len(row["errors"]) for row in rows] == [0, 0, 1]
    return rows


def test_polars(arguments: tuple[Any, ...]) -> None:
    requests = job("polars_job").requests
    frame = sys.modules["polars"].from_arrow(ROWS)
    assert requests(frame, *arguments).to_dicts() == wanted(arguments)


def test_ray(arguments: tuple[Any, ...]) -> None:
    requests = job("ray_job").requests
    import ray

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        found = requests(ray.data.from_arrow(ROWS), *arguments).take_all()
    finally:
        ray.shutdown()
    assert [row["body"] for row in found] == [row["body"] for row in wanted(arguments)]


def test_daft(arguments: tuple[Any, ...]) -> None:
    requests = job("daft_job").requests
    found = requests(sys.modules["daft"].from_arrow(ROWS), *arguments)
    assert found.to_arrow().to_pylist() == wanted(arguments)


def test_dlt(arguments: tuple[Any, ...]) -> None:
    requests = job("dlt_job").requests
    customers = sys.modules["dlt"].resource([ROWS], name="customers")
    (made,) = requests(customers, *arguments)
    assert made.to_pylist() == wanted(arguments)


def test_dagster(arguments: tuple[Any, ...]) -> None:
    asset = job("dagster_job").requests_asset(*arguments)
    assert asset(ROWS).to_pylist() == wanted(arguments)


@pytest.mark.skipif("CUSTMAP_SPARK" not in os.environ, reason="needs PySpark and Java: make spark")
def test_spark(arguments: tuple[Any, ...]) -> None:
    requests = import_module("jobs.spark_job").requests
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        today = spark.createDataFrame(ROWS.slice(0, 2).to_pylist())
        yesterday = today.replace("Bo", "Bob", "first_name")
        found = [row.asDict() for row in requests(yesterday, today, *arguments).collect()]
    finally:
        spark.stop()
    assert [(row["key"], row["body"]) for row in found] == [("42", '{"firstName":"Bo"}')]
