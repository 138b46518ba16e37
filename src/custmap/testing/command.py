"""`custmap test`: run fixtures, show differences, rewrite expectations, list untested rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from custmap.diagnostics.plain import plain
from custmap.testing.call import load_named
from custmap.testing.cases import Case, run_cases
from custmap.testing.discover import fixture_files, fixture_name
from custmap.testing.loaded import MappingCache
from custmap.testing.reports import as_json, as_text, write_junit
from custmap.values.files import exists

if TYPE_CHECKING:
    from custmap.testing.coverage import Coverage


def run(
    paths: list[Path],
    update: bool,
    coverage: bool,
    keyword: str | None,
    junit: Path | None,
    output_format: Literal["text", "json"],
    color: bool,
    check: Callable[[Iterable[Path]], None] = lambda files: None,
    root: str | None = None,
) -> int:
    """Run the fixtures below `paths` (default `fixtures/`) and print the report on stdout.

    Returns 0: all passed or were updated; 1: a fixture differs or cannot be read; 2: there is nothing to run.
    `keyword` selects the fixtures whose name contains it, ignoring case. `root` as for `custmap.load`.
    `check` is given the files that are read, before anything is written: fixtures, then mappings.
    """
    paths = paths or [Path("fixtures")]
    for path in paths:
        if not exists(path):
            return _nothing(f"{path}: No such file or directory, from the working folder {Path.cwd()}")
    files = list(dict.fromkeys(file for path in paths for file in fixture_files(path)))
    check(files)
    if keyword is not None:
        files = [file for file in files if keyword.casefold() in fixture_name(file).casefold()]
    if not files:
        wanted = f" named like `{keyword}`" if keyword is not None else ""
        return _nothing(f"there are no fixtures{wanted} in {', '.join(map(str, paths))}")
    cache = MappingCache(partial(load_named, root=root))
    cases = list(run_cases(files, cache.load, update=update))
    check(cache.files())
    covered = _coverage(cases) if coverage else None
    if output_format == "json":
        sys.stdout.write(as_json(cases, covered))
    else:
        sys.stdout.write(as_text(cases, covered, color=color))
    if junit is not None:
        write_junit(junit, cases)
    return 0 if all(case.passed for case in cases) else 1


def _coverage(cases: list[Case]) -> list[Coverage]:
    from custmap.testing.coverage import coverage_of

    return coverage_of([case.report for case in cases if case.report])


def _nothing(why: str) -> int:
    print(f"custmap test: {plain(why)}", file=sys.stderr)
    return 2
