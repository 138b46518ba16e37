"""Okta: null clears a member of the profile; one that is not there stays by POST, and is deleted by PUT."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_MEMBERS = {
    *("email", "honorificPrefix", "firstName", "middleName", "lastName", "honorificSuffix", "primaryPhone"),
    *("organization", "streetAddress", "city", "state", "zipCode", "countryCode"),
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"profile"})
    profile = body.get("profile", {})
    hold_members(profile, _MEMBERS)
    for member, value in profile.items():
        if value is not None or member == "email":
            hold_text(value, member)
        if value is not None and member in ("firstName", "lastName"):
            hold(0 < len(value) <= 50, f"{member} has 1 to 50 characters")
        state["profile"].pop(member, None)
        if value is not None:
            state["profile"][member] = value


OKTA = Store(
    "okta/update-user",
    {"profile": {}},
    of_body(take),
    {"host": "acme.okta.example", "token": "t"},
    ("email", "name", "phone", "company", "addresses"),
    {"okta": "00u1"},
)


def replace(state: State, body: dict[str, Any]) -> None:
    """PUT: a member of the profile that is not sent is deleted; a user has a login and an e-mail."""
    hold_members(body, {"profile"})
    if "profile" not in body:
        return
    profile = body["profile"]
    hold_members(profile, _MEMBERS | {"login"})
    for member, value in profile.items():
        hold_text(value, member)
        if member in ("firstName", "lastName"):
            hold(0 < len(value) <= 50, f"{member} has 1 to 50 characters")
    state["profile"] = profile


REPLACED = Store(
    "okta/replace-user",
    {"profile": {}},
    of_body(replace),
    {"host": "acme.okta.example", "token": "t"},
    ("email", "name", "phone", "company", "addresses"),
    {"okta": "00u1"},
    whole=frozenset({"profile"}),
    replaces=True,
)
