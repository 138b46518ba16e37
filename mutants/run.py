"""`make mutants`: do the tests of a room notice a small wrong change in its code?

Each mutant is one change. The tests of a room are collected once; for each mutant a child process is forked,
puts the changed code in the place of the function's and runs the tests that come through that function,
until one fails. What is no function's code (constants, classes, defaults) is imported anew with its change.

`rooms.yaml` says which code, which tests and how many mutants are drawn; `equivalent.yaml` names the changes
that change nothing, each with its reason. Which mutants are drawn depends on the seed and on the change
itself, so an edit elsewhere draws the same again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from judge import SOURCE, Verdict, judged
from mutate import Mutant, mutants

HOME: Final = Path(__file__).resolve().parent
WANTED: Final = 90
"""Percent that has to be noticed."""


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    drawn: int


def rooms() -> list[Room]:
    listed = yaml.safe_load((HOME / "rooms.yaml").read_text(encoding="utf-8"))
    return [Room(one["room"], tuple(one["files"]), tuple(one["tests"]), one["mutants"]) for one in listed]


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """The reason of each change that changes nothing, by file, function and text."""
    listed = yaml.safe_load((HOME / "equivalent.yaml").read_text(encoding="utf-8")) or []
    return {
        (one["file"], one["in"], one["was"], becomes): one["why"]
        for one in listed
        for becomes in ([one["becomes"]] if isinstance(one["becomes"], str) else one["becomes"])
    }


def stale(known: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """What `equivalent.yaml` names and no mutant is any more."""
    there = {(one.file, one.place, one.was, one.becomes) for room in rooms() for one in all_of(room)}
    return [key for key in known if key not in there]


def all_of(room: Room) -> list[Mutant]:
    return [one for file in room.files for one in mutants(file, (SOURCE / file).read_text(encoding="utf-8"))]


def drawn(room: Room, seed: int, *, every: bool = False) -> list[Mutant]:
    """The mutants of a room in the order of their files; which ones is a matter of the seed."""
    found = all_of(room)

    def lot(mutant: Mutant) -> bytes:
        # Neither line nor site: both move with every edit above.
        told = f"{seed}\0{mutant.file}\0{mutant.place}\0{mutant.was}\0{mutant.becomes}"
        return hashlib.sha256(told.encode()).digest()

    chosen = set(found if every else sorted(found, key=lot)[: room.drawn])
    return [mutant for mutant in found if mutant in chosen]


def warm_up() -> None:
    """Import what all children need, then forget custmap: each child imports it anew."""
    for name in (
        "hypothesis",
        "custmap.cli",
        "custmap.mapper",
        "custmap.prove.prove",
        "custmap.testing.pytest_plugin",
    ):
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.split(".")[0] == "custmap"]:
        del sys.modules[name]


def table(found: list[Verdict]) -> str:
    """Mutants a file: all, killed, equivalent, alive, and the percentage that was noticed."""
    rows = [("file", "mutants", "killed", "equivalent", "alive", "noticed")]
    for file in [*dict.fromkeys(one.mutant.file for one in found), "all"]:
        of = [one.state for one in found if file in (one.mutant.file, "all")]
        counts = (len(of), *(of.count(state) for state in ("killed", "equivalent", "lives")))
        rows.append((file, *map(str, counts), f"{score(of):.0f} %"))
    return "\n".join(f"{row[0]:<24}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def score(states: list[str]) -> float:
    """Percent of what can be noticed."""
    able = len(states) - states.count("equivalent")
    return 100 * states.count("killed") / able if able else 100.0


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="which mutants are drawn")
    parser.add_argument("--workers", type=int, default=2, help="how many run at a time")
    parser.add_argument("--room", action="append", help="this room alone; may be repeated")
    parser.add_argument(
        "--file", action="append", help="this file alone, as rooms.yaml names it; may be repeated"
    )
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    parser.add_argument(
        "--verbose", action="store_true", help="print each verdict, with the test that failed first"
    )
    given = parser.parse_args()

    begun = time.monotonic()
    found: list[Verdict] = []
    cpu = 0.0
    known = equivalents()
    if old := stale(known):
        print("equivalent.yaml names what is no mutant:", *old, sep="\n")
        return 1
    if not given.list:
        warm_up()
    for room in rooms():
        if given.room and room.name not in given.room:
            continue
        chosen = [
            one
            for one in drawn(room, given.seed, every=given.all)
            if not given.file or one.file in given.file
        ]
        if given.list or not chosen:
            print(*chosen, sep="\n")
            continue
        reasons = [known.get((one.file, one.place, one.was, one.becomes)) for one in chosen]
        verdicts = [
            Verdict(one, "equivalent", why)
            for one, why in zip(chosen, reasons, strict=True)
            if why is not None
        ]
        tried = [one for one, why in zip(chosen, reasons, strict=True) if why is None]
        made, seconds = judged(tried, room.tests, given.workers)
        verdicts += made
        cpu += seconds
        for one in sorted(verdicts, key=lambda one: chosen.index(one.mutant)):
            found.append(one)
            if given.verbose or one.state == "lives":
                print(f"{one.state}: {one.mutant}" + (f"  [{one.by}]" if one.by else ""), flush=True)
        print(
            f"{room.name}: {score([one.state for one in verdicts]):.0f} % in {seconds:.0f} s of CPU",
            flush=True,
        )
    if given.list:
        return 0
    reached = score([one.state for one in found])
    print(f"\n{table(found)}\n\nseed {given.seed}: {reached:.1f} % noticed, {WANTED} % wanted")
    print(f"{cpu:.0f} s of CPU, {time.monotonic() - begun:.0f} s with {given.workers} at a time")
    return 0 if reached >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
