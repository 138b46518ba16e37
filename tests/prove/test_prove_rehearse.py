"""`rehearse`: one plan against the declared vendor, for `custmap diff --verify`."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

import custmap
from custmap.prove.prove import rehearse

CUSTOMER = custmap.load("fabric/update-customer")
ATTRIBUTES = custmap.load("fabric/update-attributes")
PARAMS = {"order_id": "1", "tenant_id": "t", "token": "s"}
CALLER = {"tenant_id": "t", "token": "s"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, {"attributes": {"a": "1"}}),
        ({}, {}),
        ({"attributes": {"a": "1", "b": "2"}}, {"attributes": {"a": "2"}}),
        ({"attributes": {"a": "1"}}, {}),
        ({"attributes": {"a": "1"}}, {"attributes": None}),
    ],
)
@pytest.mark.parametrize("absent", ["keep", "clear"])
def test_right(before: Any, after: Any, absent: Any) -> None:
    plan = ATTRIBUTES.diff(before, after, PARAMS, absent=absent)
    assert rehearse(ATTRIBUTES, before, after, plan, PARAMS) is None


@pytest.mark.parametrize("after", [{"name": "Bo"}, {"name": {"formatted": "Bo"}}, {"phone": "+12065550142"}])
def test_texts_and_what_they_become(after: dict[str, Any]) -> None:
    before = {"name": {"given": "Ann", "family": "Li"}, "phone": {"number": "+12065550143", "type": "home"}}
    plan = CUSTOMER.diff(before, after, CALLER)
    taken = {
        field: value if isinstance(value, dict) else {"formatted" if field == "name" else "number": value}
        for field, value in after.items()
    }
    assert rehearse(CUSTOMER, before, after, plan, CALLER) is None
    assert rehearse(CUSTOMER, before, taken, plan, CALLER) is None


def test_lost() -> None:
    before, after = {"attributes": {"a": "Quentin"}}, {"attributes": {"a": "Wilhelmina"}}
    plan = ATTRIBUTES.diff(before, after, PARAMS)
    assert plan.request is not None
    wrong = replace(plan, requests=(replace(plan.request, body={"attributes": {}}),))
    assert (
        rehearse(ATTRIBUTES, before, after, wrong, PARAMS)
        == "`attributes.a` does not have the value in after"
    )


def test_not_taken() -> None:
    before, after = {"attributes": {"a": "1"}}, {"attributes": {"a": "2"}}
    plan = ATTRIBUTES.diff(before, after, PARAMS)
    assert plan.request is not None
    wrong = replace(plan, requests=(replace(plan.request, body={}),))
    why = rehearse(ATTRIBUTES, before, after, wrong, PARAMS)
    assert why == "`attributes`: the contract requires it, and it is not in the request"


def test_no_request_where_there_should_be_one() -> None:
    before, after = {"attributes": {"a": "1"}}, {"attributes": {}}
    plan = replace(ATTRIBUTES.diff(before, after, PARAMS), requests=())
    assert rehearse(ATTRIBUTES, before, after, plan, PARAMS) == "`attributes.a` stays, and should be gone"
