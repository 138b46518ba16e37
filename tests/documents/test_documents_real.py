"""Contracts of real vendors: each document loads as it is, twice the same, and the findings are right."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.diagnostics.codes import Severity
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.syntax import cache

SUITES = os.environ.get("CUSTMAP_SUITES")
pytestmark = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
CASES = yaml.safe_load((Path(__file__).parent / "real_documents.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["document"]))
def test_real_document(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    path = tmp_path / "real" / "update.yaml"
    path.parent.mkdir()
    shutil.copy(Path(SUITES or "", "openapi", case["document"]), path.parent)
    contract = f'{{openapi: {case["document"]}, operation: "{case["operation"]}"}}'
    head = f"custmap: 1\nname: real/update\ncontract: {contract}\n"
    path.write_text(head + case["rules"])
    checked, found = check_mapping(path, with_functions(()))
    assert check_mapping(path, with_functions(()))[1] == found
    shown = [str(one) for one in found]
    errors = [one for one in found if one.level is Severity.ERROR]
    assert [one.code for one in errors] == [next(iter(row)) for row in case["errors"]], shown
    assert all(
        word in one.message for one, row in zip(errors, case["errors"], strict=True) for word in row.values()
    )
    codes = sorted({one.code for one in found if one.level is Severity.WARNING} - {"CM514"})
    assert codes == sorted(case["warnings"]), shown
    assert (checked is None) is bool(errors)


def test_every_document_has_a_case() -> None:
    there = {path.name for path in Path(SUITES or "", "openapi").iterdir() if path.suffix != ".md"}
    assert there == {case["document"] for case in CASES}
