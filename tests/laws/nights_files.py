"""Nights as a job of files has them: `custmap diff --key`, a sender with a file of answers, `custmap settle`.

What the commands write is held against what the same calls give in Python, customer by customer, so the law
of nights holds for files as it does for calls. The commands are killed while they write: then their output
is what it was, and they run again.

A customer of whom nothing is known stands in the records of the night alone; her request is `apply`'s.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from nights_ends import Ends
from nights_law import run
from nights_schedule import Named, Night, Schedule
from nights_world import NOT_SENT, Job, Step, Unsound, World
from whole_loading import as_yaml
from whole_records import Customer

from custmap.cli.ending import ending_signals
from custmap.cli.ending import run as run_command
from custmap.records import outputs
from custmap.records.outputs import WholeFile, leftovers
from custmap.values.equality import same

KEY = "locale"
"""The field by which snapshots are joined: one that neither drawn nor shipped mappings read."""


def judge_files(schedule: Schedule, folder: Path) -> Counter[str]:
    """Counts of what was judged and done. Raises Broken."""
    world = FileWorld(schedule, folder)
    twin = World(world.schedule.without_faults)
    run(world)
    run(twin)
    count = Counter(world.count)
    for key in schedule.last:
        Ends(world, twin, key, count).judge()
    return count


class Killed(BaseException):
    """The process was killed."""


class FileWorld(World):
    """`folder` has the files of the nights; `rng` decides at which writes a command is killed."""

    def __init__(self, schedule: Schedule, folder: Path) -> None:
        super().__init__(with_keys(schedule))
        self.folder = folder
        self.rng = Random(schedule.seed)
        self.mapping = schedule.trial.loaded.name
        if schedule.trial.rules is not None:
            path = folder / "acme" / "whole.yaml"
            path.parent.mkdir()
            path.write_text(as_yaml(schedule.trial.rules), encoding="utf-8")
            self.mapping = str(path)
        (folder / "before.ndjson").touch()

    def job(self, number: int, night: Night) -> Job:
        return FileJob(self, number, night)

    def command(self, name: str, *asked: object, output: str) -> None:
        """Run a command that writes a file; sometimes it is killed before, and run again."""
        path = self.folder / output
        arguments = [name, self.mapping, *map(str, asked), "-o", str(path)]
        arguments += [part for name, value in self.schedule.options.items() for part in (f"--{name}", value)]
        if self.rng.random() < 0.3:
            self.killed(arguments, path)
        code, told = called(arguments)
        if code not in (0, 1):
            raise Unsound(f"{name} ends with {code}", told)

    def killed(self, arguments: list[str], path: Path) -> None:
        held = path.read_bytes() if path.exists() else None
        with kill(self.rng):
            try:
                called(arguments)
            except Killed:
                self.count["killed while writing"] += 1
                left = path.read_bytes() if path.exists() else None
                if left != held:
                    raise Unsound("a run that was killed left half a file", str(arguments)) from None
                self.count["left a part"] += bool(list(leftovers(path)))


class FileJob(Job):
    """A night by the commands. It dies while it sends; commands die while they write."""

    world: FileWorld

    def compare(self) -> list[Step]:
        folder = self.world.folder
        records = self.night.records
        write(folder / "after.ndjson", records.values())
        params = [part for name, value in self.trial.params.items() for part in ("-p", f"{name}={value}")]
        files = folder / "before.ndjson", folder / "after.ndjson"
        asked = (*files, "--key", KEY, "--format", "json", *params)
        self.world.command("diff", *asked, output="plans.ndjson")
        planned, made = lines(folder / "plans.ndjson"), {}
        if not records.keys() <= self.world.kept.keys():
            asked = (files[1], "--key", KEY, "--on-rejected", "drop", *params)
            self.world.command("apply", *asked, output="made.ndjson")
            made = lines(folder / "made.ndjson")
        steps = super().compare()
        for step in steps:
            check_plan(step, planned.get(step.key), made.get(step.key))
        new = {step.key for step in steps if step.before is None and step.plan.request is not None}
        self.plans = planned | {key: line for key, line in made.items() if key in new}
        write(folder / "plans.ndjson", self.plans.values())
        return steps

    def settle(self, steps: list[Step]) -> dict[str, Customer | None]:
        folder = self.world.folder
        write(folder / "answers.ndjson", (line for step in steps for line in self.lines(step)))
        asked = [folder / "plans.ndjson", folder / "answers.ndjson", "--key", KEY]
        asked += ["--before", folder / "before.ndjson", "--after", folder / "after.ndjson"]
        self.world.command("settle", *asked, output="next.ndjson")
        kept = lines(folder / "next.ndjson")
        for step in steps:
            new = step.before is None and step.plan.request is None
            check_kept(step, None if new else self._settle(step), kept.get(step.key))
        lost = {key for key in self.world.kept if key not in kept}
        if lost:
            raise Unsound("a customer of before is lost", str(lost))
        (folder / "next.ndjson").replace(folder / "before.ndjson")
        return {step.key: kept.get(step.key) for step in steps}

    def lines(self, step: Step) -> Iterator[Any]:
        """The answers as the sender wrote them down."""
        if step.plan.request is None:
            return
        line = self.plans[step.key]
        id_ = line["requests"][0]["id"] if "requests" in line else line["id"]
        if step.outcome is NOT_SENT:
            yield {"id": id_, "sent": False}
            return
        for answer in self.came(step):
            yield {"id": id_} if answer is None else {"id": id_, "status": answer[0], "body": answer[1]}


def with_keys(schedule: Schedule) -> Schedule:
    """The schedule, with a key in each record; commands take the place of the job's crashes."""

    def named(records: Named) -> Named:
        return {key: {**record, KEY: key} for key, record in records.items()}

    nights = tuple(replace(night, records=named(night.records), crashes=()) for night in schedule.nights)
    # Where a parameter is missing, a command does not begin; a call refuses each record.
    given = {"who": "me"} if "who" in schedule.trial.loaded.params else {}
    trial = replace(schedule.trial, params=given | schedule.trial.params)
    return replace(schedule, trial=trial, nights=nights, last=named(schedule.last))


