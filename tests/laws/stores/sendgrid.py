"""SendGrid: what is not there stays, and nothing can be cleared; the e-mail says which contact."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_TEXTS = {
    *("first_name", "last_name", "address_line_1", "address_line_2"),
    *("city", "state_province_region", "postal_code", "country"),
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"contacts"})
    for contact in body["contacts"]:
        hold(contact.pop("email", None) == "ann@example.com", "email")
        hold_members(contact, {*_TEXTS, "custom_fields"})
        fields = contact.pop("custom_fields", {})
        for name, value in fields.items():
            hold(type(value) in (str, int, float) and value != "", "a field is a text or a number")
            state["custom_fields"][name] = value
        for member, value in contact.items():
            hold_text(value, member)
            hold(value != "", "no empty text")
            state[member] = value


SENDGRID = Store(
    "sendgrid/upsert-contacts",
    {"custom_fields": {}},
    of_body(take),
    {"token": "t"},
    ("name", "addresses", "custom_fields"),
    said={"email": "Ann@example.com"},
    along=frozenset({"email"}),
)
