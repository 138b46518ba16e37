"""Planted one-line edits of shipped mappings: each is told in the right words, and spelling says nothing."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from custmap import load
from custmap.review.compare.differing import changes_of
from custmap.review.compare.gathered import meaning_of
from custmap.review.compare.meaning import Meaning
from custmap.review.compare.rows import lines_of
from custmap.review.compare.told import HARMS
from shipped_mappings import MAPPINGS
from small_mappings import tables

CASES = tables(Path(__file__).with_name("compare_edits.yaml"))


@cache
def shipped(mapping: str) -> Meaning:
    return meaning_of(load(MAPPINGS / f"{mapping}.yaml").engine)


def edited(folder: Path, case: dict[str, Any]) -> Meaning:
    """The mapping of a case, edited, in a folder of its own."""
    vendor, name = case["mapping"].split("/")
    shutil.copytree(MAPPINGS / vendor, folder / "mappings" / vendor)
    file = folder / "mappings" / vendor / case.get("in", f"{name}.yaml")
    text = file.read_text("utf-8")
    pieces = case["replace"]
    for old, new in zip(pieces[::2], pieces[1::2], strict=True):
        assert old in text, f"{case['about']}: the mapping no longer has what is replaced"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    return meaning_of(load(folder / "mappings" / vendor / f"{name}.yaml").engine)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_an_edit_is_told(case: dict[str, Any], tmp_path: Path) -> None:
    sides = [shipped(case["mapping"]), edited(tmp_path, case)]
    changes = changes_of(*(reversed(sides) if case.get("back") else sides))
    lines = [
        " | ".join((f"{line.mark} {line.target}".strip(), line.text, line.means))
        for change in changes
        for line in lines_of(change)
    ]
    assert lines == case.get("tells", [])
    harms = {harm for change in changes for harm in change.harms}
    assert [one for one in HARMS if one in harms] == case.get("harms", [])


def test_there_are_enough_of_each_kind() -> None:
    assert len({case["mapping"] for case in CASES}) == 5
    assert sum("tells" in case for case in CASES) >= 32
    assert sum("tells" not in case for case in CASES) >= 10


def test_each_harm_is_planted() -> None:
    assert {harm for case in CASES for harm in case.get("harms", [])} == set(HARMS)
