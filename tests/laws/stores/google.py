"""Google: what `updatePersonFields` names is replaced by what is sent of it, and the rest stays."""

from __future__ import annotations

from typing import Any

from stores.store import Call, State, Store, hold, hold_members, hold_text

_NAME = {"givenName", "middleName", "familyName", "honorificPrefix", "honorificSuffix"}
_ADDRESS = {"type", "streetAddress", "extendedAddress", "city", "region", "postalCode", "country"}
_ITEMS = {
    "names": _NAME,
    "emailAddresses": {"value"},
    "phoneNumbers": {"value", "type"},
    "organizations": {"name"},
    "addresses": _ADDRESS,
    "locales": {"value"},
}


def take(state: State, call: Call) -> None:
    hold((call.method, call.path) == ("PATCH", ("v1", "people", "c1:updateContact")), "which contact")
    body = dict(call.body)
    hold(body.pop("etag", None) == "e1", "the contact has changed")
    named = call.query.get("updatePersonFields", "").split(",")
    hold(set(named) <= set(_ITEMS), f"no fields of a contact: {named}")
    hold_members(body, set(_ITEMS))
    for field in named:
        items = body.get(field, [])
        for item in items:
            _look_at(field, item)
        hold(len(items) <= 1 or field != "names", "a contact has one name")
        state.pop(field, None)
        if items:  # an item has a place, since plans name it so
            state[field] = items if field == "addresses" else {str(at): one for at, one in enumerate(items)}


def _look_at(field: str, item: dict[str, Any]) -> None:
    hold_members(item, _ITEMS[field])
    for name, value in item.items():
        hold_text(value, name)
    hold(field != "phoneNumbers" or "value" in item, "a phone has a number")


GOOGLE = Store(
    "google/update-contact",
    {},
    take,
    {"etag": "e1", "token": "t"},
    ("name", "email", "phone", "company", "addresses"),
    {"google": "c1"},
    said={"locale": "en"},
    whole=frozenset({"names", "phoneNumbers"}),
    exempt=frozenset({("addresses",)}),  # an empty list says what its name alone would
    along=frozenset({"etag"}),
    mask="updatePersonFields",
)
