"""Other drawings of whole mappings: compiled is interpreted, and a fault planted there is found.

More seeds: `python tests/laws/whole.py --draw masks --seeds 0-3000`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from random import SystemRandom
from typing import Any

import pytest
from patch_law import Strays, check_patches
from whole_drawings import DRAWINGS
from whole_law import Differs, hold

from custmap.codegen import object_changes
from custmap.model.clear import Masked
from custmap.plan import whole_record
from custmap.plan.masking import Masking
from custmap.running import clearing, items, leaves, lists, maps, operations
from custmap.running.names import GLOBALS
from planted_faults import items_that_went_are_not_told

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 2_000 if LONG else 10
PAIRS = 20


@pytest.mark.parametrize("name", sorted(DRAWINGS.keys() - {"any"}))
def test_compiled_is_interpreted(name: str) -> None:
    first = SystemRandom().randrange(10**9) if LONG else 0
    hold(range(first, first + SEEDS), PAIRS, DRAWINGS[name])


@pytest.mark.parametrize("paths", ["pointer", "scim"])
def test_somebody_else_applies_the_changes(paths: str) -> None:
    """Law 18: JSON Patch and SCIM, by their libraries."""
    first = SystemRandom().randrange(10**9) if LONG else 0
    applied = 0
    while applied < (20_000 if LONG else 12):
        applied += check_patches(range(first, first + 20), paths)
        first += 20


# changes


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


# items


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


# masks


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


# replaced


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


PLANTED = (
    ("changes", _sets_before_clears, 0),
    ("changes", _all_is_new, 2),
    ("changes", _what_is_not_there_is_cleared, 2),
    ("changes", _entries_of_maps_are_lost, 6),
    ("changes", _items_of_lists_are_lost, 10),
    ("items", items_that_went_are_not_told, 2),
    ("items", _all_is_said_again, 0),
    ("items", _in_the_order_of_the_record, 1),
    ("items", _pythons_equality, 300),
    ("items", _a_rejection_is_sent, 14),
    ("masks", _what_is_always_sent_has_no_name, 3),
    ("masks", _what_is_cleared_has_no_name, 0),
    ("masks", _what_is_written_has_no_name, 4),
    ("masks", _null_is_sent, 0),
    ("replaced", _a_part_is_sent, 0),
    ("replaced", _what_stands_is_left_out, 0),
    ("replaced", _members_without_a_rule_are_lost, 3),
    ("replaced", _read_only_members_are_sent, 15),
)
"""The drawing, the fault, and the first seed that is drawn: one that shows it."""


@pytest.mark.parametrize(("name", "plant", "first"), PLANTED)
def test_a_planted_fault_is_found(
    name: str, plant: Callable[[pytest.MonkeyPatch], None], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Differs):
        hold(range(first, first + 400), PAIRS, DRAWINGS[name])


def test_a_planted_fault_is_found_by_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    _entries_of_maps_are_lost(monkeypatch)
    with pytest.raises(Strays):
        check_patches(range(250, 650), "pointer")
