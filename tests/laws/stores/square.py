"""Square: a profile keeps what is not there, null takes a value away; each custom attribute has a call."""

from __future__ import annotations

from typing import Any

from stores.store import Call, State, Store, hold, hold_members, hold_text

_TEXTS = {
    *("given_name", "family_name", "company_name", "email_address", "phone_number", "reference_id"),
    *("birthday",),
}
_ADDRESS = {"address_line_1", "address_line_2", "locality", "administrative_district_level_1", "postal_code"}
_CUSTOMER = ("v2", "customers", "SQ1")


def take(state: State, call: Call) -> None:
    match call.method, call.path:
        case "PUT", path if path == _CUSTOMER:
            _take_profile(state, call.body)
        case "POST", (*path, key) if tuple(path) == (*_CUSTOMER, "custom-attributes"):
            hold_members(call.body, {"custom_attribute"})
            attribute = call.body.get("custom_attribute", {})
            hold(set(attribute) == {"value"} and attribute["value"] is not None, "an attribute has a value")
            state["attributes"][key] = attribute["value"]
        case "DELETE", (*path, key) if tuple(path) == (*_CUSTOMER, "custom-attributes"):
            hold(call.body is None, "nothing is said of what goes")
            state["attributes"].pop(key, None)
        case _:
            hold(False, f"there is no such call: {call}")


def _take_profile(state: State, body: dict[str, Any]) -> None:
    hold(body != {}, "NO_FIELDS_SET")
    hold_members(body, _TEXTS | {"address"})
    for member, value in body.items():
        if member == "address":
            hold_members(value, _ADDRESS)
            _lay(state["address"], value)
        else:
            _lay(state, {member: value})


def _lay(held: State, told: dict[str, Any]) -> None:
    for name, value in told.items():
        held.pop(name, None)
        if value is not None:
            hold_text(value, name)
            hold(value != "", f"{name} is empty")
            held[name] = value


SQUARE = Store(
    "square/update-customer",
    {"address": {}, "attributes": {}},
    take,
    {"token": "t"},
    ("id", "name", "email", "phone", "company", "addresses", "custom_fields"),
    {"square": "SQ1"},
    whole=frozenset({"address"}),
)
