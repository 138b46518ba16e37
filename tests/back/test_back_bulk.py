"""`outcomes`: what an answer to a request with many customers means for each, in tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping, Outcome
from small_mappings import made, tables

SUITES = tables(Path(__file__).parent / "bulk.yaml")
RULES = """
bulk: {into: inputs}
body: {id: {from: identifiers.acme, identity: true}, mail: email, list: {each: addresses, fields: {c: city}}}
"""
WORDS = {(True, True): "ok", (False, False): "refused", (False, None): "unknown"}


def packed(mapping: Mapping, count: int = 2) -> Any:
    records = [{"identifiers": {"acme": str(one + 1)}, "email": "a"} for one in range(count)]
    return next(mapping.apply_many(records, bulk=True)).request


def told(outcome: Outcome) -> str:
    again = ["again"] if outcome.retry else []
    return " ".join([WORDS[outcome.ok, outcome.applied], *again, *(str(one.code) for one in outcome.errors)])


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_outcomes(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES + suite["given"])
    request = packed(mapping)
    for answer in suite["answers"]:
        outcomes = mapping.outcomes(answer["status"], answer.get("body"), request)
        assert [told(one) for one in outcomes] == answer["each"], answer
        assert [one.customer for one in outcomes] == answer.get("customers", [None, None])


def test_one_customer_alone(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES + "response: {errors: {each: body.errors, key: id, item: at}}\n")
    for body in ({"errors": [{"id": "whoever"}]}, {"errors": [{"at": 0}]}):
        outcome = mapping.outcome(200, body)
        assert (outcome.ok, outcome.applied, len(outcome.errors)) == (False, False, 1)
    assert mapping.outcome(200, {}).ok


def test_without_bulk_there_is_one(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {mail: email}\n")
    request = mapping.apply({"email": "a"})
    assert mapping.outcomes(200, {}, request) == (mapping.outcome(200, {}),)
    for wrong in (None, request.body, "x"):
        with pytest.raises(TypeError, match="`request` is what `apply` or `diff` gave"):
            mapping.outcomes(200, {}, wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="100 to 599"):
        mapping.outcomes(99, {}, request)


def test_a_request_that_was_changed_has_nobody(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES)
    request = packed(mapping)
    request.body.clear()
    assert mapping.outcomes(200, {}, request) == ()


@pytest.mark.parametrize("name", ["inputs[1].mail", "/inputs/0/mail", "mail"])
def test_fields_are_traced_in_items(name: str, tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES + "response: {errors: {each: body.errors, field: f}}\n")
    (error,) = mapping.outcome(400, {"errors": [{"f": name}]}).errors
    assert (error.field, error.line) == ("email", 6)


def test_what_an_item_lost_comes_back(tmp_path: Path) -> None:
    """Of a list whose items have no key, and of one customer of a pack, settle keeps what did not arrive."""
    mapping = made(tmp_path, RULES + "response: {errors: {each: body.errors, item: at, field: f}}\n")
    before = [{"identifiers": {"acme": str(one)}, "email": "old"} for one in range(3)]
    after = [{**one, "email": "new"} for one in before]
    results = list(mapping.diff_many(zip(before, after, strict=True), bulk=True))
    answer = {"errors": [{"at": 1, "f": "inputs[1].mail"}]}
    outcomes = mapping.outcomes(200, answer, results[0].request)
    kept = [
        mapping.settle(old, new, result.plan, outcome)
        for old, new, result, outcome in zip(before, after, results, outcomes, strict=True)
    ]
    assert kept == [after[0], before[1], after[2]]


def test_a_copy_in_the_answer_is_of_one_customer(tmp_path: Path) -> None:
    mapping = made(tmp_path, RULES + "response: {customer: body.copy}\n")
    answer = {"copy": {"mail": "a"}}
    assert [one.customer for one in mapping.outcomes(200, answer, packed(mapping))] == [None, None]
    assert mapping.outcome(200, answer).customer == {"email": "a"}
