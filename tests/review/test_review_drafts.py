"""Drafts of operations: what they fill in, what they leave as comments, and that they pass."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from custmap.contract.openapi import load_openapi
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.errors import MappingError
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.records.new_files import write_new
from custmap.review.drafts import (
    drafted_params,
    drafted_rows,
    example_values,
    from_openapi,
    known_names,
    member_facts,
)
from custmap.review.drafts.project import Draft, DraftError, project
from custmap.testing.fixture import read_fixture
from custmap.testing.loaded import MappingCache
from custmap.testing.run import run_fixture

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "drafts.yaml").read_text("utf-8"))


def document(case: dict[str, Any], method: str = "patch", path: str = "/me") -> dict[str, Any]:
    operation = {
        "operationId": "update",
        "parameters": case.get("parameters", []),
        "requestBody": {"required": True, "content": {"application/json": {"schema": case["schema"]}}},
        "responses": {"200": {"description": "Done"}},
    }
    components = {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {}}}, **case.get("components", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1"},
        "servers": [{"url": "https://api.acme.example"}],
        "security": [{"oauth": []}] if "parameters" in case else [],
        "paths": {case.get("path", path): {method: operation}},
        "components": components,
    }


def drafted(folder: Path, made: dict[str, Any], operation: str = "update") -> Draft:
    file = folder / "vendor.json"
    file.write_text(json.dumps(made))
    return from_openapi.from_openapi(project("acme/update", folder, "mapping"), file, operation)


def check(draft: Draft) -> None:
    """What was written passes `validate` and `test`."""
    write_new({**draft.files, **draft.shared})
    mapping = next(path for path, what in draft.made.items() if what == "mapping")
    errors = [one for one in check_mapping(mapping, with_functions(()))[1] if one.level is Severity.ERROR]
    assert errors == []
    kept = MappingCache()
    for path, what in draft.made.items():
        if what == "fixture":
            assert str(run_fixture(read_fixture(path), kept.load)) == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["given"]))
def test_drafts(case: dict[str, Any], tmp_path: Path) -> None:
    draft = drafted(tmp_path, document(case))
    check(draft)
    text = draft.files[tmp_path / "mappings/acme/update.yaml"].decode()
    assert case["body"] in text
    fixture = yaml.safe_load(draft.files[tmp_path / "fixtures/acme/update/apply-example.yaml"])
    if "error" in case:
        assert fixture["expect"] == {"error": case["error"]}
    if "sends" in case:
        assert fixture["expect"]["request"].get("body") == ({} if case["sends"] is None else case["sends"])


def test_a_file_reads_as_shipped_ones(tmp_path: Path) -> None:
    made = document({"schema": {"type": "object", "properties": {"email": {"type": "string"}}}}, "put")
    made["paths"]["/me"]["put"]["summary"] = "Update **a** customer: [all](x) of it. Or less"
    head = drafted(tmp_path, made).files[tmp_path / "mappings/acme/update.yaml"].decode().split("\n\n")
    assert head[0] == (
        "# yaml-language-server: $schema=../../schemas/mapping.schema.json\ncustmap: 1\nname: acme/update\n"
        'summary: "Update a customer: all of it"\n'
        "contract: {openapi: update.openapi.json, operation: update}"
    )
    assert "# merge: whole " in head[1]
    assert (tmp_path / "schemas/mapping.schema.json") in drafted(tmp_path, made).shared


def test_large_bodies_are_drafted_less_deep(tmp_path: Path) -> None:
    inner = {"type": "object", "properties": {f"x{number}": {"type": "string"} for number in range(60)}}
    schema = {"type": "object", "properties": {f"part{number}": inner for number in range(4)} | {"a": {}}}
    text = (
        drafted(tmp_path, document({"schema": schema})).files[tmp_path / "mappings/acme/update.yaml"].decode()
    )
    assert "# part0:  # object: 60 members" in text and "x1" not in text and text.count("\n") < 40


def test_across_files(tmp_path: Path) -> None:
    """References into other files and other parts of the document become components."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/schemas.yaml").write_text(
        "Body: {type: object, properties: {email: {$ref: '#/Mail'}, next: {$ref: '#/Body'}}}\n"
        "Mail: {type: string, maxLength: 9, example: {$ref: '#/nowhere'}, x-more: {$ref: '#/nowhere'}}\n"
    )
    (tmp_path / "vendor.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: https://a.example}]\n"
        "paths:\n  /me:\n    $ref: '#/x-items/me'\n"
        "x-items:\n  me:\n    parameters: [{$ref: '#/components/parameters/Dry'}]\n    put:\n"
        "      operationId: update\n      callbacks: {c: {$ref: '#/nowhere'}}\n      requestBody:\n"
        "        content: {application/json: {schema: {$ref: 'parts/schemas.yaml#/Body'}}}\n"
        "      responses: {'200': {description: d, content: {application/json: {schema: "
        "{allOf: [{$ref: '#/components/schemas/Body'}, {$ref: '#/x-schemas/a~1b'}]}}}}}\n"
        "x-schemas: {a/b: {type: object, properties: {properties: {type: string, nullable: true}}}}\n"
        "components:\n  parameters: {Dry: {name: dry, in: query, "
        "schema: {$ref: '#/components/schemas/Flags/properties/a~1b'}}}\n"
        "  schemas: {Flags: {properties: {a/b: {type: boolean}}}, Body: {type: object}, "
        "Other: {$ref: '#/nowhere'}}\n"
    )
    draft = from_openapi.from_openapi(
        project("acme/update", tmp_path, "mapping"), tmp_path / "vendor.yaml", "update"
    )
    check(draft)
    copied = tmp_path / "mappings/acme/update.openapi.yaml"
    there, here = load_openapi(tmp_path / "vendor.yaml", "update"), load_openapi(copied, "update")
    assert (here.method, here.url, here.parameters) == (there.method, there.url, there.parameters)
    made = yaml.safe_load(copied.read_text())
    assert set(made["components"]["schemas"]) == {"Flags", "Body", "Body_2", "Mail", "a_b"}
    assert made["components"]["schemas"]["Mail"]["example"] == {"$ref": "#/nowhere"}
    assert "callbacks" not in made["paths"]["/me"]["put"] and "x-more" not in copied.read_text()
    assert here.parameters["query"]["dry"].type.only("boolean")
    assert there.body is not None and here.body is not None
    assert here.body.members["next"].members["email"].max_length == 9


