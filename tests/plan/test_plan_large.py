"""Plans of large records take time in proportion to their size."""

from __future__ import annotations

from pathlib import Path

from small_mappings import made

RULES = """
body:
  map: {from: attributes, merge: entries, clear: {name_in: gone}}
  list: {each: channels, key: v, merge: keyed, clear: {name_in: off}, fields: {v: value}}
"""
MANY = 20_000


def test_many_names(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES)
    before = {
        "attributes": {f"k{number}": number for number in range(MANY)},
        "channels": [{"type": "email", "value": f"v{number}"} for number in range(MANY // 10)],
    }
    plan = mapping.diff(before, {"attributes": {}, "channels": []})
    assert plan.request is not None
    assert len(plan.request.body["gone"]) == MANY
