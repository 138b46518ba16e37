"""Compiled is interpreted, errors included, ill-typed records too; streamed is one by one."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from customers import Customer, Draw, anything, customers
from hypothesis import given
from hypothesis import strategies as st
from mappings import load, mappings, reads_of
from stores.shipped import SHIPPED

import custmap
from custmap.diagnostics.errors import RecordError
from oracle.interpreter import Interpreter, alike

MAPPINGS = {store.mapping: (custmap.load(store.mapping), store) for store in SHIPPED.values()}


@st.composite
def ill_typed(draw: Draw, fields: tuple[str, ...]) -> Customer:
    """A customer in whom some values are of another kind than the schema says."""
    record = deepcopy(draw(customers(fields)))
    for _ in range(draw(st.integers(0, 2))):
        holder: Any = record
        while isinstance(holder, dict) and holder:
            key = draw(st.sampled_from(sorted(holder)))
            if not isinstance(holder[key], dict) or draw(st.booleans()):
                holder[key] = deepcopy(draw(anything))
                break
            holder = holder[key]
    return record


def compare(mapping: Any, params: Any, record: Customer) -> None:
    from custmap.border.intake import take
    from custmap.wire.binding import bind

    checked = mapping.checked
    riders = bind(checked, checked.operation, params).riders
    taken = take(record, checked.canonical, check=False).record
    compiled = mapping._code.values(taken, riders)
    interpreted = Interpreter(checked, riders).slots(taken)
    for slot, one, other in zip(checked.operation.table.slots, compiled, interpreted, strict=True):
        assert alike(one, other), f"{slot.target}: compiled {one!r}, interpreted {other!r}, from {record}"


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_shipped_slots(name: str, data: st.DataObject) -> None:
    mapping, store = MAPPINGS[name]
    compare(mapping, store.params, data.draw(ill_typed(store.reads)))


@given(data=st.data())
def test_drawn_slots(data: st.DataObject) -> None:
    drawn = data.draw(mappings())
    for _ in range(3):
        compare(load(drawn), None, data.draw(ill_typed(reads_of(drawn))))


@pytest.mark.parametrize(
    ("rule", "record"),
    [
        ({"from": "tags", "merge": "set"}, {"tags": 0}),
        ({"from": "phone", "merge": "fields"}, {"phone": []}),
        ({"from": "attributes", "merge": "entries"}, {"attributes": {"plan": None}}),
        ({"from": "attributes", "merge": "entries"}, {"attributes": 0}),
    ],
)
def test_each_kind_of_value(rule: dict[str, Any], record: Customer) -> None:
    contract = {"method": "PATCH", "url": "https://api.example.com/customers", "fields": {"known": "string"}}
    written = {"custmap": 1, "name": "acme/drawn", "contract": contract, "body": {"it": rule}}
    compare(load({**written, "clear": "send_null"}), None, record)


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_ill_typed_records_raise_record_errors_alone(name: str, data: st.DataObject) -> None:
    mapping, store = MAPPINGS[name]
    before, after = data.draw(ill_typed(store.reads)), data.draw(ill_typed(store.reads))
    ids = {"identifiers": dict(store.ids)} if store.ids else {}
    planned = mapping.diff(None, {**after, **ids}, store.params, check=False)
    try:
        request = mapping.apply({**after, **ids}, store.params, check=False)
    except RecordError as error:
        assert {(found.code, found.target) for found in error.diagnostics} == {
            (rejection.code, rejection.target) for rejection in planned.rejected
        }
    else:
        assert not planned.rejected
        assert planned.request is None or planned.request.to_json() == request.to_json()
    mapping.diff({**before, **ids}, {**after, **ids}, store.params, check=False)


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_streamed_is_one_by_one(name: str, data: st.DataObject) -> None:
    mapping, store = MAPPINGS[name]
    records = data.draw(st.lists(customers(store.reads), max_size=4))
    for result in mapping.apply_many(iter(records), store.params):
        try:
            alone = mapping.apply(records[result.index], store.params)
        except RecordError as error:
            assert result.error is not None and str(result.error) == str(error)
        else:
            assert result.request is not None and result.request.to_json() == alone.to_json()
