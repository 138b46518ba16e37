"""Planted bugs: each must break some law, or the laws prove nothing.

Over-sending is invisible to convergence: only minimality and idempotence see it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from msgspec.structs import replace
from stores.aifi import AIFI
from stores.fabric import ATTRIBUTES
from stores.google import GOOGLE
from stores.mailchimp import MAILCHIMP
from stores.microbase import MICROBASE

import custmap
from custmap.border import intake
from custmap.border.quick import QuickBorder
from custmap.codegen import changes, facts
from custmap.codegen.comparing import Comparing
from custmap.plan.masking import Masking
from custmap.plan.sequence import Sequence
from custmap.running import clearing, items, maps, objects, requests, single
from custmap.running import own as owning
from custmap.running.draft import SAID, UNCHANGED
from custmap.running.names import GLOBALS
from custmap.running.states import is_value
from laws import PAIR_LAWS, Case, Customer, idempotent
from planted_faults import items_that_went_are_not_told

STORES = (ATTRIBUTES, MICROBASE, AIFI, GOOGLE, MAILCHIMP)
PAIRS: list[tuple[Customer, Customer]] = [
    ({}, {"attributes": {"plan": "gold", "a": "1"}}),
    ({"attributes": {"plan": "gold", "a": "1"}}, {"attributes": {"plan": "blue", "a": "1"}}),
    ({"attributes": {"plan": "gold", "a": "1"}}, {"attributes": {"a": "1"}}),
    ({"attributes": {"plan": "gold", "a": "1"}}, {"attributes": {"plan": None, "a": "1"}}),
    ({"attributes": {"plan": "gold"}}, {"attributes": {"plan": ""}}),
    ({"attributes": {"a.b": "1"}}, {"attributes": {"a.b": "2"}}),
    ({"attributes": {"n": 1}}, {"attributes": {"n": True}}),
    ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
    ({"tags": ["a", "b"]}, {"tags": ["c"]}),
    ({"email": "ann@example.com", "status": "active"}, {"email": "bo@example.org"}),
    ({"email": "ann@example.com", "name": {"given": "Ann"}}, {"email": None, "name": None}),
    ({"phone": {"number": "1"}, "tags": ["a"]}, {"phone": {"number": "2"}, "tags": ["b"]}),
]
Plant = Callable[[pytest.MonkeyPatch], None]


def broken_laws() -> set[str]:
    """The laws that do not hold for the cases and pairs above."""
    broken = set()
    for case in [Case(custmap.load(store.mapping), store) for store in STORES]:
        for before, after in deepcopy(PAIRS):
            one, two = case.customer(before), case.customer(after)
            for name, law in PAIR_LAWS.items():
                try:
                    law(case, deepcopy(one), deepcopy(two))
                except AssertionError:
                    broken.add(name)
            try:
                idempotent(case, two)
            except AssertionError:
                broken.add("idempotent")
    return broken


def python_equality(patch: pytest.MonkeyPatch) -> None:
    for module in (maps, objects, requests, single):
        patch.setattr(module, "same", lambda a, b: a == b, raising=False)
    patch.setitem(GLOBALS, "same", lambda a, b: a == b)


def order_is_a_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(single, "_looks_same", lambda leaf, before, after, clear: before == after)


def whole_map_for_a_key(patch: pytest.MonkeyPatch) -> None:
    inner = maps.change_map

    def sent(leaf: Any, before: Any, after: Any, view: Any) -> Any:
        state, value = inner(leaf, before, after, view)
        return (state, dict(after)) if state == SAID and isinstance(after, dict) else (state, value)

    patch.setattr(maps, "change_map", sent)


def removals_left_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clearing, "write_clear", lambda *_: clearing.NOTHING)


def keys_are_paths(patch: pytest.MonkeyPatch) -> None:
    inner = maps.change_map

    def sent(leaf: Any, before: Any, after: Any, view: Any) -> Any:
        state, value = inner(leaf, before, after, view)
        if state == SAID and isinstance(value, dict):
            value = {key.split(".")[0]: item for key, item in value.items()}
        return state, value

    patch.setattr(maps, "change_map", sent)


def empty_is_null(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(maps, "is_value", lambda state: state != "" and is_value(state))
    patch.setattr(maps, "_SCALARS", frozenset())  # the short way does not ask


def null_is_skipped(patch: pytest.MonkeyPatch) -> None:
    inner = maps._entry

    def entry(leaf: Any, target: str, key: str, before: Any, after: Any, *rest: Any) -> Any:
        return UNCHANGED if after is None else inner(leaf, target, key, before, after, *rest)

    patch.setattr(maps, "_entry", entry)
    patch.setattr(maps, "_listed", lambda leaf: None)


def everything_always(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Comparing, "differs", lambda self, node: "True")
    patch.setattr(single, "_looks_same", lambda *_: False)
    patch.setattr(facts, "is_plain", lambda leaf: False)


def set_and_removed(patch: pytest.MonkeyPatch) -> None:
    inner = clearing.write_clear

    def named(clear: Any, name: Any, draft: Any) -> Any:
        inner(clear, name, draft)
        return ""

    patch.setattr(clearing, "write_clear", named)
    patch.setattr(maps, "_listed", lambda leaf: None)


def unmanaged_overwritten(patch: pytest.MonkeyPatch) -> None:
    inner = changes._complete_body

    def complete(writer: Any, root: Any, operation: Any, lines: Any) -> None:
        inner(writer, root, operation, lines)
        lines.add("body['cardType'] = 'NONE'")

    patch.setattr(changes, "_complete_body", complete)


def append_for_set(patch: pytest.MonkeyPatch) -> None:
    inner = single.change_value

    def delta(leaf: Any, before: Any, after: Any, view: Any) -> Any:
        state, value = inner(leaf, before, after, view)
        return state, [*before, *value] if isinstance(value, list) and isinstance(before, list) else value

    patch.setattr(single, "change_value", delta)
    patch.setattr(facts, "is_plain", lambda leaf: False)


def input_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(intake, "_arranged", lambda value: value)
    for module in (maps, owning):
        patch.setattr(module, "sorted", list, raising=False)


def input_changed(patch: pytest.MonkeyPatch) -> None:
    inner = QuickBorder.take

    def take(self: QuickBorder, record: Any, check: bool) -> Any:
        record.setdefault("attributes", None)
        return inner(self, record, check)

    patch.setattr(QuickBorder, "take", take)


def a_mask_forgets_a_name(patch: pytest.MonkeyPatch) -> None:
    inner = Masking._changed
    patch.setattr(Masking, "_changed", lambda self, draft: sorted(set(inner(self, draft)))[-1:])


def a_mask_names_too_much(patch: pytest.MonkeyPatch) -> None:
    inner = Masking._changed
    patch.setattr(Masking, "_changed", lambda self, draft: (*inner(self, draft), "locales"))


def items_that_stay_are_told(patch: pytest.MonkeyPatch) -> None:
    inner = items._by_mark
    patch.setattr(items, "_by_mark", lambda state: {(object(), at): one for at, one in inner(state).items()})


def the_last_request_is_lost(patch: pytest.MonkeyPatch) -> None:
    inner = Sequence._joined

    def joined(self: Sequence, said: Any) -> Any:
        plan = inner(self, said)
        return replace(plan, requests=plan.requests[:-1])

    patch.setattr(Sequence, "_joined", joined)


PLANTS: dict[Plant, str] = {
    python_equality: "converges",
    order_is_a_change: "looks_the_same",
    whole_map_for_a_key: "minimal",
    removals_left_out: "converges",
    keys_are_paths: "converges",
    empty_is_null: "converges",
    null_is_skipped: "converges",
    everything_always: "minimal",
    set_and_removed: "converges",
    unmanaged_overwritten: "converges",
    append_for_set: "converges",
    input_order: "pure",
    input_changed: "pure",
    a_mask_forgets_a_name: "converges",
    a_mask_names_too_much: "converges",
    items_that_went_are_not_told: "converges",
    items_that_stay_are_told: "minimal",
    the_last_request_is_lost: "converges",
}


def test_without_a_bug_all_laws_hold() -> None:
    assert broken_laws() == set()


@pytest.mark.parametrize(("plant", "law"), PLANTS.items(), ids=[plant.__name__ for plant in PLANTS])
def test_planted_bug_breaks_a_law(plant: Plant, law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert law in broken_laws()
