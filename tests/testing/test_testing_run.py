"""Fixtures are run and differences read at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_mapping import load

from custmap.testing.fixture import read_fixture
from custmap.testing.run import run_fixture

CASES = yaml.safe_load((Path(__file__).parent / "running.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_differences(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("mapping: acme/update-customer\n" + case["fixture"], "utf-8")
    report = run_fixture(read_fixture(path), load)
    found = [
        f"{one.span.line} {one}" + (f" <{one.line}>" if one.line is not None else "")
        for one in report.differences
    ]
    assert found == case["differences"]
    assert report.passed is (not found)


def test_a_report_names_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        "mapping: acme/update-customer\nbefore: {}\nafter: {first: Bo}\n"
        "expect: {request: {body: {firstName: Al}}}\n"
    )
    assert str(run_fixture(read_fixture(path), load)) == (
        f'body.firstName: expected "Al", got "Bo"\n    at {path}:4, from m.yaml:12'
    )


def test_an_unknown_mapping_is_told(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("mapping: acme/nothing\ncustomer: {}\nexpect: {request: {body: {}}}\n")
    assert "CM204" in str(run_fixture(read_fixture(path), load))
    path.write_text("mapping: acme/nothing\ncustomer: {}\nexpect: {error: CM204}\n")
    assert run_fixture(read_fixture(path), load).passed
