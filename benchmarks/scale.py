"""Tables and snapshots: whole processes, their time and their peak memory: `make bench-scale`.

    python benchmarks/scale.py --rows 2000 --rounds 1     to try it
    python benchmarks/scale.py --only parquet,lines   parts: parquet, lines, pairs, rows, workers, memory
    python benchmarks/scale.py --large                    also five times the rows, and ten million in 1 GB

A round runs custmap and what it is compared with in turn, in another order than the round before, and a ratio
is taken inside it; medians are printed. Memory is the most that a process had, by the operating system's
account (`ru_maxrss`); it counts what its parent had when it was started, so nothing is loaded here.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

PROJECT: Final = Path(__file__).resolve().parent.parent
PLAIN: Final = Path(__file__).with_name("scale_plain.py")
DATA: Final = Path(__file__).with_name("scale_data.py")
GIVEN: Final = ("-p", "host=h", "-p", "token=t")
MOST_PAIRS: Final = 20_000
"""So many changed pairs are compared in the loop."""
LARGE: Final = 10_000_000


class Ran(NamedTuple):
    """A process: seconds, and the most memory it had, in MB. `said` is what it wrote to standard output."""

    seconds: float
    memory: float
    said: str


def ran(*command: object) -> Ran:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *map(str, command)], cwd=PROJECT, stdout=said, stderr=told
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)  # `Popen` must not wait for it again
        said.seek(0)
        told.seek(0)
        if process.returncode not in (0, 1):  # 1: a diff has found changes
            raise SystemExit(told.read().decode())
        unit = 1 if sys.platform == "darwin" else 1024
        return Ran(seconds, usage.ru_maxrss * unit / 1e6, said.read().decode())


class Files(NamedTuple):
    """The folder of so many rows."""

    folder: Path
    rows: int

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @property
    def source(self) -> Path:
        return self.folder / "sources" / "crm" / "customers.yaml"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def lines_out(self) -> int:
        with self.out.open("rb") as lines:
            return sum(1 for _ in lines)


def made(folder: Path, rows: int, *, lines: bool) -> Files:
    files = Files(folder / str(rows), rows)
    files.folder.mkdir()
    ran(DATA, files.folder, rows, *(["lines"] if lines else []))
    return files


def diff_tables(files: Files, after: str = "after1.parquet", workers: int = 1) -> Ran:
    both = (files / "before.parquet", files / after)
    how = ("--source", files.source, "--format", "json", "-o", files.out, "--workers", workers)
    return ran("-m", "custmap", "diff", "aifi/update-customer", *both, *how, *GIVEN)


def diff_lines(files: Files) -> Ran:
    both = (files / "before.ndjson", files / "after.ndjson")
    how = ("--key", "id", "--format", "json", "-o", files.out)
    return ran("-m", "custmap", "diff", "microbase/customer-update", *both, *how, *GIVEN)


def apply_rows(files: Files, workers: int = 1) -> Ran:
    how = (files / "before.parquet", "--source", files.source, "-o", files.out, "--workers", workers)
    return ran("-m", "custmap", "apply", "aifi/update-customer", *how, *GIVEN)


def plain(what: str, *arguments: object) -> tuple[Ran, dict[str, Any]]:
    """A program of `scale_plain.py`, and what it wrote."""
    found = ran(PLAIN, what, *arguments)
    return found, json.loads(found.said)


def in_turn(rounds: int, *calls: Callable[[], Ran]) -> list[list[Ran]]:
    """For each round the processes of all calls."""
    table = []
    for number in range(rounds):
        found: dict[int, Ran] = {}
        order = range(len(calls)) if number % 2 == 0 else range(len(calls) - 1, -1, -1)
        for at in order:
            found[at] = calls[at]()
        table.append([found[at] for at in range(len(calls))])
    return table


def title(text: str, baseline: str) -> None:
    print(f"\n{text}\n  {'':<38}{'custmap':>10}{'':>10}{baseline:>26}   asked", flush=True)


def row(what: str, table: Sequence[Sequence[Ran]], times: float, memory: float | None = None) -> None:
    """A line of custmap's process, the first, over the second."""
    ours, theirs = ([one[at] for one in table] for at in (0, 1))
    ratio = statistics.median(a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True))
    peak, other = (statistics.median(one.memory for one in some) for some in (ours, theirs))
    seconds, least = (statistics.median(one.seconds for one in some) for some in (ours, theirs))
    slow = "!" if ratio > times else " "
    big = "!" if memory is not None and peak > memory else " "
    asked = f"≤ {times:g} ×" + (f", ≤ {memory:g} MB" if memory is not None else "")
    print(
        f"  {what:<38}{seconds:>8.1f} s{peak:>8.0f} MB{big}"
        f"{ratio:>8.2f} ×{slow}({least:.1f} s, {other:.0f} MB)   {asked}",
        flush=True,
    )


def parquet(files: Files, rounds: int) -> None:
    what = f"Parquet, {files.rows:,} rows twice, through a source"
    join(what, diff_tables, files, "parquet", "after1.parquet", rounds, 5, 500)


def lines(files: Files, rounds: int) -> None:
    size = (files / "before.ndjson").stat().st_size / files.rows
    what = f"NDJSON, {files.rows:,} records of {size:,.0f} bytes twice"
    join(what, diff_lines, files, "ndjson", "after.ndjson", rounds, 8, 400)


