"""Klaviyo: null clears an attribute, custom properties are merged by key, and removed by name."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_TEXTS = {"email", "phone_number", "external_id", "first_name", "last_name", "organization", "locale"}
_LOCATION = {"address1", "address2", "city", "region", "zip", "country", "timezone"}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"data"})
    hold_members(body["data"], {"type", "id", "attributes", "meta"})
    hold((body["data"]["type"], body["data"]["id"]) == ("profile", "01HZX"), "which profile")
    hold("attributes" in body["data"], "attributes are required")
    held = state["data"]["attributes"]
    attributes = body["data"]["attributes"]
    hold_members(attributes, {*_TEXTS, "location", "properties"})
    hold_members(attributes.get("location", {}), _LOCATION)
    _lay(held, {name: value for name, value in attributes.items() if name in _TEXTS})
    _lay(held["location"], attributes.get("location", {}))
    set_now = attributes.get("properties", {})
    hold(None not in set_now.values(), "a property is removed by its name")
    held["properties"] |= set_now
    unset = body["data"].get("meta", {"patch_properties": {"unset": []}})["patch_properties"]["unset"]
    hold(not set(unset) & set(set_now), "a property is set and removed at once")
    for name in unset:
        held["properties"].pop(name, None)


def _lay(held: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        held.pop(name, None)
        if value is not None:
            hold_text(value, name)
            held[name] = value


PROFILE = Store(
    "klaviyo/update-profile",
    {"data": {"attributes": {"location": {}, "properties": {}}}},
    of_body(take),
    {"key": "k"},
    ("id", "email", "company", "name", "phone", "addresses", "attributes"),
    {"klaviyo": "01HZX"},
    said={"timezone": "Europe/Oslo"},
    whole=frozenset({"data.attributes"}),
    along=frozenset({"type", "id"}),
)
