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
