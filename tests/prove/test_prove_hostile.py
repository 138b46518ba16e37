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

TYPES: dict[str, tuple[str, dict[str, Any]]] = {
    "no text is so long": ("email", {"type": "string", "minLength": HUGE}),
    "no text is too long": ("email", {"type": "string", "maxLength": HUGE}),
    "a long text": ("email", {"type": "string", "minLength": 99_999_999}),
    "crossed lengths": ("email", {"type": "string", "minLength": 9, "maxLength": 3}),
    "a large number": ("priority", {"type": "number", "minimum": HUGE}),
    "a small step": ("priority", {"type": "number", "multipleOf": 0.001}),
    "a large step": ("priority", {"type": "integer", "multipleOf": HUGE}),
    "crossed limits": ("priority", {"type": "integer", "minimum": 5, "exclusiveMaximum": 5}),
    "many items": ("tags", {"type": "array", "minItems": HUGE, "items": TEXT}),
    "a pattern for nothing": ("email", {"type": "string", "pattern": "(?!)"}),
}


def _prove(fields: dict[str, Any], body: dict[str, Any], tmp_path: Path) -> None:
    contract = {"method": "POST", "url": "https://api.acme.example/c", "fields": fields}
    document = {"custmap": 1, "name": "acme/x", "contract": contract, "clear": "send_null", "body": body}
    path = tmp_path / "mappings" / "acme" / "x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), "utf-8")
    custmap.load(path).prove(examples=5)


@pytest.mark.parametrize("rule", RULES, ids=lambda name: name.replace(" ", "-"))
def test_items_of_anything(rule: str, tmp_path: Path) -> None:
    _prove({"known": TEXT}, {"a": RULES[rule]}, tmp_path)


@pytest.mark.parametrize("type_", TYPES, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("free", [False, True])
def test_contracts_that_ask_for_anything(type_: str, free: bool, tmp_path: Path) -> None:
    source, made = TYPES[type_]
    _prove({"a": made}, {"a": "attributes.a" if free else source}, tmp_path)
