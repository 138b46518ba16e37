"""Lists whose items are told one by one: compiled is interpreted, and what breaks it is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import SystemRandom
from typing import Any

import pytest
from whole_items import draw_items
from whole_law import Differs, cases, check

from custmap.running import items, leaves

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 3_000 if LONG else 12


def _law(seeds: range) -> None:
    for seed in seeds:
        for loaded, whole, case in cases(seed, 20, draw_items):
            check(loaded, whole, case)


def test_compiled_is_interpreted() -> None:
    first = SystemRandom().randrange(10**9) if LONG else 0
    _law(range(first, first + SEEDS))


def _what_went_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    real = items._Telling.tell

    def planted(self: Any, found: Any, action: str, *rest: Any) -> Any:
        return real(self, {} if action == "clear" else found, action, *rest)

    monkeypatch.setattr(items._Telling, "tell", planted)


def _all_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    real = items.change_items
    monkeypatch.setattr(leaves.by_items, "change_items", lambda leaf, before, *rest: real(leaf, [], *rest))


def _in_the_order_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "in_value_order", list)


def _pythons_equality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "fingerprint", lambda item: item)


def _a_rejection_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    real = items._Telling.tell

    def planted(self: Any, found: Any, action: str, way: Any, written: Any) -> Any:
        assert self._leaf.ways is not None
        return real(self, found, action, way or self._leaf.ways.added or self._leaf.ways.gone, written)

    monkeypatch.setattr(items._Telling, "tell", planted)


PLANTED = (
    _what_went_is_lost,
    _all_is_said_again,
    _in_the_order_of_the_record,
    _pythons_equality,
    _a_rejection_is_sent,
)


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Differs):
        _law(range(100, 400))
