"""pytest collects fixtures: every fixture file below a folder named `fixtures` is one test.

The plugin is loaded in every project that has custmap installed. So it imports only pytest, takes a file only
if it is certainly a fixture, and reads and runs it only when its test runs; one with marks is read when it is
collected. Worker processes of xdist need nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from custmap.testing.discover import fixture_name, is_fixture, mapping_line, may_have_marks

if TYPE_CHECKING:
    from custmap.testing.loaded import MappingCache

_MAPPINGS: pytest.StashKey[MappingCache] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`custmap_functions`: the project's own modules of functions, as for `custmap.load`."""
    parser.addini("custmap_functions", "modules with functions that mappings call", type="args", default=[])


class FixtureFailure(Exception):
    """A fixture that cannot be read, or whose answer differs; its text is the whole report."""


class FixtureFile(pytest.File):
    """A fixture file, which is one test."""

    def collect(self) -> Iterator[FixtureItem]:
        item = FixtureItem.from_parent(self, name=fixture_name(self.path))
        if may_have_marks(self.path):
            for mark in _marks(self.path):
                item.add_marker(mark)
        yield item


class FixtureItem(pytest.Item):
    """One case: `vendor/operation/case`."""

    def runtest(self) -> None:
        from custmap.diagnostics.errors import MappingError
        from custmap.diagnostics.render.render import render
        from custmap.testing.fixture import read_fixture
        from custmap.testing.run import run_fixture

        try:
            fixture = read_fixture(self.path, shown_as=self.nodeid.split("::")[0])
        except MappingError as error:
            raise FixtureFailure(render(error.diagnostics, "text").rstrip("\n")) from None
        report = run_fixture(fixture, _mappings(self.session).load)
        if not report.passed:
            summary = f"{fixture.summary}\n" if fixture.summary else ""
            raise FixtureFailure(f"{summary}{report}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Only the report; a traceback, starting here, only for exceptions other than a fixture's failure."""
        if isinstance(excinfo.value, FixtureFailure):
            return str(excinfo.value)
        excinfo.traceback = excinfo.traceback.cut(path=Path(__file__))
        return excinfo.getrepr(style="short")

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """The file, the line of `mapping:` counted from 0, and the name."""
        return self.path, mapping_line(self.path) - 1, self.name


def _marks(path: Path) -> Iterator[str | pytest.MarkDecorator]:
    """The marks of a fixture; where it cannot be read, its test says why."""
    from custmap.diagnostics.errors import MappingError
    from custmap.testing.fixture import read_fixture

    try:
        marks = read_fixture(path).marks
    except MappingError:
        return
    for mark in marks:
        if mark.reason is None:
            yield mark.name
        else:
            yield getattr(pytest.mark, mark.name)(reason=mark.reason)


def _mappings(session: pytest.Session) -> MappingCache:
    """The mappings loaded in this session."""
    if _MAPPINGS not in session.stash:
        from custmap.testing.call import load_named
        from custmap.testing.loaded import MappingCache

        functions = session.config.getini("custmap_functions")
        session.stash[_MAPPINGS] = MappingCache(partial(load_named, functions=functions))
    return session.stash[_MAPPINGS]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> FixtureFile | None:
    """Collect fixtures and ignore all other files."""
    if not is_fixture(file_path):
        return None
    return FixtureFile.from_parent(parent, path=file_path)
