"""Fixtures are read strictly: each fault has its code and its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.diagnostics.errors import MappingError
from custmap.testing.discover import fixture_name
from custmap.testing.fixture import Apply, Diff, read_fixture

CASES = yaml.safe_load((Path(__file__).parent / "reading.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_faults(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(case["fixture"], "utf-8")
    if not case["found"]:
        read_fixture(path)
        return
    with pytest.raises(MappingError) as caught:
        read_fixture(path)
    found = [f"{one.code} {one.span.line}:{one.span.column}" for one in caught.value.diagnostics if one.span]
    assert found == case["found"]
    if "help" in case:
        assert case["help"] in str(caught.value)


def test_what_a_diff_holds(tmp_path: Path) -> None:
    path = tmp_path / "fixtures" / "acme" / "update" / "a-case.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "mapping: acme/update\nsummary: S\nparams: {id: 7}\nbefore: null\nafter: {a: NO}\n"
        "options: {absent: clear}\n"
        "expect:\n  request: null\n  changes: [set a, 'b: CM803 c', clear d.e]\n"
        "  rejected: [f: CM803, 'g: CM804', h]\n",
        "utf-8",
    )
    fixture = read_fixture(path)
    assert fixture.name == "acme/update/a-case"
    assert (fixture.mapping, fixture.summary, fixture.params) == ("acme/update", "S", {"id": 7})
    assert fixture.call == Diff(None, {"a": "NO"}, {"absent": "clear"})
    assert [str(line) for line in fixture.expect.changes or ()] == ["set a", "b: CM803 c", "clear d.e"]
    assert [str(line) for line in fixture.expect.rejected or ()] == ["f: CM803", "g: CM804", "h"]
    assert fixture.expect.changes and fixture.expect.changes[0].span.line == 9


def test_what_an_apply_holds(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(
        "mapping: m/n\ncustomer: {email: null}\noptions: {on_rejected: drop}\nexpect: {error: CM803}\n"
    )
    fixture = read_fixture(path)
    assert fixture.name == "one"
    assert fixture.call == Apply({"email": None}, {"on_rejected": "drop"})
    assert fixture.expect.error and fixture.expect.error.value == "CM803"


def test_an_expectation_may_wait_for_update(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("mapping: m/n\ncustomer: {}\n")
    assert read_fixture(path, complete=False).expect.node is None


def test_names() -> None:
    assert fixture_name(Path("fixtures/fixtures/a/b/c.yml")) == "a/b/c"
    assert fixture_name(Path("elsewhere/c.yaml")) == "c"
