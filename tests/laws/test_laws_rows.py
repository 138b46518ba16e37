"""Rows through a source are the customers that they state, but for what they leave unsaid."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores.shipped import SHIPPED

import custmap

MAPPINGS = {store.mapping: (custmap.load(store.mapping), store.params) for store in SHIPPED.values()}
COLUMNS = {
    "key": st.sampled_from(["C-1", "C-2"]),
    "first": st.none() | st.sampled_from(["Ann", "Bo", ""]),
    "last": st.none() | st.sampled_from(["Lee", "Li"]),
    "email": st.none() | st.sampled_from(["ann@example.com", "bo@example.com", "no address", ""]),
    "phone": st.none() | st.sampled_from(["206 555 0142", "+12065550143", "abc", "abcd"]),
    "plan": st.none() | st.sampled_from(["gold", "free", ""]),
    "shop": st.none() | st.sampled_from(["Oslo", "Rome"]),
    "tags": st.none() | st.lists(st.sampled_from(["a", "b"]), max_size=2),
    "city": st.none() | st.sampled_from(["Oslo", "Rome"]),
    "status": st.none() | st.sampled_from(["A", "I"]),
}
MAPS = {"attributes": ("plan", "shop"), "custom_fields": ("plan",)}
TEXT = """\
custmap: 1
source: crm/{mode}
columns:
  {{key: string, first: string, last: string, email: string, phone: string, plan: string, shop: string,
    tags: {{type: array, items: string}}, city: string, status: string}}
key: key
nulls: {mode}
customer:
  id: key
{identifiers}
  name.given: first
  name.family: {{from: last, nulls: absent}}
  email: {{from: email, empty: clear}}
  phone.number: phone_e164(phone, 'US')
  tags: tags
  attributes.plan: plan
  attributes.shop: {{from: shop, nulls: absent}}
  custom_fields.plan: plan
  addresses: {{each: "[{{city: city}}]", fields: {{city: city}}}}
  status: {{from: status, values: {{A: active, I: inactive}}}}
"""
ROWS = st.fixed_dictionaries(COLUMNS)
Row = dict[str, Any]


@pytest.fixture(scope="module", params=["clear", "absent"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> custmap.Source:
    """Who the customer is at each vendor does not depend on the row's key."""
    vendors = sorted({name.partition("/")[0] for name in MAPPINGS})
    lines = "\n".join(f"  identifiers.{vendor}: \"'7'\"" for vendor in vendors)
    path = tmp_path_factory.mktemp("s") / "sources" / "crm" / f"{request.param}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT.format(mode=request.param, identifiers=lines), "utf-8")
    return custmap.source(path)


def stated(source: custmap.Source, row: Row) -> Any:
    """The customer of a row; the codes if a rule fails."""
    try:
        return source.customer(row)
    except custmap.RecordError as error:
        return [one.code for one in error.diagnostics]


def outcome(call: Any) -> Any:
    """What a call gives: requests, what a plan says, or codes."""
    try:
        found = call()
    except custmap.RecordError as error:
        return sorted((one.code, str(one.target or one.path)) for one in error.diagnostics)
    if isinstance(found, tuple):
        return [one.to_dict() for one in found]
    told = found.to_dict()
    return {name: told[name] for name in ("changes", "rejected", "requests")}


def unsaid(before: Row, after: Row) -> Row:
    """After with the entries of maps that before alone has: a source that fills entries takes none out."""
    kept = dict(after)
    for name in MAPS:
        if isinstance(after.get(name), dict) and isinstance(before.get(name), dict):
            kept[name] = before[name] | after[name]
    return kept


@pytest.mark.parametrize("name", MAPPINGS)
@given(before=ROWS, after=ROWS)
def test_rows_are_their_customers(name: str, source: custmap.Source, before: Row, after: Row) -> None:
    mapping, params = MAPPINGS[name]
    then, now = stated(source, before), stated(source, after)
    odd = OrderedDict(before), OrderedDict(after)
    applied = outcome(lambda: mapping.requests(after, params, source=source))
    assert applied == outcome(lambda: mapping.requests(odd[1], params, source=source))
    compared = outcome(lambda: mapping.diff(before, after, params, source=source))
    assert compared == outcome(lambda: mapping.diff(*odd, params, source=source))
    if isinstance(now, dict):
        assert applied == outcome(lambda: mapping.requests(now, params))
    if isinstance(now, dict) and isinstance(then, dict):
        assert compared == outcome(lambda: mapping.diff(then, unsaid(then, now), params))
    same = mapping.diff(after, after, params, source=source)
    assert not same.changes and not same.requests
