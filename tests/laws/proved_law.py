"""`prove` of drawn mappings: it does not fail, and what it finds is really wrong with a mapping.

`python tests/laws/proved.py masks 0 300` runs a range of seeds of one drawing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from random import Random
from typing import Any, Final

from sequence_law import Drawing as Sequences
from whole_drawings import DRAWINGS
from whole_law import _params_fit
from whole_loading import Rules, as_yaml, load

from custmap.prove.found import Counterexample
from custmap.prove.prove import prove

SEVERAL: Final = "several"
"""The drawing of mappings with several requests."""


class Found(AssertionError):
    def __init__(self, name: str, seed: int, mapping: Rules, found: Iterable[Counterexample]) -> None:
        super().__init__("\n".join([f"{name}, seed {seed}", as_yaml(mapping), *map(str, found)]))


def check(name: str, seeds: Iterable[int], examples: int) -> int:
    """Prove the mappings of these seeds; how many were sent something?"""
    sent = 0
    for seed in seeds:
        mapping, loaded = _drawn(name, seed)
        proof = prove(loaded, examples=examples)
        if found := [one for one in proof.counterexamples if not _is_wrong(one, mapping)]:
            raise Found(name, seed, mapping, found)
        sent += not proof.unsent
    return sent


def _drawn(name: str, seed: int) -> tuple[Rules, Any]:
    """A mapping, and the same loaded. What it declares to be replaced is meant to be."""
    rng = Random(seed)
    draw = Sequences(rng).mapping if name == SEVERAL else lambda: DRAWINGS[name].mapping(rng)
    while True:
        mapping = draw()
        for rule in mapping.get("body", {}).values():
            if isinstance(rule, dict) and rule.get("merge") == "whole":
                rule["note"] = "meant"
        if (loaded := load(mapping)) is not None and (name == SEVERAL or _params_fit(loaded)):
            return mapping, loaded


def _is_wrong(found: Counterexample, mapping: Rules) -> bool:
    """Is it one of the ways in which drawn mappings are wrong?"""
    name = re.split(r"[.\[]", found.target)[-1]
    if re.fullmatch(r"r\d\w*", name) and f'"{name}": ' in json.dumps([found.before, found.after]):
        return True  # a list of names has that of a member, and the same of a map's key
    match found.law:
        case "erases":  # a mask replaces containers, and there no rule could say that it is meant
            return "mask" in mapping
        case "said":  # the value of `clear: {send: X}` is also a value
            return "as “no value”" in found.why
        case "told_apart" | "reads_back":  # `unmapped: pass` passes a value that another row has
            return "'unmapped': 'pass'" in str(mapping["body"])
        case "convergence":  # a member that an item cannot clear is left out, and the list is replaced
            return "]" in found.target and "was rejected, and has changed" in found.why
    return False
