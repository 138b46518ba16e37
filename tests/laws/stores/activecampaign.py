"""ActiveCampaign: what is not there stays, an empty text clears, custom fields have ids."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"contact"})
    hold("contact" in body, "the contact is required")
    held, contact = state["contact"], body["contact"]
    hold_members(contact, {"email", "firstName", "lastName", "phone", "fieldValues"})
    told = contact.pop("fieldValues", [])
    hold(len({one["field"] for one in told}) == len(told), "a field once")
    for one in told:
        hold_members(one, {"field", "value"})
        _lay(held["fieldValues"], one["field"], one["value"])
    for member, value in contact.items():
        hold(member != "email" or value != "", "an e-mail")
        _lay(held, member, value)


def _lay(held: dict[str, Any], name: str, value: Any) -> None:
    hold_text(value, name)
    held.pop(name, None)
    if value:
        held[name] = value


ACTIVECAMPAIGN = Store(
    "activecampaign/update-contact",
    {"contact": {"fieldValues": {}}},
    of_body(take),
    {"host": "acme.api-us1.example", "token": "t"},
    ("name", "phone", "custom_fields"),
    {"activecampaign": "113"},
    said={"email": "ann@example.com"},
    along=frozenset({"field"}),
    selected={"contact.fieldValues": "field"},
    units=frozenset({"contact.fieldValues"}),
)
