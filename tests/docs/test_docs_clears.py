"""The table `merge` × `clear` of docs/language.md says what is sent: each cell is tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import load_piece, value

from custmap.diagnostics.errors import MappingError
from custmap.values.equality import same

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
# A column is a body, what was, and what is.
COLUMNS = [
    ("  o.x: {from: company, clear: CLEAR}", "{company: A}", "{company: null}"),
    (
        "  o: {merge: whole}\n  o.x: {from: company, clear: CLEAR}\n  o.y: id",
        "{company: A, id: B}",
        "{company: null}",
    ),
    (
        "  o: {from: attributes, merge: entries, clear: CLEAR}",
        "{attributes: {x: A, y: B}}",
        "{attributes: {y: B}}",
    ),
    ("  o: {from: tags, merge: set, clear: CLEAR}", "{tags: [A]}", "{tags: null}"),
    (
        "  o: {each: addresses, merge: keyed, key: key, clear: CLEAR, fields: {key: label}}",
        "{addresses: [{label: x}, {label: y}]}",
        "{addresses: [{label: y}]}",
    ),
]


def _rows() -> list[tuple[str, list[str]]]:
    text = PAGE.read_text("utf-8").partition("## `merge` × `clear`")[2]
    lines = re.findall(r"^\| (`.*) \|$", text.partition("\n- ")[0], re.MULTILINE)
    rows = [[cell.strip().strip("`") for cell in line.split(" | ")] for line in lines[1:]]
    return [(row[0], row[1:]) for row in rows]


def _outcome(clear: str, column: int, folder: Path) -> object:
    body, before, after = COLUMNS[column]
    try:
        mapping = load_piece("body:\n" + body.replace("CLEAR", clear), folder)
    except MappingError as error:
        return {one.code for one in error.diagnostics}
    plan = mapping.diff(value(before), value(after))
    if plan.rejected:
        return "rejected"
    return plan.request.body if plan.request is not None else "noted" if plan.notes else None


@pytest.mark.parametrize(("clear", "cells"), _rows(), ids=lambda part: part if isinstance(part, str) else "")
def test_row(clear: str, cells: list[str], tmp_path: Path) -> None:
    assert len(cells) == len(COLUMNS)
    for column, cell in enumerate(cells):
        found = _outcome(clear, column, tmp_path)
        match = cell in found if isinstance(found, set) else same(found, value(cell))
        assert match, f"column {column + 1}: {cell}, but {found}"


def test_the_table_has_every_form() -> None:
    assert len(_rows()) == 10
