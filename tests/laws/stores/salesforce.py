"""Salesforce: fields that are not there stay, null clears one, a contact has a last name."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_LONGEST = {
    **{"Salutation": 40, "FirstName": 40, "LastName": 80, "Email": 80, "Phone": 40, "MailingStreet": 255},
    **{"MailingCity": 40, "MailingState": 80, "MailingPostalCode": 20, "MailingCountry": 80},
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, set(_LONGEST))
    for name, value in body.items():
        hold(value is not None or name != "LastName", "a last name")
        if value is not None:
            hold_text(value, name)
            hold(0 < len(value) <= _LONGEST[name], f"{name} is too long, or says nothing")
        state.pop(name, None)
        if value is not None:
            state[name] = value


def take_collection(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"allOrNone", "records"})
    hold(body.get("allOrNone", False) is False, "records are independent")
    for record in body["records"]:
        hold(record.pop("attributes", None) == {"type": "Contact"}, "the type of the object")
        hold(record.pop("id", None) == "003A", "id")
        take(state, record)


_PARAMS = {"host": "acme.my.salesforce.example", "token": "t"}
_READS = ("name", "email", "phone", "addresses")
SALESFORCE = Store("salesforce/update-contact", {}, of_body(take), _PARAMS, _READS, {"salesforce": "003A"})
SALESFORCE_COLLECTION = Store(
    "salesforce/update-contacts",
    {},
    of_body(take_collection),
    _PARAMS,
    _READS,
    {"salesforce": "003A"},
    along=frozenset({"id", "attributes", "type", "allOrNone"}),
)
