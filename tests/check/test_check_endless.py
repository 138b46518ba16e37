"""Contracts that hold themselves: the checks end, soon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from check_projects import found_in

BODY = """\
custmap: 1
name: acme/update
contract: {openapi: openapi.yaml, operation: update}
body:
  p1: {from: attributes.x, merge: whole}
  p2: {from: phone, merge: whole}
  p3: {from: attributes, merge: whole}
response: {customer: body.p1.p2.p3.p4.p5.p6.p7.p8.p9}
"""


def test_a_contract_that_holds_itself(tmp_path: Path) -> None:
    node: dict[str, Any] = {"$ref": "#/components/schemas/Node"}
    media = {"content": {"application/json": {"schema": node}}}
    members = {f"p{number}": node for number in range(25)} | {"list": {"type": "array", "items": node}}
    operation = {
        "operationId": "update",
        "requestBody": media,
        "responses": {"200": {"description": "", **media}},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Endless", "version": "1"},
        "servers": [{"url": "https://api.acme.example"}],
        "paths": {"/c": {"post": operation}},
        "components": {"schemas": {"Node": {"type": "object", "properties": members}}},
    }
    folder = tmp_path / "mappings" / "acme"
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(json.dumps(document), "utf-8")
    place = folder / "update.yaml"
    place.write_text(BODY, "utf-8")
    found = {(one.code, one.line) for one in found_in(place)}
    assert {("CM413", 5), ("CM303", 6), ("CM413", 7), ("CM514", 3)} <= found
