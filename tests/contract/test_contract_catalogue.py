"""The contracts of `catalogue.yaml`: what they say, and that the vendors' own documents say it too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import custmap
from custmap.contract.contract import Contract
from custmap.contract.openapi import load_openapi
from custmap.syntax import cache
from custmap.values.types import ANY, Type

ROOT = Path(__file__).parents[2]
SUITES = os.environ.get("CUSTMAP_SUITES")
ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "catalogue.yaml").read_text("utf-8"))
BY_HAND = {"aifi", "capillary", "fabric", "microbase"}
"""Vendors whose contracts have a test of their own, test_contract_vendors.py."""
each_row = pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['mapping']} {row.get('operation', '')}"
)


def contract_of(row: dict[str, Any]) -> Contract:
    """The contract of a row: an operation of the vendor's document here, or one in the mapping."""
    if "operation" not in row:
        contracts = [one.contract for one in custmap.load(row["mapping"]).checked.operations]
        return next(one for one in contracts if f"{one.method} {one.url}" == row["request"])
    return load_openapi(ROOT / "mappings" / row["mapping"].split("/")[0] / "openapi.yaml", row["operation"])


def test_every_mapping_has_a_row() -> None:
    files = {path for path in ROOT.glob("mappings/*/*.yaml") if path.name != "openapi.yaml"}
    names = {f"{path.parent.name}/{path.stem}" for path in files if path.parent.name not in BY_HAND}
    assert names == {row["mapping"] for row in ROWS}


@each_row
def test_where_it_goes(row: dict[str, Any]) -> None:
    contract = contract_of(row)
    assert f"{contract.method} {contract.url}" == row["request"]
    assert contract.media_type == row.get("media_type", "application/json")
    assert contract.closed == ("operation" in row)
    assert contract.body_required or not contract.closed
    operations = custmap.load(row["mapping"]).checked.operations
    assert contract.url in [operation.contract.url for operation in operations]


@each_row
def test_bodies(row: dict[str, Any]) -> None:
    schema = contract_of(row).body_schema
    assert schema is not None
    judge = jsonschema.Draft202012Validator(schema)
    assert row["fits"] and row["misfits"]
    assert [body for body in row["fits"] if not judge.is_valid(body)] == []
    assert [body for body in row["misfits"] if judge.is_valid(body)] == []


@each_row
def test_answers(row: dict[str, Any]) -> None:
    schemas = {answer.status: answer.schema for answer in contract_of(row).responses}
    for status, bodies in row.get("answers", {}).items():
        schema = schemas[status]
        assert schema is not None
        for body in bodies:
            jsonschema.Draft202012Validator(schema).validate(body)


def places(ours: Type, theirs: Type | None, at: str = "") -> Iterator[tuple[str, Type, Type | None]]:
    """Every place that our contract describes, with both types; None: their document has no such place."""
    yield at or "the body", ours, theirs
    for name in ours.members:
        mine, other = ours.members[name], None if theirs is None else member(theirs, name)
        yield from places(mine, other, f"{at}.{name}" if at else name)
    if ours.items is not None and "array" in ours.kinds:
        yield from places(ours.items, None if theirs is None else theirs.items or ANY, f"{at}[]")


def member(theirs: Type, name: str) -> Type | None:
    """Their type of a member; any, where their object has no members of its own or says nothing of others."""
    found = theirs.member(name)
    if found is not None:
        return found if found.kinds else None
    return ANY if theirs.free or not theirs.members else None


def differences(ours: Type, theirs: Type | None) -> Iterator[str]:
    """In what our contract allows more than theirs."""
    if theirs is None:
        yield "is not there"
        return
    kinds = theirs.kinds | ({"integer"} if "number" in theirs.kinds else set())
    if not ours.kinds <= kinds:
        yield f"{sorted(ours.kinds)}, and there {sorted(theirs.kinds)}"
    if theirs.enum is not None and (ours.enum is None or not all(map(theirs.lists, ours.enum))):
        yield f"enum {ours.enum}, and there {theirs.enum}"
    if theirs.read_only:
        yield "is read-only"


@pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
@pytest.mark.parametrize("row", [row for row in ROWS if "real" in row], ids=lambda row: row["mapping"])
def test_the_vendors_document_agrees(
    row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each member that our contract lists is in the vendor's document, and takes there what it takes here.

    Types, null and enums may be narrower here, never wider; those that are, places that the vendor
    leaves to the account, and parameters that only its pages have are named in the row.
    """
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    ours = contract_of(row)
    real = load_openapi(Path(SUITES or "", "openapi", row["real"]["document"]), row["real"]["operation"])
    assert ours.body is not None
    assert ours.method == real.method
    assert ours.path == real.path
    found = {at: list(differences(*types)) for at, *types in places(ours.body, real.body)}
    assert {at: said for at, said in found.items() if said} == row["real"].get("wider", {})
    narrower = {
        at: sorted(map(str, there.enum))
        for at, here, there in places(ours.body, real.body)
        if there is not None and there.enum is not None and here.enum is not None
        if set(map(str, here.enum)) != set(map(str, there.enum))
    }
    assert narrower == row["real"].get("narrower", {})
    beside = []
    for place, parameters in ours.parameters.items():
        for name, parameter in parameters.items():
            if name.lower() == "authorization":  # from the security scheme
                continue
            there = real.parameter(place, name)
            if there is None:
                beside.append(f"{place}.{name}")
                continue
            assert list(differences(parameter.type, there.type)) == []
            assert parameter.required >= there.required
    assert beside == row["real"].get("beside", [])
