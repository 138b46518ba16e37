"""Keys that say nothing where they stand, or too much, are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custmap.functions.table import LIBRARY
from custmap.loader import check_mapping

KEYS: dict[str, Any] = {
    "default": "x",
    "values": {"a": "b"},
    "unmapped": "skip",
    "format": "<{}>",
    "empty": "clear",
    "key": "v",
    "identity": True,
    "transitions": {"a": ["b"]},
    "repeatable": False,
}
ON_POLICIES = {**KEYS, "when": "blocked"}
ON_ITEMS = {**ON_POLICIES, "clear": "send_null", "send": "always", "immutable": True}
PLACES = {"object": ON_POLICIES, "items": ON_ITEMS, "fields": KEYS}


@pytest.mark.parametrize(("place", "key"), [(place, key) for place, keys in PLACES.items() for key in keys])
def test_keys_that_say_nothing(place: str, key: str, tmp_path: Path) -> None:
    policy = {key: PLACES[place][key]}
    bodies: dict[str, Any] = {
        "object": {"o": policy, "o.a": "email"},
        "items": {"l": policy, "l[0].a": "email"},
        "fields": {"o": {"from": "name", "fields": {"a": "given"}, **policy}},
    }
    contract = {"method": "PATCH", "url": "https://api.acme.example/c", "fields": {"known": "string"}}
    document = {"custmap": 1, "name": "acme/x", "contract": contract, "body": bodies[place]}
    path = tmp_path / "acme" / "x.yaml"
    path.parent.mkdir()
    path.write_text(json.dumps(document), "utf-8")
    _, found = check_mapping(path, LIBRARY)
    told = [one for one in found if one.code == "CM207" and f"`{key}`" in one.message]
    assert told and "in the rules of its" in (told[0].help or "")
    could = key in ("clear", "send", "immutable", "repeatable", "empty")
    assert told[0].level == ("warning" if could else "error")


def test_a_secret_has_no_default(tmp_path: Path) -> None:
    contract = {"method": "PATCH", "url": "https://api.acme.example/c", "fields": {"a": "string"}}
    params = {"token": {"secret": True, "default": "s3cret"}, "who": {"default": "me"}}
    body = {"a": {"param": "token"}, "b": {"param": "who"}}
    document = {"custmap": 1, "name": "acme/x", "contract": contract, "params": params, "body": body}
    path = tmp_path / "acme" / "x.yaml"
    path.parent.mkdir()
    path.write_text(json.dumps(document), "utf-8")
    _, found = check_mapping(path, LIBRARY)
    (told,) = (one for one in found if one.code == "CM511")
    assert told.level == "warning" and "token" in told.message and "s3cret" not in str(found)
