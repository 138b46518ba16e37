"""A drawn mapping whose body is a list: its members are spread over items, by position or by key."""

from __future__ import annotations

import re
from random import Random
from typing import Any

Rules = dict[str, Any]
ITEMS = (("[0]", "[1]", "[3]"), ("[id=7]", "[id=b]"), ("[1]",), ("[id=7]",))
_HEAD = re.compile(r'"[^"]*"|[^.\[]+')


def as_list(rng: Random, mapping: Rules) -> Rules:
    """The same rules and places of clears, each below an item of the body; containers stay together."""
    spread = _Spread(rng, rng.choice(ITEMS))
    contract = mapping["contract"]
    fields = {spread.path(target): spread.field(field) for target, field in contract["fields"].items()}
    body = {spread.path(target): spread.rule(rule) for target, rule in mapping["body"].items()}
    for item in spread.items:
        if rng.random() < 0.2:
            body[item] = {"merge": "whole"}
    if rng.random() < 0.1 and spread.items[0] == "[0]":
        body["[2]"] = rng.choice(({"value": "us"}, {"from": "email", "clear": "skip"}))
    made = {**mapping, "contract": {**contract, "fields": fields}, "body": body}
    if "clear" in mapping:
        made["clear"] = spread.clear(mapping["clear"])
    return made


class _Spread:
    def __init__(self, rng: Random, items: tuple[str, ...]) -> None:
        self._rng = rng
        self.items = items
        self._chosen: dict[str, str] = {}

    def path(self, path: str) -> str:
        found = _HEAD.match(path)
        assert found is not None
        item = self._chosen.setdefault(found.group(), self._rng.choice(self.items))
        return f"{item}.{path}"

    def field(self, field: Any) -> Any:
        """All items have one type, so what one of them must have has to be asked of one alone."""
        if len(self.items) == 1 or not isinstance(field, dict):
            return field
        return {name: value for name, value in field.items() if name != "required"}

    def rule(self, rule: Any) -> Any:
        """The rule, and those in it, with places of clears below the items."""
        if isinstance(rule, list):
            return [self.rule(one) for one in rule]
        if not isinstance(rule, dict):
            return rule
        return {
            key: self.clear(value)
            if key == "clear"
            else {name: self.rule(one) for name, one in value.items()}
            if key == "fields"
            else self.rule(value)
            if key == "first"
            else value
            for key, value in rule.items()
        }

    def clear(self, clear: Any) -> Any:
        if not isinstance(clear, dict):
            return clear
        made = dict(clear)
        for form in ("name_in", "key_in"):
            if form in made:
                made[form] = self.path(made[form])
        if "write" in made:
            made["write"] = {self.path(place): value for place, value in made["write"].items()}
        return made
