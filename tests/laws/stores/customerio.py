"""Customer.io: attributes that are not there stay, an empty text removes one, an e-mail is always one."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"email", "first_name", "last_name", "phone", "_update"})
    hold(body.pop("_update", True) is True, "nobody is added")
    for name, value in body.items():
        hold_text(value, name)
        hold(name != "email" or value != "", "an e-mail")
        state.pop(name, None)
        if value:
            state[name] = value


CUSTOMERIO = Store(
    "customerio/identify",
    {},
    of_body(take),
    {"credentials": "c2l0ZTprZXk="},
    ("email", "name", "phone"),
    {"customerio": "7"},
    along=frozenset({"_update"}),
)
