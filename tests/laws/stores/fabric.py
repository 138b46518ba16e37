"""Fabric: attributes are merged key by key and removed by name; name and phone are not documented.

Whether `name` and `phone` are merged or replaced nobody knows, so there are two stores, and what is sent
must be right in both.
"""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_CALLER = {"tenant_id": "demo", "token": "t"}


def take_attributes(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"attributes", "keysToRemove"})
    hold(isinstance(body.get("attributes"), dict), "attributes is required, also for a pure removal")
    removed = body.get("keysToRemove", [])
    hold(not set(removed) & set(body["attributes"]), "a key is in both lists")
    for key, value in body["attributes"].items():
        hold_text(value, key)
        state["attributes"][key] = value
    for key in removed:
        state["attributes"].pop(key, None)


def _take_customer(state: State, body: dict[str, Any], *, replace: bool) -> None:
    hold_members(body, {"accountId", "company", "email", "employeeId", "userId", "name", "phone"})
    for member, value in body.items():
        if member in ("name", "phone"):
            known = {"firstName", "middleName", "lastName"} if member == "name" else {"number", "type"}
            hold_members(value, known)
            for part, text in value.items():
                hold_text(text, part)
                hold(text != "", "what an empty text does is not documented")
            state[member] = value if replace else {**state.get(member, {}), **value}
        else:
            hold_text(value, member)
            hold(value != "", "what an empty text does is not documented")
            if member not in ("employeeId", "userId"):  # who asks for the update, not the customer's data
                state[member] = value
    kind = state.get("phone", {}).get("type")
    hold(kind in (None, "MOBILE", "HOME", "BUSINESS"), "type of a phone")


def take_merging(state: State, body: dict[str, Any]) -> None:
    _take_customer(state, body, replace=False)


def take_replacing(state: State, body: dict[str, Any]) -> None:
    _take_customer(state, body, replace=True)


ATTRIBUTES = Store(
    "fabric/update-attributes",
    {"attributes": {}},
    of_body(take_attributes),
    {"order_id": "123k4h", **_CALLER},
    ("attributes",),
    exempt=frozenset({("attributes",)}),
)
MERGING = Store(
    "fabric/update-customer",
    {},
    of_body(take_merging),
    {"employee_id": "E1", **_CALLER},
    ("company", "email", "loyalty", "name", "phone"),
    whole=frozenset({"name", "phone"}),
    exempt=frozenset({("employeeId",)}),
)
REPLACING = Store(
    "fabric/update-customer",
    {},
    of_body(take_replacing),
    {"user_id": "U1", **_CALLER},
    ("company", "email", "loyalty", "name", "phone"),
    whole=frozenset({"name", "phone"}),
    exempt=frozenset({("userId",)}),
)
