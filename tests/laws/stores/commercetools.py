"""commercetools: one action for each member; without its value an action removes what is there."""

from __future__ import annotations

from typing import Any, Final

from stores.store import State, Store, hold, hold_members, hold_text, of_body

MEMBERS: Final = {
    "setExternalId": "externalId",
    "setFirstName": "firstName",
    "setMiddleName": "middleName",
    "setLastName": "lastName",
    "setCompanyName": "companyName",
    "setLocale": "locale",
    "setDateOfBirth": "dateOfBirth",
}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"version", "actions"})
    hold(type(body.get("version")) is int, "the version is required")
    hold(isinstance(body.get("actions"), list), "the actions are required")
    for action in body["actions"]:
        _act(state, dict(action))


def _act(state: State, action: dict[str, Any]) -> None:
    word = action.pop("action", None)
    if word == "changeEmail":
        hold_members(action, {"email"})
        hold_text(action.get("email"), "email")
        state["email"] = action["email"]
    elif word == "setCustomField":
        hold_members(action, {"name", "value"})
        hold_text(action.get("name"), "the field's name")
        # A removal of what is not there fails; it comes only where an update is sent twice.
        state["custom"]["fields"].pop(action["name"], None)
        if action.get("value") is not None:
            state["custom"]["fields"][action["name"]] = action["value"]
    else:
        hold(word in MEMBERS, f"an action {word} is not known")
        member = MEMBERS[word]
        hold_members(action, {member})
        state.pop(member, None)
        if action.get(member):
            hold_text(action[member], member)
            state[member] = action[member]


COMMERCETOOLS = Store(
    "commercetools/update-customer",
    {"custom": {"fields": {}}},
    of_body(take),
    {"projectKey": "acme", "version": 4, "token": "t"},
    ("id", "email", "name", "company", "custom_fields"),
    {"commercetools": "c-1"},
    said={"locale": "en-GB"},
    along=frozenset({"version"}),
)
