"""Mailchimp: what is not there stays, an empty text clears a merge field, an address is complete."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text

_REQUIRED = {"addr1", "city", "state", "zip"}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"email_address", "merge_fields"})
    if "email_address" in body:
        hold_text(body["email_address"], "email_address")
        hold(body["email_address"] != "", "a member has an e-mail")
        state["email_address"] = body["email_address"]
    fields = body.get("merge_fields", {})
    hold_members(fields, {"FNAME", "LNAME", "PHONE", "ADDRESS"})
    for tag, value in fields.items():
        state["merge_fields"].pop(tag, None)
        if value == "":
            continue
        if tag == "ADDRESS":
            hold_members(value, _REQUIRED | {"addr2", "country"})
            hold(all(value.get(part) for part in _REQUIRED), "a complete address")
        else:
            hold_text(value, tag)
        state["merge_fields"][tag] = value


MAILCHIMP = Store(
    "mailchimp/update-member",
    {"merge_fields": {}},
    take,
    {"host": "us6.api.mailchimp.example", "list_id": "abc123", "token": "t"},
    ("name", "email", "phone", "addresses"),
    {"mailchimp": "c1"},
)
