"""Compiled is interpreted, for whole mappings of several rules: apply and diff.

A failure prints the seed: `python tests/laws/whole.py --seeds SEED --shrink` makes it small.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom
from typing import Any

import pytest
from msgspec.structs import replace
from whole_law import Differs, cases, check, check_diff

from custmap.diagnostics.errors import RecordError
from custmap.plan.beside import Beside
from custmap.plan.plan import Plan
from custmap.plan.vendor_document import VendorDocument
from custmap.values.equality import same

CHUNKS = 10
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 334 if LONG else 10
"""Mappings a chunk, with 30 pairs each: 3,000 pairs; long, 100,000 that are new every time."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_compiled_is_interpreted(chunk: int) -> None:
    first = SystemRandom().randrange(10**9) if LONG else chunk * SEEDS
    for seed in range(first, first + SEEDS):
        for loaded, whole, case in cases(seed):
            check(loaded, whole, case)


def _without_a_member(plan: Plan) -> Plan | None:
    """Planted: the request lacks a member of its body."""
    if plan.request is None or not plan.request.body:
        return None
    body = plan.request.body
    body = body[1:] if isinstance(body, list) else dict(list(body.items())[1:])
    return replace(plan, requests=(replace(plan.request, body=body),))


def _without_a_request(plan: Plan) -> Plan | None:
    return replace(plan, requests=()) if plan.requests else None


def _with_a_true_for_a_one(plan: Plan) -> Plan | None:
    """Planted: Python's equality for JSON's."""
    if plan.request is None or isinstance(plan.request.body, list):
        return None
    if not any(same(value, 1) for value in plan.request.body.values()):
        return None
    body = {name: True if value == 1 else value for name, value in plan.request.body.items()}
    return replace(plan, requests=(replace(plan.request, body=body),))


def _without_a_change(plan: Plan) -> Plan | None:
    return replace(plan, changes=plan.changes[1:]) if plan.changes else None


def _without_a_rejection(plan: Plan) -> Plan | None:
    return replace(plan, rejected=plan.rejected[1:]) if plan.rejected else None


def _without_a_note(plan: Plan) -> Plan | None:
    return replace(plan, notes=plan.notes[1:]) if plan.notes and plan.notes[0].fact else None


PLANTED = (
    _without_a_member,
    _without_a_request,
    _with_a_true_for_a_one,
    _without_a_change,
    _without_a_rejection,
    _without_a_note,
)


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found(plant: Callable[[Plan], Plan | None]) -> None:
    for seed in range(500):
        for loaded, whole, case in cases(seed, 8):
            with suppress(RecordError):
                plan = loaded.diff(case.before, case.after, case.params, **case.options)
                if (planted := plant(plan)) is None:
                    continue
                with pytest.raises(Differs):
                    check_diff(_Planted(planted), whole, case)
                return
    pytest.fail("no case to plant it in")


def _the_copy_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the vendor's own spelling is compared, and not what would be sent of it."""
    monkeypatch.setattr(VendorDocument, "holds", lambda self, leaf, sent: self.value(leaf))


def _every_rule_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what after does not mention is said."""
    monkeypatch.setattr(Beside, "_speaks", lambda self, leaf, new: True)


def _conditions_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a condition that asks for what nobody knows is taken for false."""
    monkeypatch.setattr(Beside, "_is_known", lambda self, slot: True)


def _one_reading_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: of two rules of one field, the second is compared with what the first has read."""
    monkeypatch.setattr(Beside, "_of", lambda self, slot: self.joint)


@pytest.mark.parametrize(
    ("plant", "first"),
    [
        (_the_copy_as_it_stands, 48),
        (_every_rule_speaks, 0),
        (_conditions_are_known, 9),
        (_one_reading_for_all, 48),
    ],
)
def test_a_fault_beside_the_vendors_copy_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first seed that is drawn shows it."""
    plant(monkeypatch)
    for seed in range(first, first + 400):
        for loaded, whole, case in cases(seed):
            if "vendor" in case.options:
                try:
                    check(loaded, whole, case)
                except Differs:
                    return
    pytest.fail("no case shows it")


class _Planted:
    """A mapping that gives one plan, whatever it is asked."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def diff(self, *asked: Any, **options: Any) -> Plan:
        return self.plan
