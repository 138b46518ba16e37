"""Braze: attributes that are not there stay, null removes one, a list replaces a list and has no order."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_TEXTS = {
    *("first_name", "last_name", "email", "phone", "home_city", "country"),
    *("company", "loyalty_account"),
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"attributes"})
    for user in body["attributes"]:
        hold(user.pop("external_id", None) == "C-1001", "which user")
        hold(user.pop("_update_existing_only", False) is True, "nobody is added")
        hold_members(user, _TEXTS | {"loyalty_member", "tags"})
        for name, value in user.items():
            _lay(state, name, value)


def _lay(held: State, name: str, value: Any) -> None:
    if value is None:
        held.pop(name, None)
        return
    match name:
        case "tags":
            hold(isinstance(value, list), "tags is a list")
            held[name] = sorted(set(value))
        case "loyalty_member":
            hold(type(value) is bool, name)
            held[name] = value
        case _:
            hold_text(value, name)
            hold(value != "", f"{name} says nothing")
            held[name] = value


def take_changes(state: State, body: dict[str, Any]) -> None:
    """Tags that are added to a list without repeats, and taken from it."""
    hold_members(body, {"attributes"})
    for user in body["attributes"]:
        hold(user.pop("external_id", None) == "C-1001", "which user")
        hold(user.pop("_update_existing_only", False) is True, "nobody is added")
        hold_members(user, {"tags"})
        told = user.get("tags", {})
        hold_members(told, {"add", "remove"})
        for tag in told.get("remove", ()):
            state["tags"].pop(tag, None)
        for tag in told.get("add", ()):
            hold_text(tag, "a tag")
            hold(0 < len(tag) <= 255, "a tag has 1 to 255 characters")
            state["tags"][tag] = "there"


BRAZE = Store(
    "braze/track-users",
    {},
    of_body(take),
    {"host": "rest.iad-01.braze.example", "token": "t"},
    ("name", "email", "phone", "addresses", "company", "loyalty", "tags"),
    said={"id": "C-1001"},
    along=frozenset({"external_id", "_update_existing_only"}),
)
BRAZE_TAGS = Store(
    "braze/change-tags",
    {"tags": {}},
    of_body(take_changes),
    {"host": "rest.iad-01.braze.example", "token": "t"},
    ("tags",),
    said={"id": "C-1001"},
    along=frozenset({"external_id", "_update_existing_only"}),
)