def check_plan(step: Step, line: Any, made: Any) -> None:
    """A line of `diff` is the plan; without a before, that of `apply` is its request."""
    if step.error is not None:
        if line is not None and "errors" not in line:
            raise Unsound("a record that is refused has a plan", f"{step.key}: {line}")
    elif step.before is None:
        request = step.plan.request
        if request is not None and (made is None or not same(made["body"], request.body)):
            raise Unsound("a new customer's request is another", f"{step.key}: {made}, {request}")
    elif step.plan or line is not None:
        wanted = step.plan.to_dict(secrets=False)
        told = line and {name: line.get(name) for name in ("changes", "rejected", "notes", "mapping")}
        if not same(told, {name: wanted[name] for name in told or ()}) or _bodies(line) != _bodies(wanted):
            raise Unsound("a line of plans is another", f"{step.key}: {line}, {wanted}")


def _bodies(told: Any) -> Any:
    return [one["body"] for one in (told or {}).get("requests", ())]


def check_kept(step: Step, wanted: Customer | None, line: Any) -> None:
    """A line of the next snapshot is what `settle` keeps; the key is always kept."""
    if (wanted is None) != (line is None):
        raise Unsound("files keep something else", f"{step.key}: {line}, {wanted}")
    if wanted is not None and not same({**wanted, KEY: step.key}, line):
        raise Unsound("files keep something else", f"{step.key}: {line}, {wanted}")


def write(path: Path, records: Any) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")


def lines(path: Path) -> dict[str, Any]:
    """The lines of a file by their keys; the head of a settled snapshot is none of them."""
    told = [json.loads(line) for line in path.read_bytes().splitlines()]
    return {key: one for one in told if (key := one.get("key", one.get(KEY))) is not None}


def called(arguments: list[str]) -> tuple[int, str]:
    """The exit code of a command that is run in this process, and what it says on standard error."""
    handlers = {number: signal.getsignal(number) for number in ending_signals()}
    streams = [io.TextIOWrapper(io.BytesIO()) for _ in range(3)]
    try:
        with (
            patch.object(sys, "stdin", streams[0]),
            contextlib.redirect_stdout(streams[1]),
            contextlib.redirect_stderr(streams[2]),
        ):
            code = run_command(arguments)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    streams[2].flush()
    return code, streams[2].buffer.getvalue().decode()


@contextlib.contextmanager
def kill(rng: Random) -> Iterator[None]:
    """The process dies at one of its first writes, or before the file gets its name; it cleans nothing up."""
    left = rng.randint(0, 3)
    inner = WholeFile.write

    def write_(self: WholeFile, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed
        inner(self, data)

    def sync(handle: int) -> None:
        raise Killed

    with (
        patch.object(WholeFile, "write", write_),
        patch.object(WholeFile, "_drop", lambda self, **_: self._file.close()),
        patch.object(outputs, "os", _Os(sync)),
    ):
        yield


class _Os:
    """The module `os`, whose `fsync` kills."""

    def __init__(self, fsync: Any) -> None:
        self.fsync = fsync

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)
