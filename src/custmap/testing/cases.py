"""Run many fixtures, one after the other, and keep their reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from traceback import extract_tb
from typing import Literal, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.records.outputs import WholeFile
from custmap.syntax.source_text import MIB
from custmap.testing.call import Load
from custmap.testing.discover import fixture_name
from custmap.testing.fixture import Fixture, read_fixture
from custmap.testing.marks import Mark
from custmap.testing.reading import first_key
from custmap.testing.run import Report, run_fixture
from custmap.testing.update import UpdateError, updated
from custmap.values.files import read_start

Result: TypeAlias = Literal["passed", "updated", "skipped", "xfailed", "xpassed", "failed"]


@dataclass(frozen=True, slots=True)
class Case:
    """One fixture file: its report, or the problems of the file; `refused` is why it was not updated."""

    path: Path
    name: str
    seconds: float
    report: Report | None = None
    problems: tuple[Diagnostic, ...] = ()
    updated: bool = False
    refused: str | None = None
    fixture: Fixture | None = None

    @property
    def result(self) -> Result:
        """What became of it; a case that is marked `xfail` is expected to fail."""
        if self.updated:
            return "updated"
        if self.fixture is not None and self.mark("skip"):
            return "skipped"
        ok = self.report is not None and self.report.passed
        if self.report is not None and self.mark("xfail"):
            return "xpassed" if ok else "xfailed"
        return "passed" if ok else "failed"

    @property
    def passed(self) -> bool:
        return self.result != "failed"

    @property
    def summary(self) -> str:
        return (self.fixture.summary if self.fixture else None) or ""

    def mark(self, name: str) -> Mark | None:
        """A mark of the fixture, if it has it."""
        marks = self.fixture.marks if self.fixture else ()
        return next((mark for mark in marks if mark.name == name), None)

    @property
    def reason(self) -> str | None:
        """Why it is skipped, or expected to fail, if that is stated."""
        mark = self.mark("skip") or self.mark("xfail")
        return mark.reason if mark else None


def run_cases(files: Iterable[Path], load: Load, *, update: bool) -> Iterator[Case]:
    """Run each file that is not marked `skip`; with `update` rewrite the expectations that differ."""
    for path in files:
        start = perf_counter()
        name = fixture_name(path)
        try:
            fixture = read_fixture(path, complete=not update)
        except MappingError as error:
            yield Case(path, name, perf_counter() - start, problems=error.diagnostics)
            continue
        if any(mark.name == "skip" for mark in fixture.marks):
            yield Case(path, name, perf_counter() - start, fixture=fixture)
            continue
        try:
            report = run_fixture(fixture, load)
        except Exception as error:
            # A bug of custmap in one case must not hide the results of others.
            yield Case(path, name, perf_counter() - start, problems=(_bug(error, fixture),), fixture=fixture)
            continue
        # What an `xfail` expects is meant: it is to come true.
        rewrite = update and all(mark.name != "xfail" for mark in fixture.marks)
        done, refused = _update(path, report) if rewrite else (False, None)
        seconds = perf_counter() - start
        yield Case(path, name, seconds, report, updated=done, refused=refused, fixture=fixture)


def _bug(error: Exception, fixture: Fixture) -> Diagnostic:
    frame = extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return Diagnostic("CM901", f"{type(error).__name__} at {place}", first_key(fixture.node).span)


def _update(path: Path, report: Report) -> tuple[bool, str | None]:
    expects = report.fixture.expect.node
    if report.passed and expects is not None and expects.entries:
        return False, None
    try:
        new = updated(report, read_start(path, MIB))
    except (UpdateError, OSError) as error:
        return False, str(error)
    with WholeFile(path) as file:
        file.write(new)
    return True, None
