"""`prove` of mappings whose body is sent as a form: the declared vendor reads the body itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_mappings import made

RULES = """
params: {token: {secret: true}}
body:
  id:    {from: id, identity: true}
  mail:  {from: email, clear: send_empty}
  key:   {param: token}
  meta:  {from: attributes, merge: entries, clear: {send: ""}}
  more:  {from: custom_fields, merge: whole, clear: skip}
  ids:   {from: identifiers, merge: entries, clear: {name_in: removed}}
  tags:  {from: tags, merge: set, clear: send_empty}
"""
ITEMS = (
    "  rows: {each: addresses, merge: keyed, key: label, fields: {label: label, city: city}, "
    "clear: {key_in: gone, with: 1}}\n"
)
RECORDS = [
    {"id": "1", "attributes": {"a": {"b": None}, "c[d]": 1}, "custom_fields": {"x": [None]}, "tags": ["x"]},
    {"id": "1", "email": "a", "attributes": {"a": "x"}, "custom_fields": {"y": 2}, "tags": ["q", "x,y"]},
]


@pytest.mark.parametrize("word", ["brackets", "repeat", "comma"])
def test_no_counterexample(tmp_path: Path, word: str) -> None:
    contract = f"contract: {{method: POST, url: 'https://x.io/c', form: {word}}}\n"
    mapping = made(tmp_path, contract + RULES + (ITEMS if word != "comma" else ""))
    proof = mapping.prove(examples=150)
    assert proof.ok, str(proof)
    proof = mapping.prove(examples=150, records=RECORDS)
    assert proof.ok, str(proof)
    assert "the request cannot have it: rejected" in str(proof)
