"""Requests with a mask: drawn mappings, compiled and interpreted.

    python tests/laws/masks_law.py --seeds 0-500

The rules are those of `whole_mappings`, but for what a mask does not allow; clears are often `mask`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from whole_law import PARAMS, Case, Differs, _document, _params_fit, check
from whole_loading import as_yaml, fields_of, load
from whole_mappings import Rules, draw
from whole_records import Records

from oracle.request import Whole

PAIRS = 30


def masked(rng: Random) -> Rules:
    """A drawn mapping whose requests name what they set or clear."""
    mapping = draw(rng)
    while any(target.startswith("[") for target in mapping["body"]):
        mapping = draw(rng)
    depth: Any = rng.choice((1, "all"))
    mapping["mask"] = rng.choice(({"query": "mask", "join": ";"}, {"body": "names.mask"})) | {"depth": depth}
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


def cases(seed: int, pairs: int = PAIRS) -> Iterator[tuple[Any, Whole, Case]]:
    rng = Random(f"masked {seed}")
    mapping = masked(rng)
    while (loaded := load(mapping)) is None or not _params_fit(loaded):
        mapping = masked(rng)
    records = Records(rng, fields_of(mapping), named="identifiers" in as_yaml(mapping))
    params = rng.choice(PARAMS) if "params" in mapping else {}
    whole = Whole(loaded.checked, params)
    for _ in range(pairs):
        before, after = records.pair()
        options: dict[str, Any] = {}
        if rng.random() < 0.25:
            options["absent"] = "clear"
        if rng.random() < 0.1:
            options["nulls"] = "absent"
        if before is not None and rng.random() < 0.1 and "form" not in mapping["contract"]:
            options["vendor"] = _document(loaded, before, params, rng)
            before = None
        yield loaded, whole, Case(seed, mapping, before, after, options, params)


def main() -> int:
    first, _, last = sys.argv[-1].partition("-")
    found: dict[str, int] = {}
    pairs = 0
    for seed in range(int(first), int(last or first) + 1):
        for loaded, whole, case in cases(seed):
            pairs += 1
            try:
                check(loaded, whole, case)
            except Exception as differs:
                what = getattr(differs, "what", type(differs).__name__)
                found[what] = found.get(what, 0) + 1
                if sum(found.values()) <= 4:
                    print(differs, "" if isinstance(differs, Differs) else case, end="\n\n", flush=True)
                break
    print(f"{pairs} pairs; differ: {found or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
