"""The declared store, request by request; the language is its only source, no planner is asked."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml

import custmap
from custmap.prove.cells import cells
from custmap.prove.moves import Refused
from custmap.prove.store import State, Store
from custmap.values.equality import fingerprint, same

TABLE = yaml.safe_load((Path(__file__).parent / "store.yaml").read_text(encoding="utf-8"))


def store_of(case: dict[str, Any], folder: Path, **options: bool) -> Store:
    path = folder / "acme" / "update.yaml"
    path.parent.mkdir(exist_ok=True)
    head = TABLE["head"]
    if "contract" in case:
        kept = [line for line in head.splitlines() if not line.startswith("contract")]
        head = "\n".join([*kept, f"contract: {case['contract']}", ""])
    head += case.get("more", "")
    path.write_text(head + "body:\n" + indent(case["body"], "  ") + "\n", encoding="utf-8")
    return Store(custmap.load(path).checked, **options)


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_store(case: dict[str, Any], tmp_path: Path) -> None:
    store = store_of(case, tmp_path)
    state: State = {}
    *steps, last = case["steps"]
    for body in steps:
        state = store.receive(state, body)
    if "refused" in case:
        with pytest.raises(Refused) as caught:
            store.receive(state, last)
        assert caught.value.target == case["refused"]
        return
    before = repr(state)
    after = store.receive(state, last)
    assert repr(state) == before
    marks = {target: cell.mark for target, cell in cells(store.root, after).items()}
    wanted = {
        target: frozenset(map(fingerprint, value)) if target == "tags" else value
        for target, value in case["held"].items()
    }
    assert same(marks, wanted), marks


def test_merging_what_is_declared_as_replaced(tmp_path: Path) -> None:
    case = next(case for case in TABLE["cases"] if case["name"] == "an object is replaced")
    store = store_of(case, tmp_path, merging=True)
    state = store.receive(store.receive({}, case["steps"][0]), case["steps"][1])
    assert state == {"name": {"firstName": "B", "lastName": "L"}}


def test_no_body_changes_nothing(tmp_path: Path) -> None:
    store = store_of(TABLE["cases"][0], tmp_path)
    assert store.receive({"name": {"firstName": "A"}}, None) == {"name": {"firstName": "A"}}
