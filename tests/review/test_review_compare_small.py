"""Changes of small mappings that are told: several requests, lists of changes, masks, schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custmap.review.compare.differing import changes_of
from custmap.review.compare.gathered import meaning_of
from custmap.review.compare.meaning import Meaning
from custmap.review.compare.rows import lines_of
from custmap.review.compare.told import HARMS
from small_mappings import made, tables

CASES = tables(Path(__file__).with_name("compare_small.yaml"))


def meaning(folder: Path, case: dict[str, Any], side: int) -> Meaning:
    place = folder / str(side)
    place.mkdir()
    others = {}
    if "source" in case:
        schema = {"type": "object", "properties": case["source"][side]}
        others["rows.json"] = json.dumps(schema)
    return meaning_of(made(place, case[("old", "new")[side]], others).engine)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_a_change_is_told(case: dict[str, Any], tmp_path: Path) -> None:
    changes = changes_of(meaning(tmp_path, case, 0), meaning(tmp_path, case, 1))
    lines = [
        " | ".join((f"{line.mark} {line.target}".strip(), line.text, line.means))
        for change in changes
        for line in lines_of(change)
    ]
    assert lines == case["tells"]
    harms = {harm for change in changes for harm in change.harms}
    assert [one for one in HARMS if one in harms] == case.get("harms", [])
