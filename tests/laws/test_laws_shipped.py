"""The laws, for the shipped mappings against stores that are written from the vendors' pages."""

from __future__ import annotations

import pytest
from customers import customers, near_pairs, near_triples
from hypothesis import given
from hypothesis import strategies as st
from stores.shipped import SHIPPED

import custmap
from laws import PAIR_LAWS, Case, composes, frame, idempotent, without_a_before

CASES = {name: Case(custmap.load(store.mapping), store) for name, store in SHIPPED.items()}
PAIRS = {name: near_pairs(case.store.reads) for name, case in CASES.items()}
RECORDS = {name: customers(case.store.reads) for name, case in CASES.items()}
TRIPLES = {name: near_triples(case.store.reads) for name, case in CASES.items()}
each_vendor = pytest.mark.parametrize("vendor", CASES)


@each_vendor
@pytest.mark.parametrize("law", PAIR_LAWS)
@given(data=st.data())
def test_law(vendor: str, law: str, data: st.DataObject) -> None:
    case = CASES[vendor]
    before, after = map(case.customer, data.draw(PAIRS[vendor]))
    PAIR_LAWS[law](case, before, after)


@each_vendor
@given(data=st.data())
def test_idempotent(vendor: str, data: st.DataObject) -> None:
    case = CASES[vendor]
    idempotent(case, case.customer(data.draw(RECORDS[vendor])))


@each_vendor
@given(data=st.data())
def test_without_a_before(vendor: str, data: st.DataObject) -> None:
    case = CASES[vendor]
    without_a_before(case, case.customer(data.draw(RECORDS[vendor])))


@each_vendor
@given(data=st.data())
def test_frame(vendor: str, data: st.DataObject) -> None:
    case = CASES[vendor]
    before, after = map(case.customer, data.draw(PAIRS[vendor]))
    frame(case, before, after, {"note by someone else": "kept"})


@each_vendor
@given(data=st.data())
def test_composes(vendor: str, data: st.DataObject) -> None:
    case = CASES[vendor]
    composes(case, *map(case.customer, data.draw(TRIPLES[vendor])))
