"""What a template makes fits the contract, whatever a record puts in: and what does not fit is rejected.

Drawn mappings that say changes are loaded twice, without and with a contract that limits the texts of their
items. With it every item fits, and each change that is missed is rejected.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random, SystemRandom
from typing import Any

import pytest
from whole_changes import draw_changes
from whole_law import PARAMS
from whole_loading import fields_of, load
from whole_mappings import Rules
from whole_records import Records

from custmap import Mapping
from custmap.diagnostics.errors import RecordError
from custmap.model import filling
from custmap.plan.plan import Plan
from custmap.running import items, operations

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 700 if LONG else 6
PAIRS = 20
VALUES = ("value", "to")
TEXTS = ("path", "name", "at", "key")
LISTED = {
    "added": {"item": {"at": "{path}", "to": "{value}"}},
    "gone": {"item": {"key": "{name}", "value": "- {value}"}},
}
ANY_KIND = ["string", "number", "boolean", "array", "object", "null"]


def cases(seed: int) -> Iterator[tuple[Mapping, Mapping, dict[str, int], tuple[Any, ...], dict[str, Any]]]:
    """A mapping without and with limits, the limits, two records, and the options of a plan."""
    rng = Random(seed)
    while True:
        mapping = draw_changes(rng)
        if rng.random() < 0.5:
            mapping["body"]["listed"] = {"from": "tags", "merge": "items", **LISTED}
        if rng.random() < 0.6:
            mapping = _in_texts(rng, mapping)
        limits = {name: rng.randint(2, 9) for name in (*VALUES, *TEXTS) if rng.random() < 0.7}
        if (free := load(mapping)) is not None and (limited := load(_limited(mapping, limits))) is not None:
            break
    records = Records(rng, fields_of(mapping), named=True)
    params = rng.choice(PARAMS) if "params" in mapping else {}
    for _ in range(PAIRS):
        options = {"params": params, "absent": rng.choice(("keep", "keep", "clear"))}
        yield free, limited, limits, records.pair(), options


def _in_texts(rng: Random, node: Any) -> Any:
    """Templates with values and names in longer texts, and under keys that a record names."""
    if not isinstance(node, dict):
        return f"{rng.choice('vw')} {node}" if node in ("{value}", "{name}") and rng.random() < 0.5 else node
    return {
        "{name}" if key == "to" and rng.random() < 0.2 else key: _in_texts(rng, inner)
        for key, inner in node.items()
    }


def _limited(mapping: Rules, limits: dict[str, int]) -> Rules:
    into = mapping["changes"]["into"]
    item = "[0]" if into == "[]" else f"{into}[0]"
    fields = {
        f"{item}.{name}": {"type": ANY_KIND if name in VALUES else "string", "maxLength": most}
        for name, most in limits.items()
    }
    return {**mapping, "contract": {**mapping["contract"], "fields": fields}}


def hold(seed: int) -> None:
    for free, limited, limits, (before, after), options in cases(seed):
        try:
            plan = limited.diff(before, after, **options)
            wanted = free.diff(before, after, **options)
        except RecordError:
            continue
        if plan.request is not None:
            misfits = [one for one in _items(plan) if not _fits(one, limits)]
            assert not misfits, (seed, misfits, before, after)
        missed = {one.target for one in wanted.changes if one.action == "set"}
        missed -= {one.target for one in plan.changes}
        rejected = [one.target for one in plan.rejected]
        unsaid = [
            one for one in missed if not any(one.startswith(at) or at.startswith(one) for at in rejected)
        ]
        assert not unsaid, (seed, unsaid, plan.rejected, before, after)


def _items(plan: Plan) -> list[Any]:
    assert plan.request is not None
    body = plan.request.body
    if isinstance(body, list):
        return body
    for name in ("update", "actions", "Operations"):
        body = body.get(name, {}) if isinstance(body, dict) else body
        body = body if body or name != "update" else plan.request.body
    return body if isinstance(body, list) else []


def _fits(item: Any, limits: dict[str, int]) -> bool:
    return all(len(item[name]) <= most for name, most in limits.items() if isinstance(item.get(name), str))


@pytest.mark.parametrize("chunk", range(10))
def test_items_fit(chunk: int) -> None:
    first = SystemRandom().randrange(10**9) if LONG else chunk * SEEDS
    for seed in range(first, first + SEEDS):
        hold(seed)


@pytest.mark.parametrize(("module", "first"), [(filling, 59), (operations, 1), (items, 37)])
def test_planted(module: Any, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is held against the contract, the law is broken: the first seed shows it soon."""
    monkeypatch.setattr(module, "unsayable", lambda *_: None)
    with pytest.raises(AssertionError):
        for seed in range(first, first + 300):
            hold(seed)
