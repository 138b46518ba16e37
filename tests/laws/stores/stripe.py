"""Stripe: what is not there stays, an empty text unsets, an address is replaced, metadata is merged."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_LONGEST = {"name": 256, "email": 512, "phone": 20, "business_name": 150}
_ADDRESS = {"line1", "line2", "city", "state", "postal_code", "country"}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {*_LONGEST, "address", "metadata"})
    for member, value in body.items():
        match member:
            case "address":
                hold_members(value, _ADDRESS)
                state["address"] = {}
                _lay(state["address"], value)
            case "metadata":
                hold(all(len(name) <= 40 and not set(name) & {"[", "]"} for name in value), "a key")
                hold(all(len(text) <= 500 for text in value.values()), "a value has at most 500 characters")
                _lay(state[member], value or dict.fromkeys(state[member], ""))
            case _:
                hold(len(value) <= _LONGEST[member], f"{member} is too long")
                _lay(state, {member: value})


def _lay(held: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        hold_text(value, name)
        held.pop(name, None)
        if value:
            held[name] = value


STRIPE = Store(
    "stripe/update-customer",
    {"address": {}, "metadata": {}},
    of_body(take),
    {"token": "t"},
    ("name", "email", "phone", "company", "addresses", "attributes"),
    {"stripe": "cus_1"},
    whole=frozenset({"address"}),
)
