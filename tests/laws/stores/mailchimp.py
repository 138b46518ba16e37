"""Mailchimp: what is not there stays, an empty text clears a merge field, tags are told one by one."""

from __future__ import annotations

from typing import Any

from stores.store import Call, State, Store, hold, hold_members, hold_text

_REQUIRED = {"addr1", "city", "state", "zip"}
_MEMBER = ("3.0", "lists", "abc123", "members", "c1")


def take(state: State, call: Call) -> None:
    match call.method, call.path:
        case "PATCH", path if path == _MEMBER:
            hold(call.query == {"skip_merge_validation": "true"}, "merge fields that are not said")
            _take_member(state, call.body)
        case "POST", path if path == (*_MEMBER, "tags"):
            _take_tags(state["tags"], call.body)
        case _:
            hold(False, "there is no such call")


def _take_member(state: State, body: dict[str, Any]) -> None:
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


def _take_tags(held: State, body: dict[str, Any]) -> None:
    hold_members(body, {"tags"})
    for tag in body["tags"]:
        hold(set(tag) == {"name", "status"} and tag["name"] != "", "a tag has a name and a status")
        match tag["status"]:
            case "active":
                held[tag["name"]] = "active"
            case "inactive":
                held.pop(tag["name"], None)
            case _:
                hold(False, "active or inactive")


MAILCHIMP = Store(
    "mailchimp/update-member",
    {"merge_fields": {}, "tags": {}},
    take,
    {"host": "us6.api.mailchimp.example", "list_id": "abc123", "token": "t"},
    ("name", "email", "phone", "addresses", "tags"),
    {"mailchimp": "c1"},
    selected={"tags": "name"},
)
