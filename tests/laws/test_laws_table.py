"""The 6 × 6 table of states, for each merge and clear, is what it was when it was last read."""

from __future__ import annotations

import pytest
import yaml
from make_table import FILE, rows

ROWS = list(rows())
KNOWN = yaml.safe_load(FILE.read_text(encoding="utf-8"))


CORNERS = list(dict.fromkeys(row[:2] for row in ROWS))


@pytest.mark.parametrize("corner", CORNERS, ids=" / ".join)
def test_table(corner: tuple[str, str]) -> None:
    merge, clear = corner
    assert KNOWN[merge][clear] == {row[2]: row[3] for row in ROWS if row[:2] == corner}


def test_table_has_no_other_rows() -> None:
    assert {(merge, clear) for merge, clears in KNOWN.items() for clear in clears} == set(CORNERS)
