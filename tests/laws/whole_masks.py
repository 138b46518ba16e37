"""Drawn mappings with a mask: their requests name what they set or clear.

The rules are those of `whole_mappings`, but for what a mask does not allow; clears are often `mask`.
"""

from __future__ import annotations

from random import Random
from typing import Any

from whole_law import Drawing
from whole_mappings import Rules, draw


def masked(rng: Random) -> Rules:
    """A drawn mapping whose requests name what they set or clear."""
    mapping = draw(rng)
    while any(target.startswith("[") for target in mapping["body"]):
        mapping = draw(rng)
    depth: Any = rng.choice((1, "all"))
    mapping["mask"] = rng.choice(({"query": "mask", "join": ";"}, {"body": "names.mask"})) | {"depth": depth}
    if "query" in mapping["mask"] and rng.random() < 0.5:
        mapping["contract"].setdefault("query", {})["mask"] = {"type": "string", "required": True}
    for rule in mapping["body"].values():
        if not isinstance(rule, dict):
            continue
        if rule.get("merge") in ("keyed", "add-only") or (
            depth == 1 and rule.get("merge") in ("entries", "fields")
        ):
            rule["merge"] = "whole"
            rule.pop("key", None)
        if rng.random() < 0.4 and "value" not in rule and "param" not in rule and "send" not in rule:
            rule["clear"] = "mask"
    if rng.random() < 0.4:
        mapping["clear"] = "mask"
    return mapping


MASKS = Drawing(masked)
