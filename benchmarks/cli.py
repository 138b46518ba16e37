"""The command line: NDJSON to NDJSON in one process over its floor, and how long whole processes take.

The floor reads each line, parses it, writes a constant of the output's size, and keeps no promise: the last
of duplicate keys wins, big integers become floats, nothing is checked, nothing is mapped. custmap is first
shown to keep its promises, and to write what `mapping.apply` gives.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from harness import call, measure, medians

import custmap
from custmap.cli.root import root
from records import FULL, MAPPINGS, PARAMS, capillary, with_changes

LOADS: Callable[[bytes], Any]
DUMPS: Callable[[Any], bytes]
try:
    import orjson
except ModuleNotFoundError:
    FLOOR, LOADS, DUMPS = "msgspec, since orjson is not installed", msgspec.json.decode, msgspec.json.encode
else:
    FLOOR, LOADS, DUMPS = "orjson", orjson.loads, orjson.dumps

RECORDS: Final = 20_000
TURNS: Final = 5
PROJECT: Final = Path(__file__).resolve().parent.parent


def convert(name: str, source: Path, target: Path) -> str:
    """`custmap apply NAME SOURCE -o TARGET`, in this process; what it wrote to standard error."""
    given = [part for item in PARAMS[name].items() for part in ("-p", "=".join(item))]
    told = io.StringIO()
    with contextlib.redirect_stderr(told):
        root.main(["apply", name, str(source), "-o", str(target), *given], standalone_mode=False)
    return told.getvalue()


def floor(source: Path, target: Path, constant: Any) -> None:
    with source.open("rb") as lines, target.open("wb") as out:
        for line in lines:
            LOADS(line)
            out.write(DUMPS(constant) + b"\n")


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _promises(Path(folder))
        print(f"\nNDJSON to NDJSON, {RECORDS:,} records of {len(json.dumps(FULL)):,} bytes, in one process")
        print(f"  the floor is {FLOOR}")
        for name, record, limit in (
            ("microbase/customer-update", FULL, 2.5),
            ("capillary/update-customer", capillary(1, 1), 4.0),
        ):
            _stream(Path(folder), name, record, limit)
    _processes()


def _stream(folder: Path, name: str, record: dict[str, Any], limit: float) -> None:
    source, target = folder / "in.ndjson", folder / "out.ndjson"
    records = [
        with_changes(record, [("id", f"C-{number}"), ("email", f"ann.{number}@example.com")])
        for number in range(RECORDS)
    ]
    source.write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in records))
    told = convert(name, source, target)
    mapping = custmap.load(name)
    with target.open("rb") as lines:
        for number, line in enumerate(lines):
            if number % 20 == 0:
                wanted = mapping.apply(records[number], PARAMS[name]).to_dict(secrets=False)
                written = json.loads(line)
                assert (len(written.pop("id")), written.pop("index")) == (20, number)
                assert written == wanted
    assert number + 1 == RECORDS, told
    request = mapping.apply(records[RECORDS // 2], PARAMS[name]).to_dict(secrets=False)
    constant = {"id": "0" * 20, "index": RECORDS, **request}
    whole, least = in_turn(
        lambda: convert(name, source, target),
        lambda: floor(source, folder / "floor.ndjson", constant),
    )
    middle = statistics.median(a / b for a, b in zip(whole, least, strict=True))
    a, b = (statistics.median(times) / RECORDS * 1e6 for times in (whole, least))
    mark = "!" if middle > limit else " "
    print(
        f"  {name:<44}{middle:6.2f} ×{mark}  ({a:.1f} µs a record : {b:.1f} µs)   asked ≤ {limit:g}",
        flush=True,
    )


def in_turn(*calls: Callable[[], object]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(TURNS):
        for taken, one in zip(times, calls, strict=True):
            gc.collect()
            start = time.perf_counter()
            one()
            taken.append(time.perf_counter() - start)
    return times


def _promises(folder: Path) -> None:
    """Duplicate keys and half surrogate pairs are refused, big numbers kept, unknown members named."""
    source, target = folder / "odd.ndjson", folder / "odd.out.ndjson"
    ids = '"identifiers": {"capillary": "1"}'
    lines = [
        f'{{{ids}, "attributes": {{"big": 1234567890123456789012345}}, "nickname": 1}}',
        f'{{{ids}, "attributes": {{"a": 1, "a": 2}}}}',
        f'{{{ids}, "attributes": {{"a": "\\ud800"}}}}',
    ]
    source.write_text("\n".join(lines) + "\n", "utf-8")
    told = convert("capillary/update-customer", source, target)
    written = target.read_text("utf-8").splitlines()
    assert len(written) == 1, written
    assert json.loads(written[0])["body"]["extendedFields"]["big"] == 1234567890123456789012345
    assert "nickname" in told, told


def _processes() -> None:
    print("\nLoading a mapping for the first time in a process, after all imports; and again")
    for name in MAPPINGS:
        other = next(one for one in MAPPINGS if one.split("/")[0] != name.split("/")[0])
        first = statistics.median(_first_load(name, other) for _ in range(3))
        times, _ = medians(measure([call(custmap.load, name)], rounds=5))
        mark = "!" if first > 20 else " "
        print(
            f"  {name:<44}{first:6.1f} ms{mark}  ({times[0] / 1000:.1f} ms again)   asked ≤ 20 ms", flush=True
        )
    print("\nWhole processes")
    command = ["-m", "custmap"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.json"
        file.write_text(json.dumps(FULL), "utf-8")
        one = ["apply", "microbase/customer-update", str(file), "-p", "host=h", "-p", "token=t"]
        _process("custmap --version", [*command, "--version"], "60 ms over bare Python", over_bare=60)
        _process("custmap apply, one record", [*command, *one], "350 ms", whole=350)
        _process("custmap validate, all shipped", [*command, "validate"], "")
        _process("custmap test, all fixtures", [*command, "test"], "2 s", whole=2000, rounds=3)


def _first_load(name: str, other: str) -> float:
    """Milliseconds; another mapping is loaded before, so that all modules are there."""
    program = (
        "import sys, time, custmap\n"
        "custmap.load(sys.argv[1])\n"
        "start = time.perf_counter()\n"
        "custmap.load(sys.argv[2])\n"
        "print((time.perf_counter() - start) * 1000)"
    )
    command = [sys.executable, "-c", program, other, name]
    return float(subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True).stdout)


def _process(
    what: str,
    arguments: list[str],
    asked: str,
    *,
    over_bare: float = 1e9,
    whole: float = 1e9,
    rounds: int = 7,
) -> None:
    def once(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=PROJECT, capture_output=True, check=False)
        return (time.perf_counter() - start) * 1000

    once(arguments)
    pairs = [(once(arguments), once(["-c", "pass"])) for _ in range(rounds)]
    taken, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    mark = "!" if taken > whole or taken - bare > over_bare else " "
    over = f"({taken - bare:.0f} ms over bare Python)"
    print(f"  {what:<44}{taken:6.0f} ms{mark}  {over}   {asked and 'asked ≤ ' + asked}", flush=True)
