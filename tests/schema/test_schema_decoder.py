"""Decoders that check while they read: what they take fits, and is what any other decoder reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.schema.canonical import load_canonical
from custmap.schema.decoder import decoder_of
from custmap.values.equality import same
from custmap.values.json_text import is_whole

CUSTOMER = load_canonical(None)

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 2.5, 1e16, 10**25])
    | st.sampled_from(["", "x", "mobile", "active", "customer", "2027-02-11T16:36:17Z", ":", "é\u2028"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "type", "value", "given", "tier", "points", "enrollments", "odd", "number"]),
        inner,
        max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip
records = st.dictionaries(st.sampled_from([*CUSTOMER.type.members, "nickname"]), anything, max_size=5)


@given(records)
def test_what_it_takes_fits(record: Any) -> None:
    decode = CUSTOMER.decoder
    assert decode is not None
    text = json.dumps(record).encode()
    try:
        value = decode(text)
    except Exception:
        # `1.0` is an integer for JSON Schema and none for a decoder; nothing else is refused for nothing.
        assert not CUSTOMER.fits(record) or b".0" in text or b"e+16" in text
        return
    assert is_whole(text, value) == CUSTOMER.fits(record)
    if is_whole(text, value):
        assert same(value, record) and list(value) == list(record)


def test_the_whole_customer_is_taken() -> None:
    decode = CUSTOMER.decoder
    assert decode is not None
    assert decode(b'{"name": "Ann", "phone": {"type": "work"}, "attributes": {"a": [{}]}, "priority": 1}')
    for wrong in (b"{", b"[]", b"null", b'{"priority": 1.0}', b'{"status": "gone"}', b'{"tags": [null]}'):
        with pytest.raises(Exception, match=r"Expected|Invalid|truncated"):
            decode(wrong)


TAKEN: list[Any] = [
    {"type": "object"},
    {
        "type": ["object", "null"],
        "properties": {"a": {"type": "array", "items": {"enum": ["x"], "type": "string"}}},
    },
    {"properties": {"a": {"$ref": "#/$defs/A"}}, "type": "object", "$defs": {"A": {"type": "integer"}}},
    {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
]
NOT_TAKEN: list[Any] = [
    {},
    {"type": "number"},
    {"type": "object", "required": ["a"]},
    {"type": "object", "properties": {"a": {}}, "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}},
    {"type": "object", "properties": {"a": {"enum": [1, "x"], "type": ["string", "integer"]}}},
    {"type": "object", "properties": {"a": {"not": {}}}},
    {"type": "object", "properties": {"a": False}},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"$ref": "#/$defs/A"}}},
    {"type": "object", "properties": {"a": {"$ref": "#"}}},
    {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "object"}, {"type": "object", "properties": {"b": {}}}]}},
    },
]


@pytest.mark.parametrize("schema", TAKEN, ids=str)
def test_types_names_and_choices_are_enough(schema: dict[str, Any]) -> None:
    assert decoder_of(schema) is not None


@pytest.mark.parametrize("schema", NOT_TAKEN, ids=str)
def test_a_schema_that_says_more_has_no_decoder(schema: dict[str, Any]) -> None:
    decode = decoder_of(schema)
    assert decode is None or schema == {}
