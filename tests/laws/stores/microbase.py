"""MicroBase: absent keeps, "" too though it answers ok; null is an error; tags are replaced whole."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"id", "email", "firstName", "lastName", "status", "tags"})
    hold_text(body.get("id"), "id")
    for member, value in body.items():
        if member == "tags":
            hold(isinstance(value, list), "tags is a list")
            for tag in value:
                hold_text(tag, "tag")
            state["tags"] = sorted(set(value))
            continue
        hold_text(value, member)
        if member == "status":
            hold(value in ("ACTIVE", "INACTIVE"), "status")
        if value:  # an empty text is dropped in silence
            state[member] = value


MICROBASE = Store(
    "microbase/customer-update",
    {"id": "HkhhuXESl", "tags": []},
    of_body(take),
    {"host": "microbase.example.com", "token": "t"},
    ("email", "name", "status", "tags"),
    {"microbase": "HkhhuXESl"},
    exempt=frozenset({("id",)}),
)
