"""`custmap settle` of a night of 200,000 customers over reading both snapshots and writing one.

The floor parses each line of both files and writes each record of after again. It keeps no promise: it joins
nothing, the last of duplicate keys wins, and no answer is looked at.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import statistics
import tempfile
from pathlib import Path
from typing import Final

import cli
from custmap.cli.root import root
from records import FULL, PARAMS, with_changes

CUSTOMERS: Final = 200_000
NAME: Final = "microbase/customer-update"


def run() -> None:
    print(f"\ncustmap settle, {CUSTOMERS:,} customers, over reading and writing them by {cli.FLOOR}")
    for what, changed, moved, shuffled in (
        ("1 % changed", 0.01, 0.0, False),
        ("20 % changed", 0.2, 0.0, False),
        ("2 % changed, 2 % new, 2 % gone", 0.02, 0.02, False),
        ("2 % changed, in another order", 0.02, 0.0, True),
    ):
        with tempfile.TemporaryDirectory() as folder:
            _night(Path(folder), what, changed, moved, shuffled=shuffled)


def _night(folder: Path, what: str, changed: float, moved: float, *, shuffled: bool) -> None:
    before, after = _snapshots(folder, changed, moved, shuffled=shuffled)
    plans, answers, settled = folder / "plans", folder / "answers", folder / "next"
    params = [part for item in PARAMS[NAME].items() for part in ("-p", "=".join(item))]
    compared = ("--key", "id", "--format", "json", "--guard", "clears=100%", "-o", plans)
    _call("diff", NAME, before, after, *compared, *params)
    _answer(plans, answers)
    night = ("--before", before, "--after", after, "--key", "id", "-o", settled)
    times = cli.in_turn(
        lambda: _call("settle", NAME, plans, answers, *night), lambda: _floor(folder, before, after)
    )
    ratio = statistics.median(ours / least for ours, least in zip(*times, strict=True))
    ours, least = map(statistics.median, times)
    mark = "!" if ratio > 1.5 else " "
    print(f"  {what:<44}{ratio:6.2f} ×{mark}  ({ours:.2f} s : {least:.2f} s)   asked ≤ 1.5", flush=True)


def _snapshots(folder: Path, changed: float, moved: float, *, shuffled: bool) -> tuple[Path, Path]:
    drawn = random.Random(1)
    before, after = folder / "before.ndjson", folder / "after.ndjson"
    lines: list[bytes] = []
    with before.open("wb") as out:
        for number in range(CUSTOMERS):
            record = with_changes(FULL, [("id", f"C-{number}"), ("email", f"ann.{number}@example.com")])
            out.write(cli.DUMPS(record) + b"\n")
            if drawn.random() < changed:
                record = with_changes(
                    record, [("email", f"new.{number}@example.com"), ("tags", ["VIP", "moved"])]
                )
            if drawn.random() >= moved:
                lines.append(cli.DUMPS(record) + b"\n")
            if drawn.random() < moved:
                lines.append(cli.DUMPS(with_changes(record, [("id", f"N-{number}")])) + b"\n")
    if shuffled:
        drawn.shuffle(lines)
    after.write_bytes(b"".join(lines))
    return before, after


def _answer(plans: Path, answers: Path) -> None:
    """Of ten requests eight are applied, one is refused, and one is lost."""
    with plans.open("rb") as lines, answers.open("w") as out:
        for number, line in enumerate(lines):
            for request in json.loads(line).get("requests", ()):
                body = {"ok": True} if number % 10 else {"ok": False, "error": "invalid_token"}
                if number % 10 != 1:
                    out.write(json.dumps({"id": request["id"], "status": 200, "body": body}) + "\n")


def _floor(folder: Path, before: Path, after: Path) -> None:
    with before.open("rb") as then, after.open("rb") as now, (folder / "floor").open("wb") as out:
        for line in then:
            cli.LOADS(line)
        for line in now:
            out.write(cli.DUMPS(cli.LOADS(line)) + b"\n")


def _call(*arguments: object) -> None:
    with contextlib.redirect_stderr(io.StringIO()) as told:
        code = root.main([str(one) for one in arguments], standalone_mode=False)
    assert code in (0, 1), told.getvalue()
