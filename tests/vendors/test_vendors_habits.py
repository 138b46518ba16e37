"""Vendors of other habits: a mapping and a table of cases each, and not a line of Python for any of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import custmap

HERE = Path(__file__).parent
CASES = [
    pytest.param(folder.parent.name, case, id=f"{folder.parent.name}: {case['case']}")
    for folder in sorted(HERE.glob("*/cases.yaml"))
    for case in yaml.safe_load(folder.read_text(encoding="utf-8"))
]


@cache
def mapping(vendor: str) -> Any:
    return custmap.load(HERE / vendor / "update.yaml")


@pytest.mark.parametrize(("vendor", "case"), CASES)
def test_case(vendor: str, case: dict[str, Any]) -> None:
    plan = mapping(vendor).diff(case.get("before"), case["after"])
    assert (plan.request and plan.request.body) == case["request"]
    assert [rejection.target for rejection in plan.rejected] == case.get("rejected", [])


@pytest.mark.parametrize(("vendor", "case"), CASES)
def test_what_did_not_change_is_not_sent(vendor: str, case: dict[str, Any]) -> None:
    assert not mapping(vendor).diff(case["after"], case["after"])
