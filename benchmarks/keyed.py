"""A list with keys, an item: `each` with `key` and `merge: keyed`, against lean functions by hand.

The lean functions trust the items and their keys; the lean diff maps both lists, looks items up by key, sends
those that are new or other and names those that are gone. They do not check types or empties, refuse an item
without a key or two items with one, clear a member of an item, or note anything.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

from generated import generated, parts, taken
from harness import Table, call
from lean import Call, Record

import custmap

MAPPING: Final = Path(__file__).with_name("addresses.yaml")
URL: Final = "https://api.acme.example/customer"
HEADERS: Final = {"Accept": "application/json", "Content-Type": "application/json"}
COUNTRIES: Final = {"US": "USA", "CA": "CAN"}


def customer(count: int) -> Record:
    """A customer with so many addresses."""
    return {
        "addresses": [
            {
                "label": f"place {number}",
                "line1": f"{number} Demo Street",
                "city": "Seattle",
                "postal_code": f"{98000 + number}",
                "country": "US",
            }
            for number in range(count)
        ]
    }


def _item(address: Record) -> Record:
    sent: Record = {}
    value = address.get("city")
    if value is not None:
        sent["city"] = value
    value = address.get("country")
    if value is not None:
        sent["country"] = COUNTRIES[value]
    sent["name"] = address["label"]
    value = address.get("line1")
    if value is not None:
        sent["street"] = value
    value = address.get("postal_code")
    if value is not None:
        sent["zip"] = value
    return sent


def lean_body(record: Record) -> Record:
    addresses = record.get("addresses")
    return {} if addresses is None else {"addresses": [_item(address) for address in addresses]}


def _call(body: Record) -> Call:
    return Call("PATCH", URL, {}, {}, HEADERS.copy(), body)


def lean_apply(record: Record) -> Call:
    return _call(lean_body(record))


def lean_diff(before: Record, after: Record) -> tuple[list[tuple[str, str, Any, Any]], Call | None]:
    """The changes and the request; None if there is nothing to send."""
    laid = {**before, **after}
    old = {item["name"]: item for item in lean_body(before).get("addresses", ())}
    new = lean_body(laid).get("addresses", ())
    changes: list[tuple[str, str, Any, Any]] = []
    sent = []
    for item in new:
        was = old.pop(item["name"], None)
        if was != item:
            sent.append(item)
            changes.append(("set", _target(item["name"]), was, item))
    for name, was in old.items():
        changes.append(("clear", _target(name), was, None))
    if not changes:
        return [], None
    body: Record = {}
    if sent:
        body["addresses"] = sent
    if old:
        body["addressesToRemove"] = sorted(old)
    changes.sort(key=lambda change: change[1])
    return changes, _call(body)


def _target(name: str) -> str:
    return f"addresses[name={json.dumps(name)}]"


def changed(record: Record, every: int) -> Record:
    """Another copy, in which one item of so many moves, and the last item is gone."""
    made = copy.deepcopy(record)
    for address in made["addresses"][::every]:
        address["city"] = "Portland"
    del made["addresses"][-1]
    return made


def run() -> None:
    mapping = custmap.load(MAPPING)
    sizes = {count: customer(count) for count in (10, 100, 1000)}
    for record in sizes.values():
        request, own = mapping.apply(record), lean_apply(record)
        assert (request.url, request.body, request.headers) == (own.url, own.body, own.headers)
        assert json.dumps(request.body) == json.dumps(own.body)
        for after in (copy.deepcopy(record), changed(record, 10)):
            plan, (changes, sent) = mapping.diff(record, after), lean_diff(record, after)
            assert [(one.action, one.target, one.before, one.after) for one in plan.changes] == changes
            assert (plan.request and plan.request.body) == (sent and sent.body)

    table = Table("A keyed list, an item: generated function", lean=3)
    for count, record in sizes.items():
        given = taken(mapping, record)
        ours = generated(mapping, {}, given)
        assert parts(ours.once())[0] == lean_body(given)
        table.row(f"{count} items", ours, call(lean_body, given), per=count)
    for check in (False, True):
        table = Table(
            f"A keyed list, an item: mapping.apply, {'checked' if check else 'check=False'}", lean=3
        )
        for count, record in sizes.items():
            table.row(
                f"{count} items",
                call(mapping.apply, record, check=check),
                call(lean_apply, record),
                per=count,
            )
    for title, every in (("no change", 0), ("one of ten changed", 10)):
        for check in (False, True):
            table = Table(
                f"A keyed list, an item: mapping.diff, {title}, {'checked' if check else 'check=False'}",
                lean=3,
            )
            for count, record in sizes.items():
                after = changed(record, every) if every else copy.deepcopy(record)
                ours = call(mapping.diff, record, after, check=check)
                table.row(f"{count} items", ours, call(lean_diff, record, after), per=count)
