"""Customers and near pairs, drawn by hypothesis.

Two customers that are drawn apart differ everywhere and test little; so the second is the first with at
most three edits, or says only those edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from custmap.prove.places import Edit, Place, edited
from custmap.prove.scene import Case, Record

Strategy = st.SearchStrategy[Case]


def near_cases(places: Sequence[Place], start: Record) -> Strategy:
    """Cases near each other, all of them the `start` with edits."""
    if not places:
        return st.just(Case(deepcopy(start), deepcopy(start), deepcopy(start)))
    edit = st.sampled_from(places).flatmap(lambda place: st.sampled_from(place.edits))
    few = st.lists(edit, max_size=3)
    return st.builds(
        lambda first, second, third, partly: _near(start, first, second, third, partly),
        st.lists(edit, max_size=8),
        few,
        few,
        st.integers(0, 3),
    )


def _near(start: Record, first: list[Edit], second: list[Edit], third: list[Edit], partly: int) -> Case:
    before = edited(start, first)
    after = edited(start if partly == 3 else before, second)
    return Case(before, after, edited(after, third))


def given_cases(records: Sequence[Record], identities: Sequence[tuple[Any, ...]]) -> Strategy:
    """Cases among given records; the identity is that of the first, or nothing would be compared."""
    some = st.sampled_from(list(records))
    return st.builds(
        lambda before, after, third: Case(
            deepcopy(before), _as(before, after, identities), _as(before, third, identities)
        ),
        some,
        some,
        some,
    )


def _as(one: Record, other: Record, identities: Sequence[tuple[Any, ...]]) -> Record:
    """The other record, as if it were of the customer that `one` is of."""
    edits = []
    for way in identities:
        value: Any = one
        for step in way:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            edits.append(Edit(way, value))
    return edited(other, edits)
