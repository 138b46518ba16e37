"""HubSpot: properties that are not there stay, an empty text clears one, and every value is a text."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_PROPERTIES = {
    *("email", "salutation", "firstname", "lastname", "phone", "company"),
    *("address", "city", "state", "zip", "country", "date_of_birth"),
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"properties"})
    hold("properties" in body, "properties are required")
    hold_members(body["properties"], _PROPERTIES)
    for name, value in body["properties"].items():
        hold_text(value, name)
        state["properties"].pop(name, None)
        if value:
            state["properties"][name] = value


def take_batch(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"inputs"})
    for contact in body["inputs"]:
        hold(contact.pop("id", None) == "51", "id")
        take(state, contact)


_READS = ("email", "company", "name", "phone", "addresses")
_SAID = {"birth_date": "1990-02-03"}
CONTACT = Store(
    "hubspot/update-contact",
    {"properties": {}},
    of_body(take),
    {"token": "t"},
    _READS,
    {"hubspot": "51"},
    said=_SAID,
)
CONTACTS = Store(
    "hubspot/update-contacts",
    {"properties": {}},
    of_body(take_batch),
    {"token": "t"},
    _READS,
    {"hubspot": "51"},
    said=_SAID,
    along=frozenset({"id"}),
)
