"""The same work written by hand, for two vendors: what generated code is measured against.

Each function passes the vendor's fixtures: absent, null and wrong types are told apart, and what cannot
be said is refused. A careful connector looks like this; custmap's mapping of it is eight lines of YAML.
"""

from __future__ import annotations

import json
from typing import Any

from custmap import load
from custmap.diagnostics.span import Span
from custmap.functions.table import LIBRARY
from custmap.model.change import Change, Rejection
from custmap.plan.plan import Plan, make_plan
from custmap.values.absent import ABSENT
from custmap.wire.request import Request, make_request

_given = LIBRARY["given_name"].call
_family = LIBRARY["family_name"].call
_STATUS = {"active": "ACTIVE", "inactive": "INACTIVE"}


class Refused(Exception):
    """The customer says something that this vendor cannot be told."""


def _text(value: Any) -> Any:
    """A text as it is sent; absent and null go on."""
    if value is ABSENT or value is None:
        return value
    if type(value) is not str or value == "":
        raise Refused
    return value


def _name(customer: dict[str, Any]) -> tuple[Any, Any]:
    name = customer.get("name", ABSENT)
    if name is ABSENT or name is None:
        return name, name
    if type(name) is not dict:
        raise Refused
    given = name.get("given", ABSENT)
    if given is ABSENT:
        given = _given(name)
    family = name.get("family", ABSENT)
    if family is ABSENT:
        family = _family(name)
    return _text(given), _text(family)


def microbase_values(customer: dict[str, Any]) -> tuple[Any, ...]:
    """Target values: email, firstName, id, lastName, status, tags."""
    given, family = _name(customer)
    status = customer.get("status", ABSENT)
    if status is not ABSENT and status is not None:
        if type(status) is not str or status not in _STATUS:
            raise Refused
        status = _STATUS[status]
    tags = customer.get("tags", ABSENT)
    if tags is not ABSENT and tags is not None:
        if type(tags) is not list:
            raise Refused
        for tag in tags:
            if type(tag) is not str:
                raise Refused
    ids = customer.get("identifiers", ABSENT)
    known = ids.get("microbase", ABSENT) if type(ids) is dict else ABSENT if ids is ABSENT else None
    return _text(customer.get("email", ABSENT)), given, _text(known), family, status, tags


def microbase_build(customer: dict[str, Any]) -> dict[str, Any]:
    """The body of an apply."""
    email, given, known, family, status, tags = microbase_values(customer)
    if known is ABSENT or known is None:
        raise Refused
    body = {"id": known}
    for name, value in (("email", email), ("firstName", given), ("lastName", family), ("status", status)):
        if value is None:
            raise Refused
        if value is not ABSENT:
            body[name] = value
    if tags is None:
        body["tags"] = []
    elif tags is not ABSENT:
        body["tags"] = tags
    return body


def overlaid(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """After, with what it does not mention as before had it."""
    laid = {**before, **after}
    old, new = before.get("name"), after.get("name")
    if type(old) is dict and type(new) is dict:
        laid["name"] = {**old, **new}
    return laid


def _spans(mapping: str) -> dict[str, Span]:
    """Where the rules stand, by target."""
    return {slot.target: slot.span for slot in load(mapping).checked.operation.table.slots}


_FIELDS = tuple(
    (target, source, _spans("microbase/customer-update")[target])
    for target, source in (
        ("email", "email"),
        ("firstName", "name.given"),
        ("id", "identifiers.microbase"),
        ("lastName", "name.family"),
        ("status", "status"),
        ("tags", "tags"),
    )
)
_ATTRIBUTES = _spans("fabric/update-attributes")["attributes"]
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "Authorization": "Bearer t"}


