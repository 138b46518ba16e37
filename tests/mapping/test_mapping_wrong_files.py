"""Wrong mapping files: which code, at which place, with which help.

In a case's text `»` stands before the place of each problem, in the order in which they are found, and
`«` before the second place of a problem that has two.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from custmap.diagnostics.codes import CODES, Severity
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from small_mappings import tables, write

HERE = Path(__file__).parent
TABLES = sorted(HERE.glob("*.yaml"))
ALL = [pytest.param(case, id=f"{path.stem}: {case['name']}") for path in TABLES for case in tables(path)]


@pytest.mark.parametrize("case", ALL)
def test_found(case: dict[str, Any], tmp_path: Path) -> None:
    assert case.keys() <= {"name", "rules", "text", "others", "found"}, case
    path = write(tmp_path, case.get("rules", ""), case.get("others"))
    marked = case.get("text") or path.read_text(encoding="utf-8")
    path.write_text(marked.replace("»", "").replace("«", ""), encoding="utf-8")
    known = {next(iter(row)) for row in case["found"]}
    _, every = check_mapping(path, with_functions(()))
    found = [one for one in every if one.level is Severity.ERROR or one.code in known]
    shown = [f"{one.span.line}:{one.span.column} {one}" if one.span else str(one) for one in found]
    wanted = case["found"]
    assert [one.code for one in found] == [next(iter(row)) for row in wanted], shown
    for one, row in zip(found, wanted, strict=True):
        part = next(iter(row.values()))
        assert part in f"{one.message} {one.help}", shown
    here = [one for one in found if one.span and one.span.file == str(path)]
    assert all(one.span and one.span.file for one in found), shown
    assert [(one.span.line, one.span.column) for one in here if one.span] == list(places(marked, "»")), shown
    second = [(note.span.line, note.span.column) for one in found for note in one.notes if note.span]
    assert sorted(second) == list(places(marked, "«")), shown


def places(text: str, mark: str) -> Iterator[tuple[int, int]]:
    """Line and column of each mark, counted without the marks."""
    for number, line in enumerate(text.splitlines(), 1):
        for at, letter in enumerate(line):
            if letter == mark:
                yield number, 1 + sum(other not in "»«" for other in line[:at])


def test_every_code_of_load_and_resolve_has_a_case() -> None:
    raised = {next(iter(row)) for param in ALL for row in param.values[0]["found"]}
    ours = {name for name in CODES if name[2] in "23"} | {f"CM50{n}" for n in range(1, 10)}
    elsewhere = {
        "CM204",  # names, not files: test_mapping_names.py
        "CM216",  # fixtures
        *("CM217", "CM218"),  # sources: test_tables_wrong_files.py
    }
    assert ours - raised - elsewhere == set()
