"""Drawn mappings with lists whose items are told one by one, beside the rules that any drawn mapping has."""

from __future__ import annotations

from random import Random
from typing import Any

from whole_law import Drawing
from whole_mappings import Rules, draw

SOURCES = (
    "tags",
    "tags",
    "tags",
    "unique(tags)",
    "custom_fields.plan",
    "attributes.a",
    "[email]",
    "keys(attributes)",
    "[priority, blocked]",
)
HOMES = ("", "", "", "o.", "l[0].")
TEMPLATES: tuple[Any, ...] = (
    {"name": "{value}", "status": "{}"},
    {"{}": "{value}", "at": "{path}", "of": ["{name}", 1, None, "{{value}}"]},
    {"who": {"param": "who"}, "{}-{value}": True, "v": "{value}"},
    "{}{value}",
    {"op": "{}", "value": {"inner": "{value}"}},
    {"op": "{}", "value": "{value}", "of": {"from": "identifiers.acme", "identity": True}},
)


def draw_items(rng: Random) -> Rules:
    """A drawn mapping with one to three such rules."""
    while isinstance((mapping := draw(rng)).get("body"), dict) and next(iter(mapping["body"])).startswith(
        "["
    ):
        pass  # a body that is a list has places of its own
    body = mapping["body"]
    for number in range(rng.randint(1, 3)):
        target = f"{rng.choice(HOMES)}items{number}"
        around = target.rpartition(".")[0].partition("[")[0]
        if around and "whole" in str(body.get(around, "")):
            target = f"items{number}"
        body[target] = _rule(rng, target, number, mapping)
    if '"who"' in str(body).replace("'", '"') and "params" not in mapping:
        mapping["params"] = {"who": rng.choice(({"default": "us"}, {}))}
    return mapping


def _rule(rng: Random, target: str, number: int, mapping: Rules) -> Rules:
    rule: Rules = {"from": rng.choice(SOURCES), "merge": "items"}
    if rng.random() < 0.2:
        rule["when"] = "blocked != `true`"
        if rng.random() < 0.5:
            rule["otherwise"] = "clear"
    if rng.random() < 0.1:
        rule["repeatable"] = False
    shape = rng.choice(("places", "places", "template", "template", "mixed"))
    for key, word in (("added", "add"), ("gone", "remove")):
        if rng.random() < 0.1 and (key == "gone" or "added" in rule):
            continue
        if shape == "places" or (shape == "mixed" and key == "gone"):
            place = rng.choice(
                (f"{target}.{word}", f"{word}{number}", f"ops[path=/{word}].n{number}", f"o.{word}{number}")
            )
            rule[key] = {"in": place}
            if rng.random() < 0.3 and "[" not in place:
                mapping["contract"]["fields"][place] = {
                    "type": "array",
                    "items": {"type": "string", "maxLength": 3},
                }
        else:
            rule[key] = {"item": _filled(rng.choice(TEMPLATES), word)}
    return rule


def _filled(template: Any, word: str) -> Any:
    match template:
        case str():
            return template.replace("{}", word)
        case dict():
            return {_filled(key, word): _filled(value, word) for key, value in template.items()}
        case list():
            return [_filled(value, word) for value in template]
    return template


ITEMS = Drawing(draw_items)
