"""Plans of large records take time in proportion to their size."""

from __future__ import annotations

from pathlib import Path

import pytest

from custmap.diagnostics.errors import MOST, RecordError
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


def test_an_error_describes_twenty_problems_and_counts_the_rest(tmp_path: Path) -> None:
    fields = "fields: {v: value, p: phone_e164(value)}"
    mapping = made(
        tmp_path, f"body: {{l: {{each: channels, key: v, merge: keyed, clear: impossible, {fields}}}}}"
    )
    record = {"channels": [{"type": "email", "value": f"v{number}"} for number in range(100)]}
    with pytest.raises(RecordError) as caught:
        mapping.apply(record)
    found = caught.value.diagnostics
    assert len(found) == MOST + 1 and {one.code for one in found} == {"CM704"}
    assert (found[-1].message, found[-1].path) == ("and 80 more", "")
    assert len(mapping.diff({}, record).rejected) == 100
