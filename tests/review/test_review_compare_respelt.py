"""Shipped mappings, written anew: in one flow, with keys in another order and quoted, mean the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from custmap import load
from custmap.review.compare.differing import changes_of
from custmap.review.compare.gathered import meaning_of
from custmap.review.compare.state_words import sentences
from custmap.review.compare.told import StateChange
from custmap.syntax.node import plain
from custmap.syntax.yaml_reader import read_file
from shipped_mappings import MAPPINGS, SHIPPED

SOME = SHIPPED if os.environ.get("CUSTMAP_LAWS") == "long" else SHIPPED[::5]
IN_ORDER = ("fields", "response")
"""Where the order of keys means something: of rules that read one path back, the first counts."""


def flow(value: Any, chance: Random, key: str = "") -> str:
    """A value in one flow; the keys of maps in another order, all texts quoted."""
    if isinstance(value, dict):
        entries = list(value.items())
        if key not in IN_ORDER:
            chance.shuffle(entries)
        inside = (f"{scalar(name)}: {flow(one, chance, str(name))}" for name, one in entries)
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one, chance) for one in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("mapping", SOME)
def test_it_means_the_same(mapping: str, tmp_path: Path) -> None:
    vendor, name = mapping.split("/")
    shutil.copytree(MAPPINGS / vendor, tmp_path / vendor)
    node = read_file(MAPPINGS / f"{mapping}.yaml")
    text = flow(plain(node), Random(mapping))
    (tmp_path / vendor / f"{name}.yaml").write_text(text, encoding="utf-8")
    old, new = load(MAPPINGS / f"{mapping}.yaml"), load(tmp_path / vendor / f"{name}.yaml")
    assert changes_of(meaning_of(old.engine), meaning_of(new.engine)) == ()


def test_every_outcome_has_words() -> None:
    """What `explain` says of a state can be told in a sentence."""
    outcomes = {
        outcome
        for mapping in SOME
        for line in load(MAPPINGS / f"{mapping}.yaml").explain().lines
        for told in line.states.values()
        for outcome in told
    }
    for outcome in outcomes:
        change = StateChange("null", "diff", "sends it", outcome)
        for sentence in sentences([change], "value", one_way=False):
            assert "“" not in sentence
