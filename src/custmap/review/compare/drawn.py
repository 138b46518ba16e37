"""Customers that are drawn for a comparison: from what the rules of both sides read, the same in each run.

They are drawn as `prove` draws them, but from bytes of Python's own generator: nothing is made smaller here,
so hypothesis is not needed, and 2,000 cases take a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from random import Random
from typing import Any, Final

from custmap.mapper import Mapping
from custmap.model.checked import Checked
from custmap.model.walkers import leaves
from custmap.prove.entries import EntryScene
from custmap.prove.near import LENGTH, near_case
from custmap.prove.places import Place, places_of
from custmap.prove.prove import start_of
from custmap.prove.sample_params import sample_params
from custmap.prove.scene import Scene
from custmap.review.compare.given_samples import READINGS, Pair, Sample
from custmap.values.equality import fingerprint

Record = dict[str, Any]
WITHOUT_HYPOTHESIS: Final = (
    "hypothesis is not installed, so no texts are drawn that match the contract's patterns: "
    "pip install 'custmap[prove]'"
)


def drawn_samples(mappings: Sequence[Mapping], count: int, seed: int) -> list[Sample]:
    """So many records, each with one that is near to it."""
    places, start = _together(mappings)
    if not places:
        return []
    chance = Random(seed)
    whole = any(call.operation.body.whole for one in mappings for call in one.checked.calls)
    apply = {"absent": "clear"} if whole else {}
    cases = (near_case(chance.randbytes(LENGTH), places, start) for _ in range(count))
    return [
        Sample((Pair(None, one.before, apply), Pair(one.before, one.after, {"absent": READINGS[at % 2]})))
        for at, one in enumerate(cases)
    ]


def ways_of(mappings: Iterable[Mapping]) -> list[tuple[Any, ...]]:
    """The places that rules read, and none that names the customer."""
    ways: dict[tuple[Any, ...], None] = {}
    named: set[tuple[Any, ...]] = set()
    for mapping in mappings:
        for place in _places(mapping):
            ways[place.way] = None
        for call in mapping.checked.calls:
            slots = [leaf for root in call.operation.parts.values() for leaf in leaves(root)]
            reads = (path for leaf in slots if leaf.policy.identity for path in leaf.reads)
            named.update(map(call.canonical.outside, reads))
    return [way for way in ways if not any(way == one[: len(way)] for one in named)]


def lacks_texts(mappings: Iterable[Mapping]) -> bool:
    """Are there patterns for which no text can be found, since hypothesis is not installed?"""
    if find_spec("hypothesis") is not None:
        return False
    calls = (call.operation for mapping in mappings for call in mapping.checked.calls)
    found = (leaf.type for one in calls for root in one.parts.values() for leaf in leaves(root))
    return any(type_ is not None and type_.pattern is not None for type_ in found)


def _together(mappings: Iterable[Mapping]) -> tuple[tuple[Place, ...], Record]:
    """The places of all mappings, and the smallest customer who can be named to each of them."""
    found: dict[tuple[Any, ...], Place] = {}
    start: Record = {}
    for mapping in mappings:
        for place in _places(mapping):
            known = found.get(place.way)
            found[place.way] = place if known is None else _joined(known, place)
        for one in _starts(mapping):
            start = _laid(start, one)
    return tuple(found[way] for way in sorted(found, key=str)), start


def _joined(one: Place, other: Place) -> Place:
    """The edits of both; one that both have as often as the first has it."""
    known = {fingerprint([list(edit.way), _shown(edit.value)]) for edit in one.edits}
    more = (edit for edit in other.edits if fingerprint([list(edit.way), _shown(edit.value)]) not in known)
    return Place(one.way, (*one.edits, *more))


def _shown(value: Any) -> Any:
    return value if isinstance(value, dict | list | str | int | float | None) else "absent"


def _places(mapping: Mapping) -> list[Place]:
    checked = mapping.checked
    if not checked.steps:
        return list(places_of(checked))
    return [place for one in _rule_sets(checked) for place in places_of(one)]


def _rule_sets(checked: Checked) -> Iterable[Checked]:
    return (step.managed for step in checked.steps)


def _starts(mapping: Mapping) -> Iterable[Record]:
    checked = mapping.checked
    if not checked.steps:
        yield start_of(Scene(mapping, sample_params(checked)))
        return
    params = sample_params(checked)
    for part in mapping.parts:
        yield start_of(Scene(part, {name: params[name] for name in part.params if name in params}))
    for step in checked.steps:
        if step.entries is not None:
            yield EntryScene(mapping, params, step).start


def _laid(one: Record, other: Record) -> Record:
    """The members of both, those of the first first."""
    made = dict(one)
    for name, value in other.items():
        held = made.get(name)
        made[name] = _laid(held, value) if isinstance(held, dict) and isinstance(value, dict) else held
        if held is None:
            made[name] = value
    return made
