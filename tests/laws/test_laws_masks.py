"""Requests with a mask: compiled is interpreted, and a fault planted there is found.

More seeds: `python tests/laws/masks_law.py --seeds 0-3000`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from masks_law import cases
from whole_law import Differs, check

from custmap.model.clear import Masked
from custmap.plan.masking import Masking
from custmap.running import clearing

SEEDS = 8


def test_compiled_is_interpreted() -> None:
    for seed in range(SEEDS):
        for loaded, whole, case in cases(seed, 20):
            check(loaded, whole, case)


def _what_is_always_sent_has_no_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Masking, "_said", lambda self, body: iter(()))


def _what_is_cleared_has_no_name(patch: pytest.MonkeyPatch) -> None:
    real = Masking._changed

    def planted(self: Masking, draft: Any) -> Iterator[str]:
        draft.changes, kept = [one for one in draft.changes if one.action == "set"], draft.changes
        yield from list(real(self, draft))
        draft.changes = kept

    patch.setattr(Masking, "_changed", planted)


def _what_is_written_has_no_name(patch: pytest.MonkeyPatch) -> None:
    real = Masking.__init__

    def planted(self: Masking, *given: Any) -> None:
        real(self, *given)
        self._written = dict.fromkeys(self._written, frozenset())  # type: ignore[arg-type]

    patch.setattr(Masking, "__init__", planted)


def _null_is_sent(patch: pytest.MonkeyPatch) -> None:
    real = clearing.write_clear
    patch.setattr(
        clearing,
        "write_clear",
        lambda clear, name, draft: None if isinstance(clear, Masked) else real(clear, name, draft),
    )


@pytest.mark.parametrize(
    "plant",
    [
        _what_is_always_sent_has_no_name,
        _what_is_cleared_has_no_name,
        _what_is_written_has_no_name,
        _null_is_sent,
    ],
)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    for seed in range(100):
        for loaded, whole, case in cases(seed, 12):
            try:
                check(loaded, whole, case)
            except Differs:
                return
    pytest.fail("no case shows it")
