"""Zendesk: what is not there stays, tags are replaced, a user field is cleared by null."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"user"})
    hold("user" in body, "the user is required")
    held, user = state["user"], body["user"]
    hold_members(user, {"name", "external_id", "locale", "suspended", "tags", "user_fields"})
    for member, value in user.items():
        match member:
            case "tags":
                hold(isinstance(value, list), "tags is a list")
                held["tags"] = sorted(set(value))
            case "suspended":
                hold(type(value) is bool, member)
                held[member] = value
            case "user_fields":
                _lay(held[member], dict.fromkeys(held[member]) if value is None else value)
            case _:
                hold_text(value, member)
                hold(value != "", f"{member} is not empty")
                held[member] = value


def _lay(held: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        hold(value is None or isinstance(value, str | int | float), "a field is no list and no object")
        held.pop(name, None)
        if value is not None:
            held[name] = value


ZENDESK = Store(
    "zendesk/update-user",
    {"user": {"tags": [], "user_fields": {}}},
    of_body(take),
    {"host": "acme.zendesk.example", "token": "t"},
    ("id", "name", "blocked", "tags", "custom_fields"),
    {"zendesk": "35436"},
    said={"locale": "en-GB"},
)
