"""Several requests: compiled is interpreted, sequences converge, and settled nights do."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import combinations
from typing import Any, Final

import pytest
from sequence_law import Differs, cases, check

from custmap.diagnostics.errors import RecordError
from custmap.mapper import Mapping
from custmap.plan import for_each
from custmap.plan.for_each import ForEach
from custmap.plan.masking import Masking
from custmap.plan.sequence import Sequence
from custmap.running.names import GLOBALS
from custmap.settle.settle import Settler

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
CHUNKS = 5
SEEDS = 1000 if LONG else 10
Patch = pytest.MonkeyPatch
QUICK: Final = {"compare": 418, "quick_requests": 960}
"""How many records go the quick way. What is lost here is speed, which no result shows; only who draws other
mappings takes over new numbers."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_sequences(chunk: int) -> None:
    assert sum(map(check, range(chunk * SEEDS, (chunk + 1) * SEEDS))) > SEEDS / 2


def told(call: Callable[[], Any]) -> Any:
    """What a call gives, or the errors that it raises."""
    try:
        made = call()
    except RecordError as error:
        return sorted((one.code, one.target or "", one.path or "", one.message) for one in error.diagnostics)
    if isinstance(made, tuple):
        return [(one.to_dict(), one.notes) for one in made]
    return made.to_dict(), made.notes


def test_quick_is_careful(monkeypatch: Patch) -> None:
    count: Counter[str] = Counter()

    def counted(name: str) -> None:
        inner = getattr(Sequence, name)

        def call(*given: Any) -> Any:
            made = inner(*given)
            count[name] += 1
            return made

        monkeypatch.setattr(Sequence, name, call)

    counted("compare")
    counted("quick_requests")
    for seed in range(20_000, 20_040):
        loaded, mapping, pairs = cases(seed)
        if loaded is None:
            continue
        twin = Mapping(loaded.checked)
        twin.engine.quick.direct = False
        for before, after, absent in pairs:
            inputs = deepcopy((before, after))
            calls: list[Callable[[Mapping], Any]] = [
                lambda one, pair=inputs, absent=absent: one.diff(*pair, absent=absent),
                lambda one, pair=inputs: one.requests(pair[1]),
                lambda one, pair=inputs: one.requests(pair[1], on_rejected="drop", check=False),
            ]
            for call in calls:
                quick, careful = (told(lambda one=one, call=call: call(one)) for one in (loaded, twin))
                assert quick == careful, (seed, mapping, before, after)
            assert inputs == (before, after)
            assert not shared(loaded, after) and not shared(twin, after), (seed, mapping, after)
    assert count == QUICK


def test_what_is_the_same_is_not_asked_about(monkeypatch: Patch) -> None:
    """That an entry is not compared where all that it reads is the same changes no plan."""
    compared = 0
    for seed in range(40_000, 40_040):
        loaded, mapping, pairs = cases(seed, asks=True)
        asked = [({**one, "priority": 5}, {**one, "priority": 0}, absent) for _, one, absent in pairs]
        for before, after, absent in [*pairs, *asked] if loaded is not None else ():
            call = lambda one, pair=(before, after), absent=absent: one.diff(*pair, absent=absent)  # noqa: E731
            quick = told(lambda loaded=loaded, call=call: call(loaded))
            with monkeypatch.context() as patch:
                patch.setattr(for_each, "_are_same", lambda *_: False)
                whole = told(lambda loaded=loaded, call=call: call(loaded))
            assert quick == whole, (seed, mapping, before, after)
            compared += 1
    assert compared > 300


def shared(mapping: Mapping, record: Any) -> set[int]:
    """The lists and objects of a record that are in its requests, and those of two requests."""
    try:
        made = mapping.requests(record, on_rejected="drop")
    except RecordError:
        return set()
    found = [set(containers(one)) for one in (record, *(request.body for request in made))]
    return {one for part, other in combinations(found, 2) for one in part & other}


def containers(value: Any) -> Iterator[int]:
    """The identities of the lists and objects in a value."""
    if isinstance(value, dict | list):
        yield id(value)
        for one in value.values() if isinstance(value, dict) else value:
            yield from containers(one)


def clears_are_lost(patch: Patch) -> None:
    patch.setattr(ForEach, "_clear", lambda *_: None)


def only_what_is_new_is_set(patch: Patch) -> None:
    real = ForEach._set

    def planted(self: ForEach, entry: Any, *rest: Any) -> None:
        if not for_each.is_value(entry.was):
            real(self, entry, *rest)

    patch.setattr(ForEach, "_set", planted)


def an_entry_is_sent_in_part(patch: Patch) -> None:
    patch.setattr(for_each._Call, "_said_again", lambda self, old, new, *, again: old)


def all_entries_are_sent_again(patch: Patch) -> None:
    patch.setattr(for_each, "equal", lambda *_: False)
    patch.setattr(for_each._Call, "_said_again", lambda self, old, new, *, again: self.engine.code.nothing)


def sets_come_first(patch: Patch) -> None:
    real = ForEach.plan

    def planted(self: ForEach, pair: Any, bounds: Any) -> Any:
        said = real(self, pair, bounds)
        clears = len([one for one in said.requests if one.clears])
        return said._replace(requests=[*said.requests[clears:], *said.requests[:clears]])

    patch.setattr(ForEach, "plan", planted)


def anybody_is_named(patch: Patch) -> None:
    patch.setattr(ForEach, "names_another", lambda *_: [])


def changes_know_the_step_and_not_the_plan(patch: Patch) -> None:
    patch.setattr("custmap.plan.sequence._moved", lambda change, first: change)


def rejections_are_forgotten(patch: Patch) -> None:
    real = Sequence._joined
    patch.setattr(
        Sequence,
        "_joined",
        lambda self, said: real(self, [*said[:-1], said[-1]._replace(rejected=[])]),
    )


def a_mask_is_for_the_first_alone(patch: Patch) -> None:
    patch.setattr(Masking, "filled", lambda self, parts, draft: parts)


def a_part_of_a_record_replaces_it(patch: Patch) -> None:
    patch.setitem(GLOBALS, "find_unstated", lambda *_: None)


def what_was_lost_counts_as_said(patch: Patch) -> None:
    patch.setattr(Settler, "settle", lambda self, pair, sent: pair.after)


PLANTED = (
    (clears_are_lost, 0),
    (only_what_is_new_is_set, 0),
    (an_entry_is_sent_in_part, 27),
    (all_entries_are_sent_again, 43),
    (sets_come_first, 0),
    (anybody_is_named, 8),
    (changes_know_the_step_and_not_the_plan, 0),
    (rejections_are_forgotten, 1),
    (a_mask_is_for_the_first_alone, 1),
    (a_part_of_a_record_replaces_it, 0),
    (what_was_lost_counts_as_said, 2),
)
"""The fault, and the first seed that is drawn: one that shows it."""


@pytest.mark.parametrize(("plant", "first"), PLANTED)
def test_a_planted_fault_is_found(plant: Callable[[Patch], None], first: int, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    with pytest.raises((Differs, KeyError)):
        for seed in range(first, first + 300):
            check(seed)