def microbase_diff(before: dict[str, Any], after: dict[str, Any]) -> Plan:
    """The plan from one customer to another."""
    old, new = microbase_values(before), microbase_values(overlaid(before, after))
    if old == new:
        return make_plan("microbase/customer-update", (), (), (), ())
    if old[2] is not ABSENT and new[2] is not ABSENT and old[2] != new[2]:
        raise Refused
    changes, rejected, body = [], [], {}
    for (target, source, span), was, now in zip(_FIELDS, old, new, strict=True):
        if target == "id" or was is now or (was == now and type(was) is type(now)):
            continue
        if target == "tags":
            if now is None or now is ABSENT:
                if not was:
                    continue
                changes.append(Change("clear", target, source, was, [], span))
                body[target] = []
                continue
            if was is not None and was is not ABSENT and set(was) == set(now):
                continue
        elif now is None or now is ABSENT:
            if (was is not None and was is not ABSENT) or now is None:
                rejected.append(Rejection("CM803", target, source, span, "cannot be cleared"))
            continue
        if was is ABSENT:
            was = None
        changes.append(Change("set", target, source, was, now, span))
        body[target] = now
    requests: tuple[Request, ...] = ()
    if body:
        known = new[2] if new[2] is not ABSENT else old[2]
        if known is ABSENT or known is None:
            raise Refused
        body["id"] = known
        requests = (
            make_request(
                "microbase/customer-update",
                "POST",
                "https://h/services/customer/v1/customer.update",
                {},
                {},
                dict(_HEADERS),
                body,
            ),
        )
    changes.sort(key=lambda change: change.target)
    return make_plan("microbase/customer-update", tuple(changes), tuple(rejected), (), requests)


def _attribute(value: Any) -> Any:
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return json.dumps(value)
    raise Refused


def fabric_values(customer: dict[str, Any]) -> Any:
    """The attributes as texts; a null stays null."""
    attributes = customer.get("attributes", ABSENT)
    if attributes is ABSENT or attributes is None:
        return attributes
    if type(attributes) is not dict:
        raise Refused
    return {key: _attribute(attributes[key]) for key in sorted(attributes)}


def fabric_build(customer: dict[str, Any]) -> dict[str, Any]:
    """The body of an apply."""
    attributes = fabric_values(customer)
    if attributes is ABSENT:
        return {"attributes": {}}
    if attributes is None:
        raise Refused
    sent, gone = {}, []
    for key, value in attributes.items():
        if value is None:
            gone.append(key)
        else:
            sent[key] = value
    body: dict[str, Any] = {"attributes": sent}
    if gone:
        body["keysToRemove"] = gone
    return body


_FABRIC = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Authorization": "Bearer t",
    "x-fabric-tenant-id": "demo",
    "x-fabric-channel-id": "12",
}


def fabric_diff(before: dict[str, Any], after: dict[str, Any]) -> Plan:
    """The plan from one customer to another."""
    old, new = fabric_values(before), fabric_values({**before, **after})
    if old == new:
        return make_plan("fabric/update-attributes", (), (), (), ())
    was_there = old if type(old) is dict else {}
    is_there = new if type(new) is dict else {}
    if new is None and old is ABSENT:
        raise Refused
    changes, sent, gone = [], {}, []
    for key in sorted(was_there.keys() | is_there.keys()):
        was, now = was_there.get(key, ABSENT), is_there.get(key, ABSENT)
        if was == now:
            continue
        target = "attributes." + (key if key.isidentifier() else json.dumps(key))
        if now is None or now is ABSENT:
            if (was is ABSENT and old is not ABSENT) or was is None:
                continue
            gone.append(key)
            changes.append(Change("clear", target, target, None if was is ABSENT else was, None, _ATTRIBUTES))
            continue
        if was is ABSENT:
            was = None
        changes.append(Change("set", target, target, was, now, _ATTRIBUTES))
        sent[key] = now
    requests: tuple[Request, ...] = ()
    if sent or gone:
        body: dict[str, Any] = {"attributes": sent}
        if gone:
            body["keysToRemove"] = gone
        url = "https://api.fabric.inc/v3/orders/1/actions/update-attributes"
        requests = (
            make_request("fabric/update-attributes", "POST", url, {"orderId": "1"}, {}, dict(_FABRIC), body),
        )
    changes.sort(key=lambda change: change.target)
    return make_plan("fabric/update-attributes", tuple(changes), (), (), requests)
