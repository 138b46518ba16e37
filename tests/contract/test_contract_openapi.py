"""OpenAPI documents to contracts: a table, then what a table cannot hold."""

import json
import pickle
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from custmap.contract.contract import Contract
from custmap.contract.form_body import Form
from custmap.contract.openapi import load_openapi
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.values.paths import parse_path
from custmap.values.types import ANY

CASES = yaml.safe_load(Path(__file__).with_name("openapi.yaml").read_text())


def load(folder: Path, case: dict[str, Any]) -> Contract:
    folder.mkdir()
    for name, text in case.get("files", {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    path = folder / "api.yaml"
    path.write_text(case["document"])
    return load_openapi(path, case.get("operation", "update"), shown_as="api.yaml")


def parameters(contract: Contract, place: str) -> dict[str, list[str]]:
    found = contract.parameters[place].items()
    return {name: [*sorted(one.type.kinds), *(["required"] if one.required else [])] for name, one in found}


def form(found: Form) -> dict[str, Any]:
    """The styles of a form by member, with the default under ""."""
    styles = {"": found.default, **found.members}
    return {name: "json" if one.json else [one.lists, one.objects] for name, one in styles.items()}


def picture(contract: Contract) -> dict[str, Any]:
    """The contract as the table writes it."""
    body = contract.body
    variables = contract.variables.items()
    return {
        **{
            name: getattr(contract, name)
            for name in ("method", "url", "media_type", "accept", "body_required")
        },
        "form": contract.form and form(contract.form),
        **{place: parameters(contract, place) for place in ("path", "query", "headers")},
        "variables": {name: [v.default, list(v.enum or [])] if v.default else None for name, v in variables},
        "body": {name: sorted(member.kinds) for name, member in body.members.items()} if body else None,
        "required": sorted(body.required) if body else None,
        "responses": {one.status: sorted(one.type.kinds) if one.type else None for one in contract.responses},
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_load_openapi(tmp_path: Path, case: dict[str, Any]) -> None:
    found: list[str] = []
    try:
        contract = load(tmp_path / "api", case)
    except MappingError as error:
        spans = [(problem.code, problem.span) for problem in error.diagnostics]
        found = [f"{code} {span.line}:{span.column}" for code, span in spans if span]
        assert sorted(found) == sorted(case["problems"])
        return
    assert "problems" not in case
    seen = picture(contract)
    assert {name: seen[name] for name in case["contract"]} == case["contract"]
    if contract.body_schema is not None:
        jsonschema.Draft202012Validator.check_schema(contract.body_schema)
    assert picture(pickle.loads(pickle.dumps(contract))) == seen


def test_help_names_what_was_meant(tmp_path: Path) -> None:
    document = "openapi: 3.1.0\npaths: {/c: {post: {operationId: updateCustomer}}}\n"
    (tmp_path / "api.yaml").write_text(document)
    at = Span("m.yaml", 5, 3, 5, 9)
    with pytest.raises(MappingError) as caught:
        load_openapi(tmp_path / "api.yaml", "updateCustomr", asked_at=at, shown_as="api.yaml")
    (problem,) = caught.value.diagnostics
    assert (problem.span, problem.help) == (at, "Did you mean `updateCustomer`?")
    assert problem.message == "`api.yaml` has no operation `updateCustomr`"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("type: string\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    case = next(case for case in CASES if case["name"] == "A file beside it")
    document = case["document"].replace("more/parts.yaml#/Person", "link.yaml")
    (tmp_path / "in" / "api.yaml").write_text(document)
    with pytest.raises(MappingError) as caught:
        load_openapi(tmp_path / "in" / "api.yaml", "update")
    assert [problem.code for problem in caught.value.diagnostics] == ["CM213"]


def test_the_body_s_schema_is_whole_in_itself(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["name"].startswith("3.0's"))
    schema = load(tmp_path / "api", case).body_schema
    assert schema is not None
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid({"a": None, "b": None, "c": None, "d": None, "e": 9, "f": ""})
    assert not any(
        check.is_valid(body) for body in ({"d": "x"}, {"e": 0}, {"e": 10}, {"f": None}, {"b": "y"})
    )


def test_places_of_the_body(tmp_path: Path) -> None:
    document = """
        openapi: 3.1.0
        servers: [{url: https://a.example}]
        paths:
          /c:
            post:
              operationId: update
              parameters: [{name: X-Trace, in: header, schema: {type: string}}]
              requestBody:
                content:
                  application/json:
                    schema:
                      type: object
                      properties:
                        list: {type: array, items: {properties: {type: {enum: [a]}, value: {type: string}}}}
                        map: {type: object, additionalProperties: {type: integer}}
                        loose: {type: object, properties: {a: {}, b: {}}, additionalProperties: true}
                        shut: {type: object, properties: {a: {type: string}}, additionalProperties: false}
                        bare: {type: array}
    """
    (tmp_path / "api.yaml").write_text(document)
    contract = load_openapi(tmp_path / "api.yaml", "update")
    kinds = {
        "list[0].value": {"string"},
        "list[type=a].value": {"string"},
        "list[0].nope": None,
        "map.anything": {"integer"},
        "loose.other": ANY.kinds,
        "shut.other": None,
        "bare[3].x": ANY.kinds,
        "nope": None,
        "list.x": None,
        "map[0]": None,
        "list[0].value.x": None,
    }
    for place, expected in kinds.items():
        type_ = contract.at(parse_path(place))
        assert (None if type_ is None else type_.kinds) == expected, place
    assert contract.siblings(parse_path("list[0].valu")) == ("type", "value")
    assert contract.siblings(parse_path("nope")) == ("list", "map", "loose", "shut", "bare")
    assert contract.siblings(parse_path("list")) == ()
    assert contract.opens == ("loose", "loose.a", "loose.b")
    assert contract.parameter("headers", "x-TRACE") is contract.parameters["headers"]["X-Trace"]
    assert contract.parameter("query", "x") is None


def test_a_large_document_loads_quickly(tmp_path: Path) -> None:
    """Only what the operation reaches is read."""
    schemas = {
        f"S{n}": {
            "type": "object",
            "properties": {
                f"p{m}": {"$ref": f"#/components/schemas/S{(n * 7 + m) % 2000}"} for m in range(5)
            },
        }
        for n in range(2000)
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S1"}}}
    paths = {
        f"/c{n}": {"post": {"operationId": f"update{n}", "requestBody": {"content": content}}}
        for n in range(500)
    }
    document = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}
    (tmp_path / "api.json").write_text(json.dumps(document))
    contract = load_openapi(tmp_path / "api.json", "update499")
    assert contract.at(parse_path("p0.p1.p2.p3")) is not None
