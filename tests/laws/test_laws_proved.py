"""`prove` of drawn mappings, and faults planted in the vendor that it asks.

More seeds: `python tests/laws/proved.py masks 0 300`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import SystemRandom
from typing import Any

import pytest
from proved_law import SEVERAL, Found, check
from whole_drawings import DRAWINGS

from custmap.prove import moves, store
from custmap.values.absent import ABSENT
from custmap.values.paths import found_at

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 300 if LONG else 3
EXAMPLES = 40


@pytest.mark.parametrize("name", [*sorted(DRAWINGS), SEVERAL])
def test_what_is_right_is_proved(name: str) -> None:
    first = SystemRandom().randrange(10**9) if LONG else 0
    assert check(name, range(first, first + SEEDS), EXAMPLES) > SEEDS / 2


def _what_keeps_a_position_is_a_value(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "sent_at", found_at)


def _a_mask_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "_replaced", lambda held, sent, names: {**held, **sent})


def _an_empty_value_is_none(patch: pytest.MonkeyPatch) -> None:
    real = store.Store._leaf

    def planted(*given: Any) -> Any:
        taken = real(*given)
        return ABSENT if taken in ("", [], {}) else taken

    patch.setattr(store.Store, "_leaf", planted)


def _a_clear_is_a_transition(patch: pytest.MonkeyPatch) -> None:
    real = moves._check_move

    def planted(leaf: Any, before: Any, after: Any) -> None:
        real(leaf, before, None if after is ABSENT else after)

    patch.setattr(moves, "_check_move", planted)


PLANTED = (
    ("any", _what_keeps_a_position_is_a_value),
    ("masks", _a_mask_is_not_read),
    ("any", _an_empty_value_is_none),
    ("masks", _a_clear_is_a_transition),
)


@pytest.mark.parametrize(("name", "plant"), PLANTED if LONG else PLANTED[:1])
def test_a_planted_fault_is_found(
    name: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Found):
        check(name, range(40), EXAMPLES)
