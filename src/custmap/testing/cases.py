"""Run many fixtures, one after the other, and keep their reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from traceback import extract_tb

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.records.outputs import WholeFile
from custmap.syntax.source_text import MIB
from custmap.testing.call import Load
from custmap.testing.discover import fixture_name
from custmap.testing.fixture import Fixture, read_fixture
from custmap.testing.reading import first_key
from custmap.testing.run import Report, run_fixture
from custmap.testing.update import UpdateError, updated
from custmap.values.files import read_start


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

    @property
    def passed(self) -> bool:
        return self.updated or (self.report is not None and self.report.passed)

    @property
    def summary(self) -> str:
        return (self.report.fixture.summary if self.report else None) or ""


def run_cases(files: Iterable[Path], load: Load, *, update: bool) -> Iterator[Case]:
    """Run each file; with `update` the expectations that differ are rewritten."""
    for path in files:
        start = perf_counter()
        name = fixture_name(path)
        try:
            fixture = read_fixture(path, complete=not update)
        except MappingError as error:
            yield Case(path, name, perf_counter() - start, problems=error.diagnostics)
            continue
        try:
            report = run_fixture(fixture, load)
        except Exception as error:
            # A bug of custmap in one case must not hide the results of others.
            yield Case(path, name, perf_counter() - start, problems=(_bug(error, fixture),))
            continue
        done, refused = _update(path, report) if update else (False, None)
        yield Case(path, name, perf_counter() - start, report, updated=done, refused=refused)


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
