"""`settle` of several requests: each counts for what it says."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import custmap
from custmap.values.equality import same
from small_mappings import made, tables

NIGHTS = [
    pytest.param(suite["given"], night, id=f"{suite['suite']}: {night['name']}")
    for suite in tables(Path(__file__).parent / "sequences.yaml")
    for night in suite["nights"]
]
STATUS = {"ok": 200, "refused": 422}
SAID = {"lost": None, "not sent": custmap.NOT_SENT}


@pytest.mark.parametrize("rules, night", NIGHTS)
def test_night(rules: str, night: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, rules)
    before, after = night["before"], night["after"]
    plan = mapping.diff(before, after)
    outcomes = {
        place: SAID[answer]
        if answer in SAID
        else mapping.outcome(STATUS[answer], {}, plan.requests[place] if isinstance(place, int) else place)
        for place, answer in night["answers"].items()
    }
    given = deepcopy((before, after))
    kept = mapping.settle(before, after, plan, outcomes)
    assert same(kept, night["kept"]), kept
    assert same([before, after], list(given))
    if "again" in night:
        again = mapping.diff(kept, night.get("then", after))
        assert [f"{one.method} {one.url[12:]}" for one in again.requests] == night["again"]
    everything = mapping.diff(kept, after)
    done = {at: mapping.outcome(200, {}, one) for at, one in enumerate(everything.requests)}
    if not (everything.rejected or kept is None):
        assert "unsettled" not in (mapping.settle(kept, after, everything, done) or {})


def test_names_and_places(tmp_path: Path) -> None:
    mapping = made(tmp_path, NIGHTS[0].values[0])
    before: dict[str, Any] = {"attributes": {}}
    after = {"email": "e", "attributes": {"a": 1, "b": 2}}
    plan = mapping.diff(before, after)
    done = mapping.outcome(200, {}, "one")
    twice, other = {"one": done, 0: done}, {"one": replace(done, mapping="acme/other")}
    for wrong in ({"fields": done}, {"three": done}, {4: done}, {-1: done}, {True: done}, done, twice, other):
        with pytest.raises(ValueError, match=r"request|acme/other"):
            mapping.settle(before, after, plan, wrong)  # type: ignore[arg-type]
