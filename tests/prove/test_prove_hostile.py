"""Mappings and contracts that no one would write: `prove` ends, and raises nothing of Python's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import custmap

TEXT = {"type": "string"}
HUGE = 10**400

RULES: dict[str, Any] = {
    "the record as its own item": {"each": "[@]", "fields": {"a": "email"}},
    "an item of a list": {"each": "[addresses[0]]", "fields": {"a": "city"}},
    "texts as items": {"each": "tags", "fields": {"a": "@"}},
    "values of a map": {"each": "values(attributes)", "fields": {"a": "@"}},
    "a list of lists": {"each": "[addresses, addresses][]", "fields": {"a": "city"}},
    "items in items": {"each": "addresses", "fields": {"a": {"each": "[@]", "fields": {"b": "city"}}}},
    "nothing at all": {"each": "`[]`", "fields": {"a": "email"}},
}

TYPES: dict[str, Any] = {
    "no text is so long": {"type": "string", "minLength": HUGE},
    "no text is too long": {"type": "string", "maxLength": HUGE},
    "a long text": {"type": "string", "minLength": 99_999_999},
    "crossed lengths": {"type": "string", "minLength": 9, "maxLength": 3},
    "a large number": {"type": "number", "minimum": HUGE},
    "a small step": {"type": "number", "multipleOf": 1e-300},
    "a large step": {"type": "integer", "multipleOf": HUGE},
    "crossed limits": {"type": "integer", "minimum": 5, "exclusiveMaximum": 5},
    "no value": {"enum": [None]},
    "many items": {"type": "array", "minItems": HUGE, "items": TEXT},
    "a pattern for nothing": {"type": "string", "pattern": "(?!)"},
}


def _prove(fields: dict[str, Any], body: dict[str, Any], tmp_path: Path) -> None:
    contract = {"method": "POST", "url": "https://api.acme.example/c", "fields": fields}
    document = {"custmap": 1, "name": "acme/x", "contract": contract, "clear": "send_null", "body": body}
    path = tmp_path / "mappings" / "acme" / "x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), "utf-8")
    try:
        mapping = custmap.load(path)
    except custmap.MappingError:
        return
    mapping.prove(examples=5)


@pytest.mark.parametrize("rule", RULES, ids=lambda name: name.replace(" ", "-"))
def test_items_of_anything(rule: str, tmp_path: Path) -> None:
    _prove({"known": TEXT}, {"a": RULES[rule]}, tmp_path)


@pytest.mark.parametrize("type_", TYPES, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("source", ["email", "priority", "tags", "attributes.a"])
def test_contracts_that_ask_for_anything(type_: str, source: str, tmp_path: Path) -> None:
    _prove({"a": TYPES[type_]}, {"a": source}, tmp_path)
