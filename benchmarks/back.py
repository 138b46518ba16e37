"""The way back: vendors' copies as customers, over lean code by hand; and what an answer means."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import lean_back
from harness import Table, Work, call, measure, medians

import custmap
from records import FULL, MAPPINGS, PARAMS, Record, capillary

LEAN: Final[dict[str, Callable[[Record], Record]]] = {
    "fabric/update-customer": lean_back.fabric_customer,
    "fabric/update-attributes": lean_back.fabric_attributes,
    "microbase/customer-update": lean_back.microbase,
    "aifi/update-customer": lean_back.aifi,
    "capillary/update-customer": lean_back.capillary,
}
_ADDRESS: Final = {
    "id": "r1h2uQ4rx", "name": "Work", "firstName": "Ann", "lastName": "Li",
    "address_1": "1650 Example Court", "address_2": "Number 10", "postCode": "61701",
    "city": "Bloomington", "state": "Illinois", "country": "US",
    "company": "My Company", "phone": 2065550142, "instructions": "Ring twice",
}  # fmt: skip
_CUSTOMER: Final = {
    "accountId": "A-1", "company": "Demo Inc", "email": "ann.li@example.com",
    "name": {"firstName": "Ann", "lastName": "Li", "middleName": "B."},
    "phone": {"number": "123-456-7890", "type": "MOBILE"},
}  # fmt: skip
MOST: Final = 10.0
"""Microseconds that are asked of an outcome."""


def copies(mappings: dict[str, custmap.Mapping]) -> Iterator[tuple[str, str, Record]]:
    """What is printed, the mapping, and the vendor's copy: what it was sent, and what its answers add."""
    sent = {}
    for name, mapping in mappings.items():
        record = capillary(1, 1) if name.startswith("capillary") else FULL
        sent[name] = mapping.apply(record, PARAMS[name]).body
        yield name, name, sent[name]
    microbase, aifi = sent["microbase/customer-update"], sent["aifi/update-customer"]
    yield "microbase, with an address", "microbase/customer-update", {**microbase, "addresses": [_ADDRESS]}
    yield "aifi, with its id", "aifi/update-customer", {**aifi, "id": 42}
    order = {**sent["fabric/update-attributes"], "customer": _CUSTOMER}
    yield "fabric, attributes, with the customer", "fabric/update-attributes", order
    three = mappings["capillary/update-customer"].apply(capillary(3, 3), PARAMS["capillary/update-customer"])
    yield "capillary, 3 enrollments, 3 channels", "capillary/update-customer", three.body


def answers(given: dict[str, Record]) -> Iterator[tuple[str, str, Record]]:
    """Answers that are ok; `given` are copies by what is printed."""
    yield "fabric, customer", "fabric/update-customer", {"failedCount": 0, "failedOrderIds": []}
    order = {"orderId": "1", "erroredFields": [], **given["fabric, attributes, with the customer"]}
    yield "fabric, attributes", "fabric/update-attributes", order
    for what in ("microbase/customer-update", "microbase, with an address"):
        yield what, "microbase/customer-update", {"ok": True, "customer": given[what]}
    yield "aifi", "aifi/update-customer", given["aifi, with its id"]
    yield "capillary", "capillary/update-customer", {"createdId": 98662653, "warnings": []}


def same_customer(name: str, mapping: custmap.Mapping, document: Record) -> None:
    kept = copy.deepcopy(document)
    customer, notes = mapping.back.read(document)
    assert not notes, notes
    assert document == kept, "a document was modified"
    by_hand = LEAN[name](document)
    assert customer == by_hand, (customer, by_hand)
    assert json.dumps(customer) == json.dumps(by_hand), "order of members"


def run() -> None:
    mappings = {name: custmap.load(name) for name in MAPPINGS}
    measured = list(copies(mappings))
    for _, name, document in measured:
        same_customer(name, mappings[name], document)
        for member in document:
            same_customer(name, mappings[name], {key: one for key, one in document.items() if key != member})

    table = Table("Generated function of the way back", 2)
    for what, name, document in measured:
        table.row(what, _generated(mappings[name], document), call(LEAN[name], document))
    table = Table("mapping.reverse", 2)
    for what, name, document in measured:
        table.row(what, call(mappings[name].reverse, document), call(LEAN[name], document))

    print(f"\nmapping.outcome of a 200, µs; asked ≤ {MOST:g}")
    for what, name, body in answers({what: document for what, _, document in measured}):
        outcome = mappings[name].outcome(200, body)
        assert outcome.ok and not outcome.warnings, outcome
        (time,), _ = medians(measure([call(mappings[name].outcome, 200, body)]))
        print(f"  {what:<44}{time:>9.2f} µs{'!' if time > MOST else ''}", flush=True)


def _generated(mapping: custmap.Mapping, document: Any) -> Work:
    """The functions alone, without the question whether a text holds half of a surrogate pair."""
    (layer,) = mapping.back.layers
    return Work("apply(document, ())", {"apply": layer.code.apply, "document": document})
