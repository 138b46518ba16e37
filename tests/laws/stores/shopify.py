"""Shopify: what is not there stays, null clears a text, tags are overwritten, metafields are told by key."""

from __future__ import annotations

from typing import Any

from stores.store import State, Store, hold, hold_members, hold_text, of_body

_TEXTS = {"firstName", "lastName", "email", "phone"}


def take(state: State, body: dict[str, Any]) -> None:
    hold_members(body, {"query", "variables"})
    hold("customerUpdate(input: $input)" in body.get("query", ""), "a mutation")
    hold(set(body["variables"]) == {"input"}, "one variable")
    customer = body["variables"]["input"]
    hold(customer.pop("id", None) == _ID, "which customer")
    hold_members(customer, _TEXTS | {"tags", "metafields"})
    held = state["variables"]["input"]
    for name, value in customer.items():
        match name:
            case "tags":
                hold(isinstance(value, list), "tags is a list")
                held[name] = sorted(set(value))
            case "metafields":
                for metafield in value:
                    _lay(held[name], metafield)
            case _:
                if value is not None:
                    hold_text(value, name)
                held.pop(name, None)
                if value is not None:
                    held[name] = value


def _lay(held: dict[str, Any], metafield: dict[str, Any]) -> None:
    hold_members(metafield, {"namespace", "key", "type", "value"})
    hold(metafield["namespace"] == "custom" and metafield["type"] == "single_line_text_field", "which kind")
    hold_text(metafield["value"], "a metafield")
    hold(metafield["value"] != "", "a metafield has a value")
    held[metafield["key"]] = metafield["value"]


_ID = "gid://shopify/Customer/1018520244"
SHOPIFY = Store(
    "shopify/update-customer",
    {"variables": {"input": {"tags": [], "metafields": {}}}},
    of_body(take),
    {"host": "acme.myshopify.example", "token": "t"},
    ("name", "email", "phone", "tags", "attributes"),
    {"shopify": _ID},
    along=frozenset({"query", "id", "namespace", "key", "type"}),
    selected={"variables.input.metafields": "key"},
    units=frozenset({"variables.input.metafields"}),
)