LOST = {"schema": {"type": "object", "properties": {"email": {"type": "string"}, "x": {"$ref": "#/nowhere"}}}}


def test_a_lost_schema_is_told(tmp_path: Path) -> None:
    draft = drafted(tmp_path, document(LOST))
    check(draft)
    assert draft.notes == ("the document has no #/nowhere, so nothing is known of it",)


@pytest.mark.parametrize("case", CASES[:2], ids=lambda case: str(case["given"]))
def test_what_does_not_fit_is_left_out(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names without regard to types: the checks say what does not fit, and it becomes a comment."""
    monkeypatch.setattr(known_names, "_takes", lambda wanted, kind: True)
    draft = drafted(tmp_path, document(case))
    check(draft)
    assert case["body"] in draft.files[tmp_path / "mappings/acme/update.yaml"].decode()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"requestBody": None}, "takes no body"),
    ({"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}}}}}, "takes `text/csv`"),
    ({"requestBody": {"content": {"multipart/form-data": {}}}}, "takes `multipart/form-data`"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_what_cannot_be_mapped(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    made = document({"schema": {}})
    made["paths"]["/me"]["patch"] |= change
    with pytest.raises(DraftError, match=message):
        drafted(tmp_path, made)


def test_what_reads_is_not_drafted(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="changes nothing"):
        drafted(tmp_path, document({"schema": {}}, "get"))


def test_what_the_contract_requires_and_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="CM309: the contract requires `gone`"):
        drafted(
            tmp_path, document({"schema": {"type": "object", "required": ["gone"], "properties": {"a": {}}}})
        )


def test_a_reference_to_a_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="CM213"):
        drafted(tmp_path, document({"schema": {"$ref": "https://x.example/schema"}}))


def test_forms(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"email": {"type": "string"}, "metadata": {"type": "object"}}}
    made = document({"schema": schema}, "post")
    content = made["paths"]["/me"]["post"]["requestBody"]["content"]
    content["application/x-www-form-urlencoded"] = content.pop("application/json")
    check(drafted(tmp_path, made))


@pytest.mark.parametrize(
    "name", ["acme", "Acme/../x", "acme/", "/x", "a/b/c", "acme/Update", "acme/x y", "é/x", "a" * 200 + "/x"]
)
def test_names(name: str, tmp_path: Path) -> None:
    with pytest.raises(DraftError, match="is not a name"):
        project(name, tmp_path, "mapping")


def test_the_nearest_project(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "deep/er").mkdir(parents=True)
    assert project("a/b", tmp_path / "deep/er", "mapping").root == tmp_path
    (tmp_path / "deep/sources").mkdir()
    assert project("a/b", tmp_path / "deep/er", "source").root == tmp_path / "deep"


@pytest.mark.parametrize("module", [drafted_params, drafted_rows, example_values, member_facts])
def test_examples_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