def join(
    what: str, diff: Callable[[Files], Ran], files: Files, kind: str, after: str, rounds: int,
    times: float, memory: float,
) -> None:  # fmt: skip
    """`diff` over DuckDB's own join of the same files, which finds as many changed customers."""
    both = ("lines" if kind == "ndjson" else kind, files / f"before.{kind}", files / after)
    _, found = plain(*both)
    diff(files)
    assert files.lines_out() == found["count"], "the same changed customers"
    title(f"diff, {what}", "DuckDB's join")
    table = in_turn(rounds, lambda: diff(files), lambda: plain(*both)[0])
    row(f"1 % changed: {found['count']:,}", table, times, memory)


def pairs(files: Files, rounds: int) -> None:
    """What a changed pair costs more than one that is not: two runs, over a loop of `mapping.diff`."""
    changed = []
    for after in ("after1.parquet", "after20.parquet"):
        diff_tables(files, after)
        changed.append(files.lines_out())
    arguments = (files / "before.parquet", files / "after20.parquet", files.source, MOST_PAIRS)
    costs, ratios, alone = [], [], []
    for number in range(rounds):
        calls: list[Callable[[], float]] = [
            lambda: diff_tables(files, "after20.parquet").seconds,
            lambda: diff_tables(files).seconds,
            lambda: _a_pair(plain("pairs", *arguments)[1]),
        ]
        order = range(3) if number % 2 == 0 else range(2, -1, -1)
        found = {at: calls[at]() for at in order}
        costs.append((found[0] - found[1]) / (changed[1] - changed[0]) * 1e6)
        alone.append(found[2] * 1e6)
        ratios.append(costs[-1] / alone[-1])
    ratio, cost, least = map(statistics.median, (ratios, costs, alone))
    mark = "!" if ratio > 1.5 else " "
    title(f"A changed pair: {changed[1]:,} less {changed[0]:,} of {files.rows:,}", "mapping.diff in a loop")
    print(f"  {'':<38}{cost:>7.1f} µs{'':>11}{ratio:>8.2f} ×{mark}({least:.1f} µs)   ≤ 1.5 ×", flush=True)


def _a_pair(found: dict[str, Any]) -> float:
    return float(found["seconds"] / found["count"])


def rows(files: Files, rounds: int) -> None:
    _, found = plain("rows", files / "before.parquet", files.source)
    apply_rows(files)
    with files.out.open("rb") as out:
        *_, last = out
    assert (files.lines_out(), json.loads(last)["body"]) == (found["count"], found["body"])
    title(f"apply, Parquet, {files.rows:,} rows through a source", "rows, reader, function")
    calls = [lambda: apply_rows(files), lambda: plain("rows", files / "before.parquet", files.source)[0]]
    row("one process", in_turn(rounds, *calls), 2)


def workers(files: Files, rounds: int) -> None:
    """How many times as fast two processes are as one; asked is 1.6 of `apply`, on two free cores."""
    title(f"Two workers, {files.rows:,} rows through a source", "one process")
    calls: dict[str, Callable[[int], Ran]] = {
        "apply, Parquet": lambda count: apply_rows(files, count),
        "diff, Parquet, 20 % changed": lambda count: diff_tables(files, "after20.parquet", count),
    }
    for what, call in calls.items():
        table = in_turn(rounds, partial(call, 2), partial(call, 1))
        two, one = (statistics.median(found[at].seconds for found in table) for at in range(2))
        ratio = statistics.median(found[1].seconds / found[0].seconds for found in table)
        mark = "!" if ratio < 1.6 else " "
        print(f"  {what:<38}{two:>8.1f} s{'':>11}{ratio:>8.2f} ×{mark}({one:.1f} s)   ≥ 1.6 ×", flush=True)


def memory(folder: Path, files: Files, small: Files, *, large: bool) -> None:
    title("The most memory, with more rows", "of the smallest")
    sizes = [small, files]
    if large:
        sizes.append(made(folder, files.rows * 5, lines=False))
    for what, call in (("diff, Parquet, 1 % changed", diff_tables), ("apply, Parquet", apply_rows)):
        least = 0.0
        for one in sizes:
            found = call(one)
            least = least or found.memory
            print(
                f"  {f'{what}, {one.rows:,}':<38}{found.seconds:>8.1f} s{found.memory:>8.0f} MB "
                f"{found.memory / least:>8.2f} ×",
                flush=True,
            )


def largest(folder: Path, rows: int) -> None:
    files = made(folder, rows, lines=False)
    title(f"diff, Parquet, {files.rows:,} rows twice, 1 % changed", "")
    found = diff_tables(files)
    mark = "!" if found.memory > 1000 else " "
    print(f"  {'':<38}{found.seconds:>8.1f} s{found.memory:>8.0f} MB{mark}{'':>26}   ≤ 1000 MB", flush=True)


PARTS: Final = ("parquet", "lines", "pairs", "rows", "workers", "memory", "large")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS[:-1]))
    parser.add_argument("--large", action="store_true", help="also 5 times the rows, and ten million")
    given = parser.parse_args()
    parts = given.only.split(",") + (["large"] if given.large else [])
    if unknown := set(parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    print(f"{sys.version.split()[0]}, {os.cpu_count()} processors, medians of {given.rounds} rounds")
    with tempfile.TemporaryDirectory(prefix="custmap-scale-") as name:
        folder = Path(name)
        files = made(folder, given.rows, lines="lines" in parts)
        if "parquet" in parts:
            parquet(files, given.rounds)
        if "lines" in parts:
            lines(files, given.rounds)
        if "pairs" in parts:
            pairs(files, given.rounds)
        if "rows" in parts:
            rows(files, given.rounds)
        if "workers" in parts:
            workers(files, given.rounds)
        if "memory" in parts:
            memory(folder, files, made(folder, given.rows // 10, lines=False), large=given.large)
        if "large" in parts:
            largest(folder, LARGE)


if __name__ == "__main__":
    main()
