"""The members of a request come in the order of their names, however the rules are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from small_mappings import made

KEYS = "qwertzuiopasdfghjklyxcvbnm"

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "places of names": (
        """
        y: {from: email, clear: {name_in: meta.b}}
        z: {from: company, clear: {name_in: meta.a}}
        """,
        {"email": "a", "company": "b"},
        {"email": None, "company": None},
        '{"meta":{"a":["z"],"b":["y"]}}',
    ),
    "places of marks": (
        """
        z: {from: email, clear: {key_in: meta.a, with: 1}}
        y: {from: company, clear: {key_in: meta.b, with: 1}}
        a: {from: role, clear: {key_in: meta.b, with: 1, as: x}}
        b: {from: status, clear: {key_in: meta.b, with: 1}}
        """,
        {"email": "a", "company": "b", "role": "tester", "status": "active"},
        {"email": None, "company": None, "role": None, "status": None},
        '{"meta":{"a":{"z":1},"b":{"b":1,"x":1,"y":1}}}',
    ),
    "what goes along in an object": (
        """
        o.c: company
        o.b: {value: 1}
        o.a: {from: role, send: always}
        o.d: {from: status, send: always}
        """,
        {"company": "a", "role": "tester", "status": "active"},
        {"company": "b"},
        '{"o":{"a":"tester","c":"b","d":"active","b":1}}',
    ),
    "entries": (
        "map: {from: attributes, merge: entries}",
        {"attributes": {}},
        {"attributes": dict.fromkeys(KEYS, 1)},
        json.dumps({"map": dict.fromkeys(sorted(KEYS), 1)}, separators=(",", ":")),
    ),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_order(case: tuple[str, dict[str, Any], dict[str, Any], str], turned: bool, tmp_path: Path) -> None:
    rules, before, after, body = case
    table = yaml.safe_load(rules)
    if turned:
        table = dict(reversed(table.items()))
    mapping = made(tmp_path, yaml.safe_dump({"body": table}, sort_keys=False))
    request = mapping.diff(before, after).request
    assert request is not None
    assert json.dumps(request.body, separators=(",", ":")) == body
