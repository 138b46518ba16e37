"""Schemas with hundreds or thousands of parts: what was quadratic, or recursive, never ended here."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from custmap.contract.openapi import load_openapi
from custmap.diagnostics.errors import MappingError
from custmap.expressions.unions import literal_type, union
from custmap.schema.misfit import misfit
from custmap.values.nearest import nearest
from custmap.values.types import Type

TEXT = {"type": "string"}


def body(folder: Path, schema: dict[str, Any], **schemas: Any) -> Type:
    content = {"application/json": {"schema": schema}}
    paths = {"/c": {"post": {"operationId": "up", "requestBody": {"content": content}}}}
    document = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}
    (folder / "api.json").write_text(json.dumps(document))
    found = load_openapi(folder / "api.json", "up").body
    assert found is not None
    return found


def objects(count: int) -> list[dict[str, Any]]:
    return [{"type": "object", "properties": {f"p{n}": TEXT, "all": TEXT}} for n in range(count)]


@pytest.mark.parametrize("word", ["oneOf", "anyOf", "allOf"])
def test_thousands_of_branches(tmp_path: Path, word: str) -> None:
    type_ = body(tmp_path, {word: objects(3000)})
    assert len(type_.members) == 3001 and type_.members["all"].only("string")
    assert type_.members["p2999"].only("string") is (word == "allOf")
    assert len(pickle.loads(pickle.dumps(type_)).members) == 3001


def test_references_to_thousands(tmp_path: Path) -> None:
    schemas = {f"s{n}": one for n, one in enumerate(objects(3000))}
    branches = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    assert body(tmp_path, {"oneOf": branches}, **schemas).members["all"].only("string")


@pytest.mark.parametrize(
    "leads", [lambda ref: ref, lambda ref: {"allOf": [ref, {"properties": {"a": TEXT}}]}]
)
@pytest.mark.parametrize("ring", [False, True])
def test_a_row_of_references_ends(tmp_path: Path, leads: Any, ring: bool) -> None:
    def schemas(count: int) -> dict[str, Any]:
        made = {f"s{n}": leads({"$ref": f"#/components/schemas/s{n + 1}"}) for n in range(count)}
        return {**made, f"s{count}": {"$ref": "#/components/schemas/s0"} if ring else TEXT}

    first = {"$ref": "#/components/schemas/s0"}
    assert body(tmp_path, first, **schemas(40)) is not None
    with pytest.raises(MappingError, match="CM108"):
        body(tmp_path, first, **schemas(600))


def test_references_inside_members_have_no_end(tmp_path: Path) -> None:
    schemas = {
        f"s{n}": {"properties": {"next": {"$ref": f"#/components/schemas/s{n + 1}"}}} for n in range(600)
    }
    type_ = body(tmp_path, {"$ref": "#/components/schemas/s0"}, **schemas, s600={"properties": {"end": TEXT}})
    for _ in range(600):
        type_ = type_.members["next"]
    assert type_.members["end"].only("string")


def test_an_enum_of_a_hundred_thousand(tmp_path: Path) -> None:
    words = [f"value {n}" for n in range(100_000)]
    listed = {"enum": words, "type": "string"}
    type_ = body(tmp_path, {"properties": {"a": {"allOf": [listed, {"enum": [*words, "more"]}]}}}).members[
        "a"
    ]
    assert type_.enum is not None and len(type_.enum) == 100_000
    assert all(misfit(type_, word) is None for word in words) and misfit(type_, "more") is not None
    both = union(*map(literal_type, words), literal_type(None))
    assert both.enum == (*words, None) and both.max_length == len("value 99999")
    assert nearest("VALUE-77", words) == "value 77" and nearest("valeu 77", words) is None


def test_names_that_no_pointer_can_say(tmp_path: Path) -> None:
    schemas = {chr(0x4E00 + n): TEXT for n in range(20_000)}
    members = {name: {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    type_ = body(tmp_path, {"properties": members}, **schemas)
    assert type_.members[chr(0x4E00 + 19_999)].only("string")
