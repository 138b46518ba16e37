"""The counts of a run: what is lost or counted twice is a bug, and ends the run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from custmap.records.tally import LostRecords, PairTally, Tally


def plan(changes: list[str], rejected: int = 0) -> Any:
    made = [SimpleNamespace(action=action) for action in changes]

    class Plan(SimpleNamespace):
        def __bool__(self) -> bool:
            return bool(self.changes or self.rejected)

    return Plan(changes=made, rejected=[0] * rejected, requests=[0] if made else [])


def test_the_summary() -> None:
    pairs = PairTally()
    for one in (plan([]), plan(["set"]), plan(["set", "clear", "clear"]), plan([], 2)):
        pairs.count(one)
    pairs.rejected += 2
    pairs.check(6)
    assert pairs.changed == 2
    assert list(pairs.lines()) == [
        "6 pairs: 1 unchanged, 2 requests (2 clears), 1 with rejected changes, 2 rejected"
    ]
    pairs.count(plan(["clear"], 1))
    assert pairs.changed == 3
    assert list(pairs.lines()) == [
        "7 pairs: 1 unchanged, 2 requests (2 clears), 2 with rejected changes, 2 rejected",
        "of those with rejected changes: 1 request (1 clear) for what is left",
    ]


@pytest.mark.parametrize("pairs", [0, 3])
def test_pairs_add_up(pairs: int) -> None:
    tally = PairTally(unchanged=1, rejected=1)
    with pytest.raises(LostRecords):
        tally.check(pairs)


def test_records_add_up() -> None:
    Tally(4, 2, 1, 1).check()
    assert str(Tally(4, 2, 2)) == "4 in = 2 out + 2 rejected"
    with pytest.raises(LostRecords):
        Tally(4, 2, 1, 0).check()
