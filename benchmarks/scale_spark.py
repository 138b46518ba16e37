"""Requests of a Parquet file by Spark on two cores, over two plain processes with half of the rows each.

    .venv-spark/bin/python benchmarks/scale_spark.py --rows 300000 --rounds 3     after `make spark`

Spark's own start is left out: the session is there, and has mapped a few rows. A plain process is started,
reads its rows, calls `custmap.arrow.apply` and writes a Parquet file, as Spark does; it schedules nothing and
is started again by nobody.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

PARAMS: Final = {"host": "h", "token": "t"}
MAPPING: Final = "aifi/update-customer"
ROWS: Final = 10_000
"""Rows of a batch, as Spark has them."""


def plain(file: Path, source: Path, out: Path) -> None:
    from pyarrow import parquet

    import custmap
    import custmap.arrow

    mapping, rows = custmap.load(MAPPING), custmap.source(source)
    writer = None
    for batch in parquet.ParquetFile(file).iter_batches(batch_size=ROWS):
        made = custmap.arrow.apply(mapping, batch, source=rows, params=PARAMS)
        writer = writer or parquet.ParquetWriter(out, made.schema)
        writer.write_batch(made)
    assert writer is not None
    writer.close()


def two(halves: list[Path], source: Path, folder: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, __file__, "--plain"]
    running = [
        subprocess.Popen([*command, str(half), str(source), str(folder / f"{half.name}.out")])
        for half in halves
    ]
    if any(process.wait() for process in running):
        raise SystemExit("a plain process failed")
    return time.perf_counter() - start


def by_spark(session: Any, files: list[Path], source: Path, out: Path) -> float:
    import custmap
    import custmap.spark

    start = time.perf_counter()
    frame = session.read.parquet(*map(str, files))
    mapping, rows = custmap.load(MAPPING), custmap.source(source)
    made = custmap.spark.apply(frame, mapping, source=rows, params=PARAMS)
    made.write.mode("overwrite").parquet(str(out))
    return time.perf_counter() - start


def session_of() -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # of the workers
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", nargs=3, type=Path)
    given = parser.parse_args()
    if given.plain:
        plain(*given.plain)
        return
    import scale_data
    from pyarrow import parquet

    with tempfile.TemporaryDirectory(prefix="custmap-spark-") as name:
        folder = Path(name)
        scale_data.make(folder, given.rows, lines=False)
        source = folder / "sources" / "crm" / "customers.yaml"
        table = parquet.read_table(folder / "before.parquet")
        halves = [folder / "first.parquet", folder / "second.parquet"]
        middle = given.rows // 2
        for half, rows in zip(halves, (table.slice(0, middle), table.slice(middle)), strict=True):
            parquet.write_table(rows, half)
        few = folder / "few.parquet"
        parquet.write_table(table.slice(0, 100), few)
        session = session_of()
        by_spark(session, [few], source, folder / "warm")
        times = []
        for number in range(given.rounds):
            calls = {
                "spark": lambda: by_spark(session, halves, source, folder / "made"),
                "plain": lambda: two(halves, source, folder),
            }
            order = list(calls) if number % 2 == 0 else list(calls)[::-1]
            found = {what: calls[what]() for what in order}
            times.append((found["spark"], found["plain"]))
            assert session.read.parquet(str(folder / "made")).count() == given.rows
        session.stop()
    ratio = statistics.median(one / other for one, other in times)
    spark, other = (statistics.median(part) for part in zip(*times, strict=True))
    mark = "!" if ratio > 1.25 else " "
    print(f"apply, {given.rows:,} rows  {spark:.1f} s  {ratio:.2f} ×{mark}({other:.1f} s)   ≤ 1.25 ×")


if __name__ == "__main__":
    main()
