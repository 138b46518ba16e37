"""AiFi: what is not there stays; a null cardToken deletes the card, a null metadata empties it."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_TEXTS = {"externalId", "email", "firstName", "lastName", "phone", "role"}
_ROLES = {"customer", "employee", "tester", "untracked", "unknown"}


def take(state: State, body: dict[str, Any]) -> None:
    known = {*_TEXTS, "priority", "blocked", "metadata", "card", "cardToken", "password", "currentPassword"}
    hold_members(body, known)
    hold("card" not in body or "cardToken" not in body, "the card is set and deleted at once")
    for member, value in body.items():
        if member in _TEXTS:
            hold_text(value, member)
        match member:
            case "role":
                hold(value in _ROLES, "role")
            case "priority":
                hold(type(value) is int and -10 <= value <= 10, "priority")
            case "blocked":
                hold(type(value) is bool, "blocked")
            case "metadata":
                hold(value is None or isinstance(value, dict), "metadata")
            case "card":
                hold_members(value, {"provider", "cardToken", "defaultCard"})
                hold(None not in value.values(), "no nulls in a card")
            case "cardToken":
                hold(value is None, "the mapping writes it only to delete the card")
                state.pop("card", None)
                continue
            case "password" | "currentPassword":
                continue  # a secret that no answer shows
        state[member] = value


AIFI = Store(
    "aifi/update-customer",
    {"metadata": None},
    of_body(take),
    {"host": "aifi.example.com", "token": "t"},
    ("id", "email", "name", "phone", "role", "priority", "blocked", "attributes", "payment_card"),
    {"aifi": "0"},
    whole=frozenset({"card"}),
)
