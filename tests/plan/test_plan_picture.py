"""Pictures of plans: suites of cases in `pictures.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection
from custmap.plan.picture import picture
from small_mappings import made, tables

CASES = [
    (suite, case) for suite in tables(Path(__file__).parent / "pictures.yaml") for case in suite["cases"]
]


@pytest.mark.parametrize(("suite", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_picture(suite: dict[str, Any], case: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"], suite.get("others"))
    params = {"key": "s3cret"} if "key" in mapping.params else {}
    plan = mapping.diff(case.get("before"), case["after"], params)
    if "shown" in case:
        assert str(plan) == plan.picture() == case["shown"].rstrip("\n")
    if "asked_for" in case:
        assert plan.picture(show_values=True) == case["asked_for"].rstrip("\n")


def test_what_no_field_is_behind_is_personal() -> None:
    span = Span("m.yaml", 1, 1, 1, 2)
    shown = picture(
        "h",
        [Change("set", "a", None, 1, 2, span)],
        [Rejection("CM804", "b", None, span, "no")],
        [],
        show_values=False,
    )
    assert shown.splitlines()[2:4] == ["  ~ a                   ••••", "  ! b                   CM804 no"]
