"""Okta: members of the profile that are not there stay, null clears one, the e-mail has to be one."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text

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
    take,
    {"host": "acme.okta.example", "token": "t"},
    ("email", "name", "phone", "company", "addresses"),
    {"okta": "00u1"},
)
