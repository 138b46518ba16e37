"""Drawn mappings whose requests are lists of changes: the rules of any drawn mapping, said in templates."""

from __future__ import annotations

from random import Random
from typing import Any

from whole_law import Drawing
from whole_mappings import Rules, draw

PATCH: Rules = {
    "into": "[]",
    "add": {"op": "add", "path": "{path}", "value": "{value}"},
    "set": {"op": "replace", "path": "{path}", "value": "{value}"},
    "clear": {"op": "remove", "path": "{path}"},
    "paths": "pointer",
}
SCIM: Rules = {**PATCH, "into": "Operations", "paths": "scim"}
DOTTED: Rules = {
    "into": "update.actions",
    "set": {"at": "{path}", "name": "{name}", "to": "{value}"},
    "clear": {"at": "{path}", "gone": True},
}
NAMED: Rules = {"into": "actions"}
WHO: Rules = {"from": "identifiers.acme", "identity": True}
OF_SOMEBODY: Rules = {
    "into": "update.actions",
    "set": {"at": "{path}", "to": "{value}", "who": WHO},
    "clear": {"at": "{path}", "gone": {"of": {**WHO, "format": "u-{}"}}},
}
_ELSEWHERE = ("name_in", "key_in", "write")


def draw_changes(rng: Random) -> Rules:
    """A drawn mapping as a list of changes."""
    while True:
        mapping = draw(rng)
        if "form" not in mapping["contract"] and not next(iter(mapping["body"])).startswith("["):
            return _as_changes(rng, mapping)


def _as_changes(rng: Random, mapping: Rules) -> Rules:
    head = dict(rng.choice((PATCH, SCIM, DOTTED, NAMED, OF_SOMEBODY)))
    if rng.random() < 0.3:
        head.pop("clear", None)
    if rng.random() < 0.3:
        head.pop("add", None)
    if "clear" in head and rng.random() < 0.4:
        head["if_absent"] = "fails"
    contract = {key: value for key, value in mapping["contract"].items() if key != "fields"}
    copy = {
        name: {key: value for key, value in field.items() if key != "required"}
        if isinstance(field, dict)
        else field
        for name, field in mapping["contract"]["fields"].items()
    }
    head["copy"] = {name: field for name, field in copy.items() if rng.random() < 0.7}
    wholes = {
        name
        for name, rule in mapping["body"].items()
        if isinstance(rule, dict) and rule.get("merge") == "whole"
    }
    made = {**mapping, "contract": contract, "changes": head}
    made["body"] = {name: _rule(rng, head, name, rule, wholes) for name, rule in mapping["body"].items()}
    if (
        isinstance(made.get("clear"), dict) and not made["clear"].keys().isdisjoint(_ELSEWHERE)
    ) or "clear" in head:
        made.pop("clear", None)
    if head["into"] == "[]":
        made["body"] = {name: rule for name, rule in made["body"].items() if not _stays(rule)}
        made["body"] = made["body"] or {"mail": _rule(rng, head, "mail", "email", set())}
    return made


def _stays(rule: Any) -> bool:
    return isinstance(rule, dict) and ("param" in rule or "value" in rule or "identity" in rule)


def _rule(rng: Random, head: Rules, name: str, rule: Any, wholes: set[str]) -> Any:
    if _stays(rule):
        return rule
    made = dict(rule) if isinstance(rule, dict) else {"from": rule}
    inside = any(name != one and (name.startswith((f"{one}.", f"{one}["))) for one in wholes)
    clear = made.get("clear")
    if (isinstance(clear, dict) and not clear.keys().isdisjoint(_ELSEWHERE)) or (
        clear == "omit" and not inside
    ):
        del made["clear"]
    own = "set" not in head or rng.random() < 0.2
    is_policy = not made.keys() & {"from", "each", "first", "fields"}
    if inside or (is_policy and made.get("merge") != "whole"):
        return made
    if "fields" in made and "each" not in made:
        made["fields"] = {
            key: _rule(rng, head, f"{name}.{key}", one, {name} if made.get("merge") == "whole" else set())
            for key, one in made["fields"].items()
        }
        if made.get("merge") != "whole" and "clear" not in made:
            return made
    if own:
        action = f"set {name}"
        made["set"] = {"action": action, "key": "{name}", "to": "{value}"}
        if rng.random() < 0.3:
            made["add"] = {"action": f"add {name}", "key": "{name}", "to": "{value}"}
        if "clear" not in made and rng.random() < 0.7:
            made["clear"] = {"item": {"action": action, "key": "{name}"}}
    return made


CHANGES = Drawing(draw_changes)
