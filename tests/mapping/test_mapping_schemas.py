"""The JSON Schemas for editors: checked in as they are generated, and the shipped files fit them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from custmap.cli.schema import fixture_schema
from custmap.mapping.keys import mapping_schema
from custmap.schema.customer_schema import customer_schema
from custmap.syntax.node import plain
from custmap.syntax.yaml_reader import read_file

ROOT = Path(__file__).parents[2]
GENERATED = {"mapping": mapping_schema, "customer": customer_schema, "fixture": fixture_schema}
MAPPINGS = sorted(path for path in ROOT.glob("mappings/*/*.yaml") if path.name != "openapi.yaml")


def _data(path: Path) -> Any:
    """A YAML file as JSON has it: keys of tables are texts."""
    return json.loads(json.dumps(plain(read_file(path))))


@pytest.mark.parametrize("name", GENERATED)
def test_the_checked_in_schema_is_current(name: str) -> None:
    path = ROOT / "schemas" / f"{name}.schema.json"
    made = GENERATED[name]()
    jsonschema.Draft202012Validator.check_schema(made)
    assert json.loads(path.read_text("utf-8")) == made, f"run: custmap schema {name} > {path.name}"


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_shipped_mappings_fit(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(mapping_schema())
    assert [error.message for error in validator.iter_errors(_data(path))] == []
    first = path.read_text("utf-8").partition("\n")[0]
    modeline = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert modeline and (path.parent / modeline[1]).resolve() == ROOT / "schemas" / "mapping.schema.json"


def test_a_mistyped_key_does_not_fit() -> None:
    data = _data(MAPPINGS[0])
    validator = jsonschema.Draft202012Validator(mapping_schema())
    assert not validator.is_valid({**data, "bdy": {}})
    assert not validator.is_valid({**data, "body": {"email": {"frm": "email"}}})


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from schema.get("properties", {}).items()
    for part in (*schema.get("$defs", {}).values(), *schema.get("anyOf", ())):
        yield from _properties(part)


def test_editors_have_something_to_say() -> None:
    found = list(_properties(mapping_schema()))
    assert len(found) > 40
    assert [name for name, one in found if not one.get("description")] == []
    assert sum("examples" in one for _, one in found) >= 10
