"""NDJSON to NDJSON in one process, stage by stage, and two snapshots: `python benchmarks/stream.py`.

Each stage does what the stage before it does, and one thing more, so the differences say where the time goes.
The floor is that of `cli.py`: parse each line, write a constant. Times are of the processor: other work of
the machine, and waiting for a disk, are not in them. Mappings are loaded before.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import custmap
from cli import DUMPS, FLOOR, LOADS, floor
from custmap.cli import apply, diff
from custmap.cli.root import root
from custmap.records.identity import RequestIds, Who
from custmap.records.ndjson import Record, read_lines, read_records
from custmap.records.outputs import WholeFile
from records import CHANGES, FULL, PARAMS, capillary, with_changes

RECORDS: Final = 10_000
TURNS: Final = 9
MOST_CHANGED: Final = 10
"""One customer of so many changes between the snapshots."""


def run() -> None:
    loaded: dict[str, Any] = {}
    apply.load = diff.load = lambda name, _: loaded[name]  # start-up is measured by `cli.py`
    print(f"{RECORDS:,} records of {len(json.dumps(FULL)):,} bytes; the floor is {FLOOR}")
    with tempfile.TemporaryDirectory() as folder:
        for name, record in (
            ("microbase/customer-update", FULL),
            ("capillary/update-customer", capillary(1, 1)),
        ):
            loaded[name] = custmap.load(name)
            records = [
                with_changes(record, [("id", f"C-{number}"), ("email", f"ann.{number}@example.com")])
                for number in range(RECORDS)
            ]
            _show(f"apply {name}", _apply(Path(folder), name, loaded[name], records))
            _show(f"diff {name}", _diff(Path(folder), name, loaded[name], records))


def _apply(folder: Path, name: str, mapping: Any, records: list[Any]) -> dict[str, Callable[[], object]]:
    source, target = _written(folder / "in.ndjson", records), folder / "out.ndjson"
    schema, line = mapping.checked.canonical, mapping.line_applier(RequestIds("run"), PARAMS[name])
    constant = mapping.apply(records[0], PARAMS[name]).to_dict(secrets=False)

    def lines() -> None:
        with source.open("rb", buffering=1 << 18) as stream:
            for _ in read_lines(stream):
                pass

    def decoded() -> None:
        with source.open("rb", buffering=1 << 18) as stream:
            for _ in read_records(stream, schema=schema):
                pass

    def mapped() -> None:
        with source.open("rb", buffering=1 << 18) as stream:
            for found in read_records(stream, schema=schema):
                assert isinstance(found, Record)
                line(found.value, found.fits, Who(found.place[0]))

    def written() -> None:
        with source.open("rb", buffering=1 << 18) as stream, WholeFile(target) as out:
            for found in read_records(stream, schema=schema):
                assert isinstance(found, Record)
                out.write(line(found.value, found.fits, Who(found.place[0]))[0])

    return {
        "the floor": lambda: floor(source, folder / "floor.ndjson", constant),
        "lines": lines,
        "+ decoded, checked, whole": decoded,
        "+ mapped, as bytes": mapped,
        "+ written": written,
        "the command": lambda: _command("apply", name, source, "-o", target),
    }


def _diff(folder: Path, name: str, mapping: Any, records: list[Any]) -> dict[str, Callable[[], object]]:
    before, target = _written(folder / "before.ndjson", records), folder / "plans.ndjson"
    after = _written(
        folder / "after.ndjson",
        [
            with_changes(record, CHANGES[name][1:2]) if number % MOST_CHANGED == 0 else record
            for number, record in enumerate(records)
        ],
    )
    plan = mapping.diff(records[0], records[0], PARAMS[name]).to_dict(secrets=False)

    def least() -> None:
        with before.open("rb") as left, after.open("rb") as right, target.open("wb") as out:
            for one, other in zip(left, right, strict=True):
                LOADS(one)
                LOADS(other)
                out.write(DUMPS(plan) + b"\n")

    files = (before, after, "--key", "id", "--format", "json", "-o", target)
    return {"the floor": least, "the command": lambda: _command("diff", name, *files)}


def _written(path: Path, records: list[Any]) -> Path:
    path.write_bytes(b"".join(json.dumps(record).encode() + b"\n" for record in records))
    return path


def _command(command: str, name: str, *arguments: Any) -> None:
    given = [part for item in PARAMS[name].items() for part in ("-p", "=".join(item))]
    with contextlib.redirect_stderr(io.StringIO()):
        root.main([command, name, *map(str, arguments), *given], standalone_mode=False)


def _show(title: str, stages: dict[str, Callable[[], object]]) -> None:
    times: dict[str, list[float]] = {what: [] for what in stages}
    for _ in range(TURNS):
        for what, stage in stages.items():
            gc.collect()
            start = time.process_time()
            stage()
            times[what].append((time.process_time() - start) / RECORDS * 1e6)
    print(f"\n{title}")
    least = min(times["the floor"])
    for what, taken in times.items():
        print(f"  {what:<28}{min(taken):8.2f} µs{min(taken) / least:8.2f} ×", flush=True)


if __name__ == "__main__":
    run()
