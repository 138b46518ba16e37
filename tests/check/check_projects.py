"""Small mappings for the tests of this room: a contract written inline, and a few rules."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from custmap.contract.inline import inline_contract
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapper import Mapping
from custmap.mapping.read import read_mapping
from custmap.resolve.findings import Findings
from custmap.resolve.resolve import resolve
from custmap.schema.canonical import load_canonical
from custmap.syntax.yaml_reader import read_file
from custmap.values.json_text import dump_json

FUNCTIONS = with_functions([])


def written(folder: Path, fields: dict[str, Any], body: str, more: str = "") -> Path:
    """A mapping file in a project of its own."""
    place = folder / "mappings" / "acme" / "update.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    contract = dump_json({"method": "POST", "url": "https://api.acme.example/c", "fields": fields})
    rules = textwrap.indent(body.rstrip("\n"), "  ")
    place.write_text(f"custmap: 1\nname: acme/update\ncontract: {contract}\n{more}body:\n{rules}\n", "utf-8")
    return place


def found_in(place: Path) -> tuple[Diagnostic, ...]:
    return check_mapping(place, FUNCTIONS)[1]


def text_at(place: Path, finding: Diagnostic) -> str:
    """What the finding's carets stand under."""
    span = finding.span
    assert span is not None and span.line == span.end_line
    return place.read_text("utf-8").splitlines()[span.line - 1][span.column - 1 : span.end_column - 1]


def built_anyway(place: Path) -> Mapping:
    """The mapping as if nothing had been found: names are resolved, and no check has spoken."""
    file, _ = read_mapping(read_file(place), str(place))
    findings = Findings()
    contract = inline_contract(file.contract, file.name.value)
    return Mapping(resolve(file, contract, load_canonical(None), FUNCTIONS, findings))
