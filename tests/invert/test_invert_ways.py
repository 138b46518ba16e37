"""The way back of each shape of rule: its verdict, what it loses, or why there is none; and what is read."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping, MappingError
from custmap.values.equality import same
from small_mappings import made, tables

SUITES = tables(Path(__file__).parent / "ways.yaml")


def verdicts(mapping: Mapping) -> dict[str, str]:
    """`two-way`, `two-way with loss: …`, `one-way: reason`; (meant), if the rule says so itself."""
    ways = mapping.back.inverse.ways
    return {way.target: "one-way (meant)" if way.meant else str(way) for way in ways}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_ways(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"])
    assert verdicts(mapping) == suite["ways"]
    for case in suite.get("reads", ()):
        document = deepcopy(case["copy"])
        read, notes = mapping.back.read(document)
        assert same(read, case["customer"]), (case, read)
        assert [str(note) for note in notes] == case.get("notes", []), case
        assert same(document, case["copy"])
        assert same(mapping.reverse(document), read)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_explain_tells_the_same(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"])
    told = {line.target: line.back for line in mapping.explain().lines if line.back is not None}
    assert set(told) == set(suite["ways"])
    for target, verdict in suite["ways"].items():
        assert str(told[target]).startswith(verdict.split(":")[0].removesuffix(" (meant)")), target


def test_a_format_of_what_is_no_text_is_a_finding(tmp_path: Path) -> None:
    """Ways are looked for in a mapping that has errors, too."""
    with pytest.raises(MappingError) as caught:
        made(tmp_path, 'body: {s: {from: status, values: {active: {a: 1}, inactive: [2]}, format: "S:{}"}}')
    assert [one.code for one in caught.value.diagnostics] == ["CM401"]
