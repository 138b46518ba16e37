"""Law 16: settled nights converge, whatever is lost, refused, doubled or late, and wherever the job dies.

A failure prints its seed: `python tests/laws/nights.py --seed SEED --shrink` makes it small and tells it.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import pytest
from nights_files import judge_files
from nights_law import judge
from nights_planted import PLANTS
from nights_schedule import Fate, Night, Schedule, draw
from nights_trial import trial_of, with_response
from nights_verdict import CUSTOMERS, Broken, Exempt
from whole_drawings import DRAWINGS

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
CHUNKS = 4
SEEDS = 2500 if LONG else 25
"""Schedules a chunk: 100; long, 10,000 that are new every time."""
OTHERS = 2000 if LONG else 12
"""Schedules of each of the other drawings of mappings."""
FILES = 50 if LONG else 1
"""Schedules a chunk that go through the commands; each takes as long as thirty others."""
FAULTS = (
    *Fate,
    "died: comparing", "died: sending", "died: reading an answer", "died: settling",
    "died: writing what is kept", "answers forgotten", "not sent", "sent again",
    "refused in part, named", "refused in part, not named",
)  # fmt: skip


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nights_converge(chunk: int) -> None:
    first = SystemRandom().randrange(10**9) if LONG else chunk * SEEDS
    count = Counter[str]()
    for seed in range(first, first + SEEDS):
        count += judge(draw(seed))
    exempt = sum(count[f"exempt: {why}"] for why in CUSTOMERS)
    assert count["customers judged"] > 3 * exempt


@pytest.mark.parametrize("name", sorted(DRAWINGS.keys() - {"any"}))
def test_nights_of_other_mappings_converge(name: str) -> None:
    first = SystemRandom().randrange(10**9) if LONG else 0
    count = Counter[str]()
    for seed in range(first, first + OTHERS):
        count += judge(draw(seed, DRAWINGS[name]))
    assert count["customers judged"] > OTHERS / 2


LEFT_OUT: dict[str, Any] = {
    "custmap": 1,
    "name": "acme/whole",
    "path": {"id": {"from": "identifiers.acme"}},
    "contract": {
        "method": "PATCH",
        "url": "https://api.example.com/customers/{id}",
        "fields": {"o.p.r3": {"maxLength": 8, "required": True}},
    },
    "body": {
        "o.p.r3": {"from": "phone_e164(phone)", "default": "none"},
        "o.p.q.r7": {"from": "[payment_card]"},
    },
}
"""The contract requires a member that a long phone number is rejected for, and its object has another one."""


def test_what_one_record_alone_leaves_out_is_not_asked() -> None:
    trial = trial_of(with_response(LEFT_OUT), Random(0))
    assert trial is not None
    nights = (Night({"C0": {"phone": {"number": "+447911123456"}}}),)
    last = {"C0": {"identifiers": {"acme": "7"}, "payment_card": {}, "phone": {"number": "+12065550143"}}}
    count = judge(Schedule(0, trial, {}, nights, last))
    assert count[f"exempt: {Exempt.ALONE}"]


def test_every_kind_of_fault_occurs() -> None:
    count = Counter[str]()
    for seed in range(9, 15):
        count += judge(draw(seed))
    assert [what for what in FAULTS if not count[what]] == []


@pytest.mark.parametrize("chunk", range(4))
def test_nights_of_files_converge(chunk: int, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    first = SystemRandom().randrange(10**9) if LONG else chunk * FILES
    count = Counter[str]()
    for seed in range(first, first + FILES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        count += judge_files(draw(seed), folder)
    assert count["customers judged"] and count["killed while writing"]


@pytest.mark.parametrize(("plant", "first"), PLANTS.items(), ids=lambda given: getattr(given, "__name__", ""))
def test_a_planted_fault_is_found(plant: Any, first: int) -> None:
    for seed in range(first, first + 600):
        schedule = draw(seed)
        try:
            judge(schedule, plant(schedule.trial.loaded))
        except Broken:
            judge(schedule)  # without the fault nothing is broken
            return
    pytest.fail("no schedule shows it")
