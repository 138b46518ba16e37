"""Requests that are lists of changes: as interpreted, and as other libraries apply them."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import SystemRandom
from typing import Any

import pytest
from patch_law import Strays, check_patches
from whole_changes import draw_changes
from whole_law import Differs, cases, check

from custmap.running import clearing, lists, maps, operations
from custmap.running.names import GLOBALS

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 2_000 if LONG else 12


def _law(seeds: range) -> None:
    for seed in seeds:
        for loaded, whole, case in cases(seed, 20, draw_changes):
            check(loaded, whole, case)


def test_compiled_is_interpreted() -> None:
    first = SystemRandom().randrange(10**9) if LONG else 0
    _law(range(first, first + SEEDS))


@pytest.mark.parametrize("paths", ["pointer", "scim"])
def test_somebody_else_applies_them(paths: str) -> None:
    """Law 18: JSON Patch and SCIM, by their libraries."""
    first = SystemRandom().randrange(10**9) if LONG else 0
    assert check_patches(range(first, first + SEEDS * 4), paths) > SEEDS


def _sets_before_clears(monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(draft: Any) -> list[Any]:
        return [item for told in (draft.sets, draft.adds, draft.clears) for _, item in told]

    monkeypatch.setitem(GLOBALS, "operations", planted)


def _all_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GLOBALS, "is_new", lambda leaf, before, view: True)


def _what_is_not_there_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    real = operations.say_gone

    def planted(rule: Any, clear: Any, *rest: Any) -> Any:
        return real(rule, type(clear)(clear.template, False), *rest)

    monkeypatch.setattr(clearing, "say_gone", planted)


def _entries_of_maps_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "say_inside", lambda *_: None)


def _items_of_lists_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "say_inside", lambda *_: None)


PLANTED = (
    _sets_before_clears,
    _all_is_new,
    _what_is_not_there_is_cleared,
    _entries_of_maps_are_lost,
    _items_of_lists_are_lost,
)


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Differs):
        _law(range(300))


def test_a_planted_fault_is_found_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    _entries_of_maps_are_lost(monkeypatch)
    with pytest.raises(Strays):
        check_patches(range(200), "pointer")
