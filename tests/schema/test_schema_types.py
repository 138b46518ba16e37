"""JSON Schema to types: a table, then what no table can say (schemas without end, pickles)."""

import pickle
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.schema.combine import join, meet
from custmap.schema.json_schema import Definitions, type_of
from custmap.values.types import ANY, ARRAY, NEVER, STRING, Type

CASES = yaml.safe_load(Path(__file__).with_name("types.yaml").read_text())


def shape(type_: Type) -> dict[str, Any]:
    """What a type says beyond the defaults; inner types as their kinds."""
    said: dict[str, Any] = {"kinds": sorted(type_.kinds)}
    for name in ("extra", "items"):
        if (inner := getattr(type_, name)) is not None:
            said[name] = sorted(inner.kinds)
    if type_.members:
        said["members"] = {name: sorted(member.kinds) for name, member in type_.members.items()}
    for f in fields(Type):
        if f.name not in ("kinds", "extra", "items", "members") and getattr(type_, f.name) != f.default:
            value = getattr(type_, f.name)
            if value != frozenset():
                said[f.name] = sorted(value) if isinstance(value, frozenset) else value
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_type_of(case: dict[str, Any]) -> None:
    type_ = type_of(case["schema"], Definitions({"$defs": case.get("defs", {})}))
    assert shape(type_) == {"kinds": [], **case["type"]}


ENDLESS = {
    "$defs": {
        "Person": {
            "type": "object",
            "properties": {
                "friend": {"$ref": "#/$defs/Person"},
                "friends": {"type": "array", "items": {"$ref": "#/$defs/Person"}},
            },
        },
        "Nest": {"type": "array", "items": {"$ref": "#/$defs/Nest"}},
        "Tree": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Tree"}},
        "Both": {"allOf": [{"$ref": "#/$defs/Person"}, {"properties": {"friend": {"$ref": "#/$defs/Both"}}}]},
        "Either": {
            "anyOf": [{"$ref": "#/$defs/Nest"}, {"type": "array", "items": {"$ref": "#/$defs/Either"}}]
        },
    }
}


@pytest.mark.parametrize("name", sorted(ENDLESS["$defs"]))
def test_schemas_that_refer_to_themselves_need_no_end(name: str) -> None:
    type_: Type | None = type_of({"$ref": f"#/$defs/{name}"}, Definitions(ENDLESS))
    for _ in range(200):
        assert type_ is not None
        repr(type_), hash(type_)
        type_ = type_.member("friend") if "friend" in type_.members else type_.items or type_.extra


@pytest.mark.parametrize("name", sorted(ENDLESS["$defs"]))
def test_pickles_hold_the_schema_not_the_answers(name: str) -> None:
    type_ = type_of({"$ref": f"#/$defs/{name}"}, Definitions(ENDLESS))
    for inner in (type_.items, type_.extra, type_.member("friend")):
        repr(inner)
    again = pickle.loads(pickle.dumps(type_))
    assert again == type_ and shape(again) == shape(type_)


def test_a_diamond_of_references_is_read_once() -> None:
    defs: dict[str, Any] = {f"A{n}": {"allOf": [{"$ref": f"#/$defs/A{n + 1}"}] * 2} for n in range(60)}
    defs["A60"] = {"type": "string"}
    assert type_of({"$ref": "#/$defs/A0"}, Definitions({"$defs": defs})).kinds == {"string"}


def test_lazy_types_equal_plain_ones_and_can_be_replaced() -> None:
    lists = type_of({"type": "array", "items": {"type": "string"}}, Definitions({}))
    plain = ARRAY
    assert lists == plain and plain == lists and hash(lists) == hash(plain) and lists != STRING
    absent = replace(lists, absent=True)
    assert absent.absent and absent.items == STRING and lists.or_null().items == STRING


def test_a_temporary_schema_does_not_lend_its_identity() -> None:
    resolve = Definitions({})
    kinds = [type_of({"type": kind}, resolve).kinds for kind in ("string", "integer", "boolean", "null")]
    assert kinds == [{"string"}, {"integer"}, {"boolean"}, {"null"}]


def test_anything_and_nothing() -> None:
    assert meet(ANY, STRING) is STRING and join(NEVER, STRING) is STRING
    assert meet(STRING, ARRAY).kinds == frozenset() and join(ANY, STRING).kinds == ANY.kinds


def test_examples_run() -> None:
    import doctest

    from custmap.schema import customer, json_schema, personal

    assert all(doctest.testmod(module).failed == 0 for module in (customer, json_schema, personal))
