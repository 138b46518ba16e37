"""The SQL of changed rows: every row of both tables is in exactly one of its answers, whatever the keys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.records.changed_rows import ChangedRows, Relation
from custmap.records.sides import SIDES

duckdb = pytest.importorskip("duckdb")

CELLS = st.sampled_from(["NULL", "'a'", "'A'", "''"])
ROWS = st.lists(st.tuples(st.sampled_from(["NULL", "1", "2", "3", "4"]), CELLS), max_size=5)


def relation(database: Any, rows: list[tuple[str, str]]) -> Relation:
    values = ", ".join(f"({key}::BIGINT, {cell}::VARCHAR)" for key, cell in rows)
    sql = f"FROM (VALUES {values}) t(id, cell)" if rows else "SELECT 1::BIGINT AS id, '' AS cell LIMIT 0"
    found = database.sql(sql)
    return Relation(sql, tuple(found.columns), tuple(map(str, found.types)))


@given(ROWS, ROWS)
def test_each_row_is_told_once(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
    tables = before, after
    with duckdb.connect() as database:
        changed = ChangedRows(*(relation(database, rows) for rows in tables), "id")
        every = ChangedRows(
            changed.before, Relation(changed.after.sql, ("id", "cell"), ("BIGINT", "x")), "id"
        )
        asked = {
            "twice": [database.sql(changed.twice(side)).fetchall() for side in SIDES],
            "keyless": [database.sql(changed.keyless(side)).fetchall() for side in SIDES],
        }
        pairs = database.sql(changed.pairs(["id", "cell"], ["cell"])).fetchall()
        all_pairs = database.sql(every.pairs([], [])).fetchall()
    keys = [[key for key, _ in rows] for rows in tables]
    for side, rows in enumerate(keys):
        other = keys[1 - side]
        for at, key in enumerate(rows):
            told = [name for name, found in asked.items() for row in found[side] if row[0] == at]
            if key == "NULL":
                assert told == ["keyless"]
            elif rows.count(key) > 1 or other.count(key) > 1:
                assert told == ["twice"]
            elif key not in other:
                assert told == [] and (side == 0 or (at,) not in all_pairs)
            else:
                assert told == []
                assert side == 0 or (at,) in all_pairs
    cells = [dict(rows) for rows in tables]
    for at, key, old, new in pairs:
        assert keys[1][at] == str(key)
        assert old != new
    wanted = [at for (at,) in all_pairs if cells[0][keys[1][at]] != cells[1][keys[1][at]]]
    assert [row[0] for row in pairs] == wanted
