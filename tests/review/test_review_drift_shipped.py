"""Changes of the documents of shipped mappings, told at the lines of these mappings, and nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rewritten_documents import edited, reordered, rereferenced

from custmap.review.drift import drift
from custmap.syntax.document import read_document

ROOT = Path(__file__).parents[2]
SUITE = yaml.safe_load((Path(__file__).parent / "drift_shipped.yaml").read_text("utf-8"))
ROWS = [(name, row) for name, rows in SUITE.items() for row in rows]
WITH_DOCUMENTS = sorted(
    path
    for path in (ROOT / "mappings").glob("*/*.yaml")
    if path.name != "openapi.yaml" and "openapi: openapi.yaml" in path.read_text("utf-8")
)


def document_of(mapping: Path) -> Any:
    return deepcopy(read_document(mapping.parent / "openapi.yaml").data)


@pytest.mark.parametrize(
    ("name", "row"), ROWS, ids=[f"{name} {number}" for number, (name, _) in enumerate(ROWS)]
)
def test_changes_of_shipped_contracts(name: str, row: dict[str, Any], tmp_path: Path) -> None:
    mapping = ROOT / "mappings" / f"{name}.yaml"
    new = tmp_path / "new.json"
    new.write_text(json.dumps(edited(document_of(mapping), row), indent=1), "utf-8")
    found = drift(mapping, new)
    lines = mapping.read_text("utf-8").splitlines()
    told = {(one.code, lines[(one.line or 0) - 1].strip()) for one in found}
    wanted = [(code, text) for one in row["told"] for code, text in one.items()]
    assert len(told) == len(wanted), "\n".join(map(str, found))
    assert "help" not in row or row["help"] in [one.help for one in found]
    for code, text in wanted:
        assert any(one == code and line.startswith(text) for one, line in told), "\n".join(map(str, found))


@pytest.mark.parametrize("mapping", WITH_DOCUMENTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_shipped_contract_in_other_words(mapping: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.json"
    new.write_text(json.dumps(reordered(rereferenced(document_of(mapping)))), "utf-8")
    assert [str(one) for one in drift(mapping, new)] == []
