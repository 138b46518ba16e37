"""Mappings with one wrong policy: what can be found is found, at the right rule."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml

import custmap
from custmap.diagnostics.errors import MappingError
from custmap.prove.prove import prove

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
EXAMPLES = 300 if LONG else 100
TABLE = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text(encoding="utf-8"))


def written(case: dict[str, Any], folder: Path) -> tuple[Path, int]:
    """The mapping file, and the line that is marked."""
    path = folder / "acme" / "update.yaml"
    path.parent.mkdir()
    text = TABLE["head"] + case.get("above", "") + "body:\n" + indent(case["body"], "  ")
    path.write_text(text, encoding="utf-8")
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    return path, marked[0] if marked else 0


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_wrong(case: dict[str, Any], tmp_path: Path) -> None:
    path, line = written(case, tmp_path)
    if "refused" in case:
        with pytest.raises(MappingError) as caught:
            custmap.load(path)
        found = [(one.code, one.span.line) for one in caught.value.diagnostics if one.span]
        assert (case["refused"], line) in found
        return
    proof = prove(custmap.load(path), examples=EXAMPLES)
    print(proof)
    if "found" in case:
        found = [(one.law, one.line) for one in proof.counterexamples]
        laws = [case["found"]] if isinstance(case["found"], str) else case["found"]
        assert any((law, line) in found for law in laws)
        assert any(case["why"] in one.why for one in proof.counterexamples if one.line == line)
    else:
        assert proof.ok
    if "remark" in case:
        remark = next(one for one in proof.remarks if one.text.startswith(case["remark"]))
        assert not line or remark.line == line
    if "silent" in case:
        assert case["silent"]
