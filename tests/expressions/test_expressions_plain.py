"""Plain JMESPath: the official compliance suite, and agreement with the `jmespath` package."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from custmap.expressions.function import FunctionError
from custmap.expressions.parse import ExpressionError
from custmap.expressions.plain import compile_expression
from custmap.values.equality import same

SUITES = os.environ.get("CUSTMAP_SUITES")


def compliance() -> list[Any]:
    if not SUITES:
        return []
    cases = []
    for file in sorted((Path(SUITES) / "jmespath-py/tests/compliance").glob("*.json")):
        for at, suite in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            for number, case in enumerate(suite["cases"]):
                if "result" in case or "error" in case:
                    cases.append(pytest.param(suite["given"], case, id=f"{file.stem}-{at}-{number}"))
    return cases


@pytest.mark.skipif(not SUITES, reason="CUSTMAP_SUITES is not set")
@pytest.mark.parametrize(("given", "case"), compliance())
def test_compliance(given: Any, case: dict[str, Any]) -> None:
    if "error" in case:
        kinds = (ExpressionError, FunctionError) if case["error"] == "invalid-type" else ExpressionError
        with pytest.raises(kinds):
            compile_expression(case["expression"])(given)
    else:
        assert same(compile_expression(case["expression"])(given), case["result"])


@pytest.mark.skipif(not SUITES, reason="CUSTMAP_SUITES is not set")
def test_the_whole_suite_was_found() -> None:
    assert len(compliance()) >= 892
