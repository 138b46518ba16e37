"""Intercom: name, phone and attributes are cleared by null, e-mail and external id never."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"external_id", "email", "phone", "name", "custom_attributes"})
    for member, value in body.items():
        if member == "custom_attributes":
            _lay(state["custom_attributes"], dict.fromkeys(state[member]) if value is None else value)
            continue
        if value is not None or member in ("external_id", "email"):
            hold_text(value, member)
        state.pop(member, None)
        if value is not None:
            state[member] = value


def _lay(held: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        hold(value is None or isinstance(value, str | int | float), "an attribute is no list and no object")
        held.pop(name, None)
        if value is not None:
            held[name] = value


INTERCOM = Store(
    "intercom/update-contact",
    {"custom_attributes": {}},
    of_body(take),
    {"token": "t"},
    ("id", "email", "name", "phone", "custom_fields"),
    {"intercom": "63a07ddf05a32042dffac965"},
)
