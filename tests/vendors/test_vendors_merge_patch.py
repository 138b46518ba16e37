"""RFC 7396: what a vendor with JSON Merge Patch makes of our requests is what after says."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import custmap

SUITES = os.environ.get("CUSTMAP_SUITES")
pytestmark = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
SKIPPED = yaml.safe_load(Path(__file__).with_name("merge_patch.yaml").read_text(encoding="utf-8"))
MAPPING = {
    "custmap": 1,
    "name": "patch/document",
    "summary": "A document under JSON Merge Patch",
    "source": "document.json",
    "contract": {"method": "PATCH", "url": "https://patch.example/x", "fields": {"known": "string"}},
    "body": {"doc": {"from": "doc", "merge": "fields", "clear": "send_null"}},
}
SOURCE = {"title": "Record", "type": "object", "properties": {"doc": {"type": "object"}}}


def cases(suite: str) -> list[Any]:
    if SUITES is None:
        return []
    return json.loads((Path(SUITES) / suite / "cases.json").read_text(encoding="utf-8"))


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


@cache
def mapping(folder: Path) -> Any:
    (folder / "patch").mkdir()
    (folder / "patch" / "document.json").write_text(json.dumps(SOURCE), encoding="utf-8")
    path = folder / "patch" / "document.yaml"
    path.write_text(json.dumps(MAPPING), encoding="utf-8")
    return custmap.load(path)


def without_nulls(value: Any) -> Any:
    """A patch cannot tell null from nothing."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return value


def reaches(tmp_path_factory: pytest.TempPathFactory, before: Any, after: Any) -> None:
    known = mapping(tmp_path_factory.getbasetemp())
    plan = known.diff({"doc": before}, {"doc": after}, absent="clear")
    patch = {} if plan.request is None else plan.request.body.get("doc", {})
    assert without_nulls(merge_patch(before, patch)) == without_nulls(after)
    assert plan.rejected == ()


def kept(suite: str) -> list[Any]:
    """The cases that are not left out."""
    left_out = SKIPPED[suite]
    numbered = enumerate(cases(suite))
    return [
        pytest.param(case, id=case.get("name", str(number)))
        for number, case in numbered
        if case.get("name", number) not in left_out
    ]


@pytest.mark.parametrize("case", kept("rfc7396"))
def test_rfc_7396(case: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    reaches(tmp_path_factory, case["target"], case["result"])


@pytest.mark.parametrize("case", kept("evanphx-merge-patch"))
def test_evanphx(case: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    after = case["expected"] if case["kind"] == "apply" else case["b"]
    reaches(tmp_path_factory, case["a"], after)
