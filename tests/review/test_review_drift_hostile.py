"""A new document with anything at any place: findings or a MappingError, never another exception."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from custmap.diagnostics.errors import MappingError
from custmap.review.drift import drift

SUITE = yaml.safe_load((Path(__file__).parent / "drift_changes.yaml").read_text("utf-8"))
ANYTHING = (None, True, 0, -1, 1.5, "x", "", [], {}, [{}], ["x"], {"$ref": "#"}, {"$ref": "#/a/b"}, {"x": 1})


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield (*at, key)
            yield from places(value[key], (*at, key))


PLACES = list(places(SUITE["contract"]))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ANYTHING)), min_size=1, max_size=2))
def test_any_value_at_any_place(tmp_path_factory: Any, edits: list[tuple[tuple[Any, ...], Any]]) -> None:
    home = tmp_path_factory.getbasetemp() / "hostile" / "mappings" / "acme"
    home.mkdir(parents=True, exist_ok=True)
    (home / "update.yaml").write_text(SUITE["mapping"], "utf-8")
    (home / "vendor.yaml").write_text(json.dumps(SUITE["contract"]), "utf-8")
    new = deepcopy(SUITE["contract"])
    for place, value in edits:
        holder = new
        for part in place[:-1]:
            holder = holder[part] if isinstance(holder, dict | list) and has(holder, part) else {}
        if isinstance(holder, dict) or has(holder, place[-1]):
            holder[place[-1]] = deepcopy(value)
    (home / "new.json").write_text(json.dumps(new), "utf-8")
    try:
        found = drift(home / "update.yaml", home / "new.json")
    except MappingError as error:
        found = error.diagnostics
        assert all(one.span is not None for one in found)
    for one in found:
        str(one)


def has(holder: Any, part: Any) -> bool:
    if isinstance(holder, list):
        return isinstance(part, int) and part < len(holder)
    return isinstance(holder, dict) and part in holder
