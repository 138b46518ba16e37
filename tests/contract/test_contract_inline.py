"""Inline contracts: a table of what they give and of what is wrong with them."""

import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from custmap.contract.contract import Contract
from custmap.contract.inline import inline_contract
from custmap.diagnostics.errors import MappingError
from custmap.syntax.node import MapNode
from custmap.syntax.yaml_reader import read_yaml
from custmap.values.paths import parse_path

CASES = yaml.safe_load(Path(__file__).with_name("inline.yaml").read_text())


def load(text: str) -> Contract:
    node = read_yaml(text.encode(), "m.yaml")
    assert isinstance(node, MapNode)
    return inline_contract(node, "acme/update")


def kinds(contract: Contract, place: str) -> list[str] | None:
    type_ = contract.at(parse_path(place))
    return None if type_ is None else sorted(type_.kinds)


def parameters(contract: Contract) -> dict[str, Any]:
    return {
        place: {
            name: [*sorted(one.type.kinds), *(["required"] if one.required else [])]
            for name, one in found.items()
        }
        for place, found in contract.parameters.items()
    }


def picture(contract: Contract, case: dict[str, Any]) -> dict[str, Any]:
    body, answer = contract.body, contract.answer
    return {
        "method": contract.method,
        "url": contract.url,
        "media_type": contract.media_type,
        "form": contract.form and [contract.form.default.lists, contract.form.default.objects],
        "opens": list(contract.opens),
        "variables": list(contract.variables),
        "parameters": parameters(contract),
        "body": {name: sorted(member.kinds) for name, member in body.members.items()} if body else None,
        "required": sorted(body.required) if body else None,
        "schema": contract.body_schema,
        "at": {place: kinds(contract, place) for place in case.get("at", {})},
        "required_in": {
            name: sorted(body.members[name].required) for name in case.get("required_in", {}) if body
        },
        "answer": {name: sorted(member.kinds) for name, member in answer.type.members.items()}
        if answer and answer.type
        else None,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_inline_contract(case: dict[str, Any]) -> None:
    found: list[str] = []
    try:
        contract = load(case["contract"])
    except MappingError as error:
        for one in error.diagnostics:
            meant = (one.help or "").removeprefix("Did you mean `").removesuffix("`?")
            meant = f" -> {meant}" if (one.help or "").startswith("Did you") else ""
            assert one.span is not None and one.span.file == "m.yaml"
            found.append(f"{one.code} {one.span.line}:{one.span.column} {one.message}{meant}")
        assert sorted(found) == sorted(case["problems"])
        return
    assert "problems" not in case
    seen = picture(contract, case["gives"])
    assert {name: seen[name] for name in case["gives"]} == case["gives"]
    assert not contract.closed and contract.source == "m.yaml"
    assert picture(pickle.loads(pickle.dumps(contract)), case["gives"]) == seen
    if contract.body_schema:
        jsonschema.Draft202012Validator.check_schema(contract.body_schema)


def test_siblings() -> None:
    contract = load(CASES[0]["contract"])
    assert contract.siblings(parse_path("emial")) == ("id", "email", "phone")
