"""`custmap test`: run fixtures, show differences, rewrite expectations, tell what no fixture shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.plain import plain
from custmap.mapping.find import files_in
from custmap.mapping.form import Kind
from custmap.mapping.tree import FOLDERS
from custmap.testing.call import load_named
from custmap.testing.cases import Case, run_cases
from custmap.testing.discover import fixture_files, fixture_name
from custmap.testing.loaded import MappingCache
from custmap.testing.reports import as_json, as_text, write_junit
from custmap.values.files import exists, is_folder

if TYPE_CHECKING:
    from custmap.testing.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Options:
    """What `custmap test` is asked for.

    `fail_under`  with less percent of coverage the run fails.
    `keyword`     selects the fixtures whose name contains it, ignoring case.
    `root`        as for `custmap.load`.
    `check`       is given the files that are read, before anything is written: fixtures, then mappings.
    """

    update: bool = False
    coverage: bool = False
    fail_under: float | None = None
    keyword: str | None = None
    junit: Path | None = None
    form: Literal["text", "json"] = "text"
    color: bool = False
    root: str | None = None
    check: Callable[[Iterable[Path]], None] = lambda files: None


def run(paths: Sequence[Path], options: Options) -> int:
    """Run the fixtures below `paths` (default `fixtures/`) and print the report on stdout.

    Returns 0: all passed or were updated; 1: a fixture differs or cannot be read, or the coverage is too low;
    2: there is nothing to run.
    """
    paths = paths or [Path("fixtures")]
    for path in paths:
        if not exists(path):
            return _nothing(f"{path}: No such file or directory, from the working folder {Path.cwd()}")
    files = list(dict.fromkeys(file for path in paths for file in fixture_files(path)))
    options.check(files)
    keyword = options.keyword
    if keyword is not None:
        files = [file for file in files if keyword.casefold() in fixture_name(file).casefold()]
    if not files:
        wanted = f" named like `{keyword}`" if keyword is not None else ""
        return _nothing(f"there are no fixtures{wanted} in {', '.join(map(str, paths))}")
    cache = MappingCache(partial(load_named, root=options.root))
    cases = list(run_cases(files, cache.load, update=options.update))
    options.check(cache.files())
    covered = None
    if options.coverage or options.fail_under is not None:
        covered = _coverage(cases, [] if keyword is not None else paths, cache)
    if options.form == "json":
        sys.stdout.write(as_json(cases, covered))
    else:
        sys.stdout.write(as_text(cases, covered, color=options.color))
    if options.junit is not None:
        write_junit(options.junit, cases)
    enough = _is_enough(covered, options.fail_under)
    return 0 if enough and all(case.passed for case in cases) else 1


def _coverage(cases: list[Case], paths: Sequence[Path], cache: MappingCache) -> Coverage:
    from custmap.testing.coverage import coverage_of

    reports = [case.report for case in cases if case.report]
    return coverage_of(
        reports, _untested(paths, "mapping", reports, cache), _untested(paths, "source", reports, cache)
    )


def _untested(
    paths: Sequence[Path], kind: Kind, reports: Sequence[Any], cache: MappingCache
) -> Iterator[Any]:
    """The mappings or sources beside a whole folder `fixtures` that no fixture there names."""
    tested = {getattr(report.fixture, kind) for report in reports}
    for path in paths:
        folder = path.absolute().parent / FOLDERS[kind]
        if not (is_folder(path) and path.absolute().name == "fixtures" and is_folder(folder)):
            continue
        for name, _ in files_in(folder):
            if name not in tested:
                try:
                    yield cache.load(name, start=path.absolute(), kind=kind)
                except MappingError:  # `custmap validate` says why
                    continue


def _is_enough(covered: Coverage | None, least: float | None) -> bool:
    if covered is None or least is None or 100 * covered.shown >= least * covered.total:
        return True
    print(
        f"custmap test: the coverage is {covered.percent} %, below the {least:g} % of `--fail-under`",
        file=sys.stderr,
    )
    return False


def _nothing(why: str) -> int:
    print(f"custmap test: {plain(why)}", file=sys.stderr)
    return 2
