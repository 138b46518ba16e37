"""A document that says the same in another version of OpenAPI."""

from __future__ import annotations

from pathlib import Path

from custmap.review.drift import drift

IN_30 = """\
openapi: 3.0.3
servers: [{url: "https://api.acme.example"}]
paths:
  /people/{id}:
    patch:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Person"}}}}
      responses: {"200": {description: OK}}
components:
  schemas:
    Person:
      type: object
      properties:
        nick: {type: string, nullable: true, maxLength: 60}
        level: {type: integer, minimum: 0, exclusiveMinimum: true}
        state: {type: string, nullable: true, enum: [A, B]}
"""
IN_31 = """\
openapi: 3.1.0
servers: [{url: "https://api.acme.example"}]
paths:
  /people/{person}:
    parameters: [{$ref: "#/components/parameters/who"}]
    patch:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Changed"}}}}
      responses: {"200": {description: OK}}
components:
  parameters: {who: {name: person, in: path, required: true, schema: {type: string}}}
  schemas:
    State: {type: [string, "null"], enum: [B, A, null]}
    Changed:
      properties:
        state: {$ref: "#/components/schemas/State"}
        nick: {anyOf: [{type: "null"}, {type: string, maxLength: 60}]}
        level: {exclusiveMinimum: 0, type: integer}
      type: object
"""
OF_PERSON = """\
custmap: 1
name: acme/person
contract: {openapi: person.yaml, operation: "PATCH /people/{id}"}
params: {id: {}}
clear: send_null
body:
  nick: name.given
  level: {from: priority, clear: impossible}
  state: {from: status, values: {active: A, inactive: B}}
"""


def test_from_30_to_31(tmp_path: Path) -> None:
    mapping = tmp_path / "acme" / "person.yaml"
    mapping.parent.mkdir()
    (mapping.parent / "vendor.yaml").write_text(IN_30, "utf-8")
    mapping.write_text(OF_PERSON.replace("person.yaml", "vendor.yaml"), "utf-8")
    new = tmp_path / "new.yaml"
    new.write_text(IN_31.replace("{person}", "{id}").replace("name: person", "name: id"), "utf-8")
    assert drift(mapping, new) == ()
    new.write_text(IN_31, "utf-8")
    found = drift(mapping, new)
    assert [(one.code, one.line) for one in found] == [("CM211", 3), ("CM309", 3), ("CM516", 4)]
    assert found[0].help == "Did you mean `PATCH /people/{person}`? It has the same method and path."


def drifted(folder: Path, mapping: str, old: str, new: str) -> list[tuple[str, str | None]]:
    """Codes and helps of what is told."""
    home = folder / "acme"
    home.mkdir(exist_ok=True)
    (home / "person.yaml").write_text(mapping.replace("person.yaml", "vendor.yaml"), "utf-8")
    (home / "vendor.yaml").write_text(old, "utf-8")
    (folder / "new.yaml").write_text(new, "utf-8")
    return [(one.code, one.help) for one in drift(home / "person.yaml", folder / "new.yaml")]


def test_an_operation_that_moved_is_found_by_its_id(tmp_path: Path) -> None:
    old = IN_30.replace("    patch:\n", "    patch:\n      operationId: change\n")
    found = drifted(tmp_path, OF_PERSON, old, old.replace("/people/", "/persons/"))
    assert found[0] == ("CM211", "Did you mean `PATCH /persons/{id}`? It has the same operationId.")


def test_a_default_of_the_server_matters_where_no_parameter_fills_it(tmp_path: Path) -> None:
    url = '"https://{site}.acme.example", variables: {site: {default: eu}}'
    old = IN_30.replace('"https://api.acme.example"', url)
    new = old.replace("default: eu", "default: us")
    assert [code for code, _ in drifted(tmp_path, OF_PERSON, old, new)] == ["CM601"]
    filled = OF_PERSON.replace("{id: {}}", "{id: {}, site: {}}")
    assert drifted(tmp_path, filled, old, new) == []
