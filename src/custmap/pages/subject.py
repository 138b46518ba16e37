"""What a page is about: a mapping or a source, as far as it can be read, with the fixtures that test it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as TableOf
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, TypeVar

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.expressions.function import FunctionSpec
from custmap.functions.table import with_functions
from custmap.lineage.lineage import Lineage
from custmap.loader import check_mapping
from custmap.mapper import Mapping
from custmap.mapping.find import look_up, shown
from custmap.mapping.form import Kind
from custmap.source_loader import check_source_file
from custmap.tables.source import Source
from custmap.testing.call import load_named
from custmap.testing.cases import run_cases
from custmap.testing.discover import fixture_files
from custmap.testing.loaded import MappingCache
from custmap.testing.run import Report
from custmap.values.files import is_folder, real

_Found = TypeVar("_Found")
_Findings: TypeAlias = tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class MappingSubject:
    """A mapping; `mapping` and `lineage` are None where its errors stop loading.

    `reports`  of its fixtures, each run once, in the order of their files.
    """

    name: str
    file: str
    mapping: Mapping | None
    lineage: Lineage | None
    findings: tuple[Diagnostic, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSubject:
    """A source; `source` and `lineage` are None where its errors stop loading."""

    name: str
    file: str
    source: Source | None
    lineage: Lineage | None
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How mappings are read: the project's modules of functions, and the folder that they may name."""

    modules: Sequence[str] = ()
    root: str | None = None

    @property
    def functions(self) -> TableOf[str, FunctionSpec]:
        """The built-in functions and those of the modules."""
        return with_functions([import_module(module) for module in self.modules])


def mapping_subject(path: Path, name: str, reading: Reading) -> MappingSubject:
    """The mapping in a file, without fixtures; whatever is wrong with it is in `findings`."""
    file, checked, found = _checked(path, name, "mapping", check_mapping, reading)
    if checked is None:
        return MappingSubject(name, file, None, None, found)
    return subject_of(Mapping(checked, tuple(reading.modules)), file, found)


def subject_of(
    mapping: Mapping, file: str, findings: Sequence[Diagnostic] = (), lineage: Lineage | None = None
) -> MappingSubject:
    """The subject of a mapping that is loaded; `lineage` is a part of its own, or has columns."""
    traced = mapping.explain() if lineage is None else lineage
    return MappingSubject(mapping.name, file, mapping, traced, tuple(findings))


def source_subject(path: Path, name: str, reading: Reading) -> SourceSubject:
    """The source in a file; whatever is wrong with it is in `findings`."""
    file, checked, found = _checked(path, name, "source", check_source_file, reading)
    if checked is None:
        return SourceSubject(name, file, None, None, found)
    source = Source(checked, tuple(reading.modules))
    return SourceSubject(name, file, source, source.explain(), found)


def _checked(
    path: Path, name: str, kind: Kind, check: Callable[..., tuple[_Found | None, _Findings]], reading: Reading
) -> tuple[str, _Found | None, _Findings]:
    """How a file is named in messages, what is in it, and what was found."""
    named, file = _named(path, name, kind)
    try:
        return file, *check(named, reading.functions, root=reading.root)
    except MappingError as error:
        return file, None, error.diagnostics


def _named(path: Path, name: str, kind: Kind) -> tuple[str | Path, str]:
    """How a file is named to the checks, and in messages: the same in each folder that has the project."""
    found = look_up(name, Path.cwd(), kind)
    if found is not None and real(found[0]) == real(path):
        return name, found[1]
    return Path(shown(path)), shown(path)


def with_fixtures(subjects: Sequence[MappingSubject], folder: Path, reading: Reading) -> list[MappingSubject]:
    """The subjects with the reports of their fixtures in a folder; other fixtures are not run."""
    if not is_folder(folder):
        return list(subjects)
    reports = _reports(fixture_files(folder), {one.name for one in subjects}, reading)
    return [replace(one, reports=tuple(reports.get(one.name, ()))) for one in subjects]


def fixtures_beside(mapping: Path) -> Path:
    """The folder of the fixtures of a mapping: `fixtures/` beside the folder `mappings/` around it."""
    own = mapping.absolute().parent
    around = next((one for one in (own, *own.parents) if one.name == "mappings"), own)
    return around.parent / "fixtures"


def _reports(files: Iterable[Path], names: set[str], reading: Reading) -> dict[str, list[Report]]:
    loading = partial(load_named, functions=tuple(reading.modules), root=reading.root)
    found: dict[str, list[Report]] = {}
    named = [file for file in files if f"{file.parent.parent.name}/{file.parent.name}" in names]
    for case in run_cases(named, MappingCache(loading).load, update=False):
        if case.report is not None and case.report.fixture.mapping in names:
            found.setdefault(case.report.fixture.mapping, []).append(case.report)
    return found
