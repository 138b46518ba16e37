"""Compiled is interpreted, errors included, ill-typed records too; streamed is one by one."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from customers import Customer, Draw, anything, customers
from hypothesis import given
from hypothesis import strategies as st
from mappings import load, mappings, reads_of
from stores.shipped import SHIPPED

import custmap
from custmap.diagnostics.errors import RecordError
from custmap.model.privacy import shown_target
from custmap.prove.redaction import veiled_target
from custmap.records.identity import RequestIds, Who
from custmap.records.ndjson import read_records
from custmap.values.json_text import dump_json, json_bytes, parse_json
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
    riders = bind(checked, params or {}).riders
    taken = take(record, checked.canonical, check=False).record
    compiled = mapping.functions.values(taken, riders)
    interpreted = Interpreter(checked, riders).slots(taken)
    for slot, one, other in zip(checked.operation.table.slots, compiled, interpreted, strict=True):
        assert alike(one, other), f"{slot.target}: compiled {one!r}, interpreted {other!r}, from {record}"


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_shipped_slots(name: str, data: st.DataObject) -> None:
    mapping, store = MAPPINGS[name]
    record = data.draw(ill_typed(store.reads))
    for part in mapping.parts or (mapping,):
        compare(part, store.params, record)


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
    options: Any = {"check": False} | ({"absent": "clear"} if store.replaces else {})
    planned = mapping.diff(None, {**after, **store.named}, store.params, **options)
    try:
        requests = mapping.requests({**after, **store.named}, store.params, **options)
    except RecordError as error:
        assert {(found.code, veiled_target(found.target or "")) for found in error.diagnostics} == {
            (rejection.code, veiled_target(shown_target(rejection.place))) for rejection in planned.rejected
        }  # in errors the keys of items are hidden
    else:
        assert not planned.rejected
        assert not planned.requests or as_json(planned.requests) == as_json(requests)
    mapping.diff({**before, **store.named}, {**after, **store.named}, store.params, **options)


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_streamed_is_one_by_one(name: str, data: st.DataObject) -> None:
    mapping, store = MAPPINGS[name]
    records = [
        {**record, **data.draw(st.sampled_from(({}, store.named)))}
        for record in data.draw(st.lists(customers(store.reads), max_size=4))
    ]
    for result in mapping.apply_many(iter(records), store.params):
        try:
            alone = mapping.requests(records[result.index], store.params)
        except RecordError as error:
            assert result.error is not None and str(result.error) == str(error)
        else:
            assert result.error is None and as_json(result.requests) == as_json(alone)


def as_json(requests: tuple[Any, ...]) -> list[str]:
    return [request.to_json() for request in requests]


@pytest.mark.parametrize("name", MAPPINGS)
@given(data=st.data())
def test_read_from_a_file_is_one_by_one(name: str, data: st.DataObject) -> None:
    """What is not done for records of our own parser is not missed: results, errors and bytes are equal."""
    mapping, store = MAPPINGS[name]
    named = data.draw(st.sampled_from(({}, store.named)))  # a customer whom nothing names may be no request
    drawn = [{**data.draw(customers(store.reads) | ill_typed(store.reads)), **named} for _ in range(2)]
    if data.draw(st.booleans()):
        drawn[0]["nickname"] = data.draw(anything)
    try:
        lines = [dump_json(one).encode() for one in drawn]
    except (ValueError, TypeError):
        return
    before, after = map(parse_json, lines)
    nulls = data.draw(st.sampled_from(["clear", "absent"]))
    options: Any = {"nulls": nulls, "strict": data.draw(st.booleans())}
    schema = mapping.checked.canonical

    def read() -> list[Any]:
        return list(read_records(io.BytesIO(b"\n".join(lines)), schema=schema))

    marks, who = RequestIds("a run"), Who(0)
    apply = mapping.applier(store.params, **options)
    compare = mapping.comparer(store.params, **options)
    made = result(lambda: mapping.requests(before, store.params, **options))
    assert result(lambda: apply(read()[0].value, read()[0].fits)) == made
    if not mapping.checked.steps:  # a record of several requests has no line of its own
        line = mapping.line_applier(marks, store.params, **options)
        wanted = made
        if not isinstance(made[0], str):
            ((request,), (notes,)) = made
            wanted = (json_bytes(marks.marked(request, who, secrets=False)) + b"\n", notes)
        assert result(lambda: Line(*line(read()[0].value, read()[0].fits, who))) == wanted
    one, other = read()
    assert result(lambda: compare(one.value, other.value, one.fits and other.fits)) == result(
        lambda: mapping.diff(before, after, store.params, **options)
    )


class Line(NamedTuple):
    """A request as a line, and its notes."""

    line: bytes
    notes: tuple[Any, ...]


def result(call: Callable[[], Any]) -> tuple[Any, ...]:
    """What came back and its notes, or what was raised and its notes."""
    try:
        found = call()
    except RecordError as error:
        return str(error), tuple(getattr(error, "__notes__", ()))
    match found:
        case Line(line, notes):
            return line, notes
        case tuple():
            return found, tuple(request.notes for request in found)
        case _:
            return found, found.notes
