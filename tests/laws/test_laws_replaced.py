"""Requests that replace the whole record: compiled is interpreted, and a fault planted there is found.

More seeds: `python tests/laws/replaced_law.py --seeds 0-3000`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from replaced_law import cases, check_replaced
from whole_law import Differs

from custmap.codegen import object_changes
from custmap.plan import whole_record
from custmap.running.names import GLOBALS

SEEDS = 6


def test_compiled_is_interpreted() -> None:
    for seed in range(SEEDS):
        for loaded, whole, case in cases(seed, 20):
            check_replaced(loaded, whole, case)


def _a_part_is_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(GLOBALS, "find_unstated", lambda rules, before, after, view: None)


def _what_stands_is_left_out(patch: pytest.MonkeyPatch) -> None:
    real = object_changes._put_all

    def planted(writer: Any, outcomes: list[Any], out: str, lines: Any) -> None:
        real(writer, outcomes[1:] if out == "body" else outcomes, out, lines)

    patch.setattr(object_changes, "_put_all", planted)


def _members_without_a_rule_are_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(whole_record._Rest, "of", lambda self, node, type_, sent, held: sent)


def _read_only_members_are_sent(patch: pytest.MonkeyPatch) -> None:
    real = whole_record._Rest.of
    patch.setattr(
        whole_record._Rest, "of", lambda self, node, type_, sent, held: real(self, node, None, sent, held)
    )


@pytest.mark.parametrize(
    "plant",
    [
        _a_part_is_sent,
        _what_stands_is_left_out,
        _members_without_a_rule_are_lost,
        _read_only_members_are_sent,
    ],
)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    for seed in range(150):
        for loaded, whole, case in cases(seed, 20):
            if plant is _read_only_members_are_sent and "made" not in case.options.get("vendor", {}):
                continue
            try:
                check_replaced(loaded, whole, case)
            except Differs:
                return
    pytest.fail("no case shows it")
