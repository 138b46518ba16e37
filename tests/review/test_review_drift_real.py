"""Real documents: against itself, and against itself in other words, nothing is told; a planted change is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from rewritten_documents import reordered, rereferenced

from custmap.contract.openapi import all_operations, load_openapi, open_document
from custmap.diagnostics.errors import MappingError
from custmap.review.drift import drift
from custmap.syntax.document import documents_kept, read_document
from custmap.values.types import Type

SUITES = os.environ.get("CUSTMAP_SUITES")
pytestmark = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
FOLDER = Path(SUITES or "", "openapi")
ROWS = yaml.safe_load((Path(__file__).parents[1] / "documents" / "real_documents.yaml").read_text("utf-8"))
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
LARGE = 1_000_000
"""Larger documents are read in a long run only, but for one of YAML and one of JSON."""
MEANT = ("klaviyo.json", "recurly.yaml")
DOCUMENTS = [
    path.name
    for path in sorted(FOLDER.glob("*") if SUITES else ())
    if path.suffix != ".md" and (LONG or path.name in MEANT or path.stat().st_size < LARGE)
]
OPERATIONS = 2 if LONG else 1
LISTS = ("mixpanel.yaml",)
"""Documents whose operations take lists, which these mappings do not fill."""
VALUES = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


def mappings(document: Path, home: Path) -> Iterator[Path]:
    """The mapping that the tests of real documents have, and some with a constant for each member."""
    for row in ROWS:
        if row["document"] == document.name:
            yield written(home, "row", document.name, row["operation"], row["rules"])
    root, references = open_document(document)
    made = 0
    for found in all_operations(root, references):
        if made == OPERATIONS:
            return
        if found[2] in ("PUT", "PATCH", "POST") and (rules := rules_for(document, f"{found[2]} {found[3]}")):
            made += 1
            yield written(home, f"made{made}", document.name, f"{found[2]} {found[3]}", rules)


def rules_for(document: Path, operation: str) -> str | None:
    """Rules for the operation's scalar members, and for all that it requires."""
    try:
        contract = load_openapi(document, operation)
    except MappingError:
        return None
    if contract.body is None or "object" not in contract.body.kinds or not contract.body.members:
        return None
    text = "params: {p: {}}\n"
    for part, known in contract.parameters.items():
        wanted = {name: "{param: p}" for name, one in known.items() if one.required}
        text += f"{part}: {json.dumps(wanted)}\n".replace('"{', "{").replace('}"', "}") if wanted else ""
    text += "body:\n"
    names = [name for name, one in contract.body.members.items() if not one.read_only]
    for name in sorted(names, key=lambda name: name not in contract.body.required)[:8]:
        value = json.dumps(value_of(contract.body.members[name]))
        text += f"  {json.dumps(json.dumps(name))}: {{value: {value}}}\n"
    return text


def value_of(type_: Type) -> Any:
    if type_.enum:
        return type_.enum[0]
    return VALUES[min(type_.kinds - {"null"}, default="string")]


def written(home: Path, name: str, document: str, operation: str, rules: str) -> Path:
    path = home / f"{name}.yaml"
    contract = json.dumps({"openapi": document, "operation": operation})
    path.write_text(f"custmap: 1\nname: real/{name}\ncontract: {contract}\n{rules}", "utf-8")
    return path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_says_the_same(name: str, tmp_path: Path) -> None:
    home = tmp_path / "real"
    home.mkdir()
    document = Path(shutil.copy(FOLDER / name, home))
    data: Any = read_document(document).data
    same = {"reordered": reordered(data), "rereferenced": rereferenced(data)}
    for word, made in same.items():
        (tmp_path / f"{word}.json").write_text(json.dumps(made), "utf-8")
    able = 0
    with documents_kept():
        for mapping in mappings(document, home):
            try:
                assert drift(mapping, document) == ()
            except MappingError:
                continue  # the mapping is wrong with the document as it is
            able += 1
            for word in same:
                assert [str(one) for one in drift(mapping, tmp_path / f"{word}.json")] == []
    assert able or name in LISTS, "no mapping of this document loads"


def test_a_change_in_three_megabytes(tmp_path: Path) -> None:
    home = tmp_path / "real"
    home.mkdir()
    document = Path(shutil.copy(FOLDER / "klaviyo.json", home))
    mapping = next(mappings(document, home))
    data: Any = deepcopy(read_document(document).data)
    attributes = data["components"]["schemas"]["ProfilePartialUpdateQueryResourceObject"]["properties"][
        "attributes"
    ]
    attributes["properties"]["email"]["maxLength"] = 5
    (tmp_path / "new.json").write_text(json.dumps(data, indent=1), "utf-8")
    (found,) = drift(mapping, tmp_path / "new.json")
    lines = mapping.read_text("utf-8").splitlines()
    assert found.code == "CM605" and "data.attributes.email" in lines[(found.line or 0) - 1]
    (note,) = found.notes
    assert '"maxLength": 5' in (tmp_path / "new.json").read_text("utf-8").splitlines()[note.span.line - 1]
