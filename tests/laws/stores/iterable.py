"""Iterable: fields that are not there stay, null clears one; an e-mail is always a text."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"userId", "preferUserId", "dataFields"})
    hold(body.get("userId") == "C-1001" and body.get("preferUserId", True), "which user")
    fields = body.get("dataFields", {})
    hold_members(fields, {"email", "firstName", "lastName", "phoneNumber"})
    for name, value in fields.items():
        if value is not None or name == "email":
            hold_text(value, name)
        state["dataFields"].pop(name, None)
        if value is not None:
            state["dataFields"][name] = value


ITERABLE = Store(
    "iterable/update-user",
    {"dataFields": {}},
    of_body(take),
    {"key": "k"},
    ("email", "name", "phone"),
    said={"id": "C-1001"},
    along=frozenset({"userId", "preferUserId"}),
)
