"""The JSON Schemas for editors: checked in as they are generated, and the shipped files fit them."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from custmap.cli.schema import fixture_schema
from custmap.mapping.form import _fits
from custmap.mapping.keys import MappingModel, mapping_schema
from custmap.mapping.source_keys import source_schema
from custmap.schema.canonical import compile_schema
from custmap.schema.customer_schema import customer_schema
from custmap.syntax.node import plain
from custmap.syntax.yaml_reader import read_file, read_yaml

ROOT = Path(__file__).parents[2]
GENERATED = {
    "mapping": mapping_schema,
    "source": source_schema,
    "customer": customer_schema,
    "fixture": fixture_schema,
}
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


@pytest.mark.parametrize(
    "case",
    [
        {"document": {}, "response": {"status": 200}},
        {"customer": {}, "base": {}},
        {"response": {"status": 600}},
        {"response": {"body": {}}},
        {"response": {"status": 200}, "expect": {"outcome": {"applied": "yes"}}},
        {"response": {"status": 200}, "expect": {"outcome": {"errors": [{"feld": "email"}]}}},
    ],
)
def test_fixtures_that_do_not_fit(case: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(fixture_schema())
    assert not validator.is_valid({"mapping": "acme/update", "expect": {"error": "CM701"}, **case})


def test_a_mistyped_key_does_not_fit() -> None:
    data = _data(MAPPINGS[0])
    validator = jsonschema.Draft202012Validator(mapping_schema())
    assert not validator.is_valid({**data, "bdy": {}})
    assert not validator.is_valid({**data, "body": {"email": {"frm": "email"}}})


# What may stand where something else is expected.
_OTHERS = (
    *(None, True, 1, 1.5, "", "x", "clear", "send_null", "reject", [], [None], ["x"], {}, {"x": None}),
    *({"x": "y"}, {"from": "a"}, [{"from": "a"}], {"default": 1}, {"name_in": "a"}, {"each": "a"}),
)
_KEYS = ("from", "clear", "fields", "first", "default", "x", "errors", "with", "secret", "custmap")


def _changed(data: dict[Any, Any], draw: random.Random, keys: tuple[Any, ...] = _KEYS) -> dict[Any, Any]:
    """The data with something at a random place replaced, renamed, added or left out."""
    changed = copy.deepcopy(data)
    holders: list[Any] = [changed]
    for one in holders:
        inner = one.values() if isinstance(one, dict) else one
        holders += [item for item in inner if isinstance(item, dict | list) and item]
    holder = draw.choice(holders)
    at = draw.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match draw.randrange(4):
        case 0:
            del holder[at]
        case 1 if isinstance(holder, dict):
            holder[draw.choice(keys)] = holder.pop(at)
        case 2 if isinstance(holder, dict):
            holder[draw.choice(keys)] = draw.choice(_OTHERS)
        case _:
            holder[at] = draw.choice(_OTHERS)
    return {**changed, "custmap": 1}  # the loader checks the version itself


def _fits_model(data: Any) -> bool:
    try:
        MappingModel.model_validate(data)
    except ValidationError:
        return False
    return True


def _every_key() -> dict[str, Any]:
    data = read_yaml((Path(__file__).parent / "every_key.txt").read_bytes(), "every_key.txt")
    return {**plain(data), "custmap": 1}


def test_the_schema_and_the_model_agree() -> None:
    whole, fits, draw = _every_key(), compile_schema(mapping_schema()).is_valid, random.Random(7)
    outcomes = {True: 0, False: 0}
    for _ in range(3000):
        changed = _changed(whole, draw)
        verdict = _fits_model(changed)
        assert fits(changed) is verdict, changed
        outcomes[verdict] += 1
    assert fits(whole) and min(outcomes.values()) > 300


def test_keys_that_are_not_text() -> None:
    """Files that fit the schema are not shown to the model, so nothing may fit only the schema."""
    whole, draw = _every_key(), random.Random(8)
    wrong = 0
    for _ in range(3000):
        changed = _changed(whole, draw, (5, True, 1.5))
        if not _fits_model(changed):
            wrong += 1
            assert not _fits(changed), changed
    assert wrong > 300


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from schema.get("properties", {}).items()
    for part in (*schema.get("$defs", {}).values(), *schema.get("anyOf", ())):
        yield from _properties(part)


def test_editors_have_something_to_say() -> None:
    found = list(_properties(mapping_schema()))
    assert len(found) > 40
    assert [name for name, one in found if not one.get("description")] == []
    assert sum("examples" in one for _, one in found) >= 10
