"""The laws, for mappings that are drawn, against the vendor that each of them declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any

import pytest
from customers import Customer, customers, near_pairs, near_triples
from declared import Declared
from hypothesis import given
from hypothesis import strategies as st
from mappings import load, mappings, reads_of

from custmap.diagnostics.errors import RecordError
from laws import PAIR_LAWS, Case, composes, idempotent, without_a_before


def case_of(mapping: dict[str, Any], *, replaces: bool) -> Case:
    store = Declared(mapping, replaces=replaces).store()
    ids = {"acme": "7"} if "identifiers" in str(mapping["body"]) else {}
    return Case(load(mapping), replace(store, reads=reads_of(mapping), ids=ids))


def makes_requests(mapping: dict[str, Any]) -> AbstractContextManager[None]:
    """A member that the contract requires and nobody says is an error of the record, and no broken law."""
    return suppress(RecordError) if "ref" in mapping["body"] else nullcontext()


def draw_pairs(data: st.DataObject, case: Case, count: int = 3) -> Iterator[tuple[Customer, Customer]]:
    strategy = near_pairs(case.store.reads)
    for _ in range(count):
        before, after = data.draw(strategy)
        yield case.customer(before), case.customer(after)


@pytest.mark.parametrize("law", PAIR_LAWS)
@given(data=st.data())
def test_law(law: str, data: st.DataObject) -> None:
    # A vendor that replaces needs no nulls beside what it replaces, so nothing is minimal for it.
    replaces = law != "minimal" and data.draw(st.booleans())
    mapping = data.draw(mappings(omit=replaces))
    case = case_of(mapping, replaces=replaces)
    for before, after in draw_pairs(data, case):
        with makes_requests(mapping):
            PAIR_LAWS[law](case, before, after)


@given(data=st.data())
def test_of_one_record(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    case = case_of(mapping, replaces=True)
    record = case.customer(data.draw(customers(case.store.reads)))
    with makes_requests(mapping):
        idempotent(case, record)
    with makes_requests(mapping):
        without_a_before(case, record)


@given(data=st.data())
def test_composes(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    case = case_of(mapping, replaces=True)
    with makes_requests(mapping):
        composes(case, *map(case.customer, data.draw(near_triples(case.store.reads))))


@given(data=st.data())
def test_order_of_rules_does_not_matter(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    case = case_of(mapping, replaces=True)
    other = load({**mapping, "body": dict(reversed(mapping["body"].items()))})
    for before, after in draw_pairs(data, case):
        with makes_requests(mapping):
            one, two = case.mapping.diff(before, after), other.diff(before, after)
            assert (one.request and one.request.to_json()) == (two.request and two.request.to_json())
            assert [change[:5] for change in one.changes] == [change[:5] for change in two.changes]
