"""Requests with many customers: the body around them, and which customers share one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from custmap import Mapping, RecordError
from custmap.values.json_text import json_bytes
from small_mappings import made

RULES = """
params: {only: {default: true}, mode: {}}
bulk: BULK
envelope: {update_existing_only: {param: only}, options.mode: {param: mode}}
clear: send_null
body:
  id: {from: identifiers.acme, identity: true}
  mail: email
  tags: {from: tags, merge: set}
"""
Make = Callable[[str], Mapping]


@pytest.fixture
def bulk(tmp_path: Path) -> Make:
    return lambda text: made(tmp_path, RULES.replace("BULK", text))


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {"identifiers": {"acme": str(number)}, "email": f"a{number}@example.com", **more}


def item(number: int) -> dict[str, Any]:
    return {"id": str(number), "mail": f"a{number}@example.com"}


@pytest.mark.parametrize(
    "into, params, body",
    [
        ("inputs", {}, {"inputs": [item(1)], "update_existing_only": True}),
        (
            "options.inputs",
            {"mode": "x", "only": False},
            {"options": {"inputs": [item(1)], "mode": "x"}, "update_existing_only": False},
        ),
        ("a.b.c", {}, {"a": {"b": {"c": [item(1)]}}, "update_existing_only": True}),
    ],
)
def test_the_body_around_an_item(bulk: Make, into: str, params: dict[str, Any], body: Any) -> None:
    mapping = bulk(f"{{into: {into}}}")
    request = mapping.apply(customer(1), params)
    assert (request.body, request.records) == (body, (0,))
    assert list(request.body) == sorted(request.body)
    plan = mapping.diff(None, customer(1), params)
    assert plan.requests == (request,)


def test_a_body_that_is_the_list(tmp_path: Path) -> None:
    mapping = made(tmp_path, 'bulk: {into: "[]", most: 2}\nbody: {mail: email}\n')
    results = list(mapping.apply_many([customer(one) for one in range(3)], bulk=True))
    mails = [[one["mail"] for one in result.request.body] for result in results]
    assert mails == [["a0@example.com", "a1@example.com"]] * 2 + [["a2@example.com"]]


def packs(mapping: Mapping, records: list[Any], params: Any = None) -> list[tuple[int, ...] | None]:
    results = list(mapping.apply_many(records, params, bulk=True))
    assert [result.index for result in results] == list(range(len(records)))
    return [result.request and result.request.records for result in results]


def test_customers_share_a_request_up_to_its_limit(bulk: Make) -> None:
    records: list[Any] = [customer(one) for one in range(5)]
    records[1:1] = [{"email": 5}, {"email": "nobody@example.com"}]
    assert packs(bulk("{into: inputs, most: 3}"), records) == [
        *((0, 3, 4), None, None, (0, 3, 4), (0, 3, 4)),
        *((5, 6), (5, 6)),
    ]
    assert packs(bulk("{into: inputs}"), records[3:]) == [(0, 1, 2, 3)] * 4


def test_a_customer_who_comes_again_begins_a_new_request(bulk: Make) -> None:
    mapping = bulk("{into: inputs}")
    assert packs(mapping, [customer(one) for one in (1, 2, 1, 3, 3)]) == [
        (0, 1),
        (0, 1),
        (2, 3),
        (2, 3),
        (4,),
    ]


def test_who_has_one_name_of_another_is_the_same_customer(tmp_path: Path) -> None:
    rules = RULES.replace("BULK", "{into: inputs}").replace(
        "  mail: email\n", "  mail: {from: email, identity: true}\n"
    )
    names = [("1", "a"), ("2", "b"), ("2", None), (None, "b"), ("3", "b"), ("4", "c")]
    records = [{"identifiers": {"acme": id_}, "email": mail} for id_, mail in names]
    told = [{key: value for key, value in one.items() if value is not None} for one in records]
    assert packs(made(tmp_path, rules), told, {"only": True}) == [
        (0, 1),
        (0, 1),
        (2, 3),
        (2, 3),
        (4, 5),
        (4, 5),
    ]


def test_other_parameters_begin_a_new_request(bulk: Make) -> None:
    def params(record: dict[str, Any]) -> dict[str, Any]:
        return {"mode": record["company"]}

    records = [customer(number, company=name) for number, name in enumerate("aabba")]
    assert packs(bulk("{into: inputs}"), records, params) == [(0, 1), (0, 1), (2, 3), (2, 3), (4,)]


@pytest.mark.parametrize("seed", range(20))
def test_no_request_has_more_bytes_than_the_vendor_takes(bulk: Make, seed: int) -> None:
    rng = Random(seed)
    most = rng.randrange(150, 600)
    mapping = bulk(f"{{into: inputs, most: 7, most_bytes: {most}}}")
    records = [customer(number, tags=["é" * rng.randrange(60)]) for number in range(40)]
    results = list(mapping.apply_many(records, bulk=True))
    sent = {id(result.request): result.request for result in results if result.request is not None}
    for request, after in zip(sent.values(), [*list(sent.values())[1:], None], strict=True):
        size, count = len(json_bytes(request.body)), len(request.records)
        assert size <= most and count <= 7
        if after is not None and count < 7:  # the next customer would not have had room
            assert size + len(json_bytes(after.body["inputs"][0])) + 1 > most
    for result in results:
        if result.error is not None:
            (found,) = result.error.diagnostics
            assert found.code == "CM815"
            with pytest.raises(RecordError, match="CM815"):
                mapping.apply(records[result.index])


@pytest.mark.parametrize("seed", range(20))
def test_packing_changes_nothing_but_what_is_around(bulk: Make, seed: int) -> None:
    rng = Random(seed)
    mapping = bulk(f"{{into: inputs, most: {rng.randrange(1, 6)}}}")
    pairs = [(customer(rng.randrange(9), tags=["a"]), None) for _ in range(30)]
    pairs = [(before, {**before, "email": rng.choice([before["email"], None, "b"])}) for before, _ in pairs]
    results = list(mapping.diff_many(pairs, bulk=True))
    for result, (before, after) in zip(results, pairs, strict=True):
        alone = mapping.diff(before, after)
        assert result.plan == alone
        if alone.request is None:
            assert result.request is None
            continue
        at = result.request.records.index(result.index)
        packed = result.request.body["inputs"][at]
        assert packed == alone.request.body["inputs"][0]
        assert packed is not result.plan.request.body["inputs"][0]
        assert {**result.request.body, "inputs": []} == {**alone.request.body, "inputs": []}
    orders = [result.request.records for result in results if result.request is not None]
    assert [one for records in dict.fromkeys(orders) for one in records] == [
        result.index for result in results if result.request is not None
    ]


def test_what_waits_for_nothing_comes_at_once(bulk: Make) -> None:
    mapping = bulk("{into: inputs, most: 2}")
    same = (customer(1), customer(1))
    results = mapping.diff_many((same for _ in iter(int, 1)), bulk=True)  # without an end
    assert next(results).plan is not None


def test_only_a_mapping_with_bulk_packs(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {mail: email}\n")
    for many in (mapping.apply_many, mapping.diff_many):
        with pytest.raises(ValueError, match="acme/case has no `bulk`"):
            many([], bulk=True)


def test_secrets_stay_hidden_in_items_and_around_them(tmp_path: Path) -> None:
    rules = """
params: {token: {secret: true}, key: {secret: true}}
bulk: {into: data.inputs}
envelope: {auth.token: {param: token}}
body: {mail: email, auth: {param: key}}
"""
    mapping = made(tmp_path, rules)
    records = [{"email": "a"}, {"email": "b"}]
    results = list(mapping.apply_many(records, {"token": "zq0qz", "key": "zq1qz"}, bulk=True))
    request = results[0].request
    assert request.body == {
        "auth": {"token": "zq0qz"},
        "data": {"inputs": [{"mail": one, "auth": "zq1qz"} for one in "ab"]},
    }
    for shown in (repr(request), request.to_curl(), request.to_http(), request.to_json(secrets=False)):
        assert "{{token}}" in shown and "{{key}}" in shown and "zq" not in shown


@pytest.mark.parametrize(
    "params, around",
    [
        ({}, {}),
        ({"one": 1}, {"list": [{"x": 1}]}),
        ({"two": 2}, {"named": [{"type": "a", "x": 2}]}),
        ({"one": 1, "two": 2}, {"list": [{"x": 1}], "named": [{"type": "a", "x": 2}]}),
    ],
)
def test_lists_around_the_items(tmp_path: Path, params: dict[str, Any], around: dict[str, Any]) -> None:
    rules = """
params: {one: {}, two: {}}
bulk: {into: inputs}
envelope: {"list[0].x": {param: one}, "named[type=a].x": {param: two}}
body: {mail: email}
"""
    request = made(tmp_path, rules).apply({"email": "a"}, params)
    assert request.body == {"inputs": [{"mail": "a"}], **around}


def test_a_record_that_is_too_large_changes_nothing_of_the_others(bulk: Make) -> None:
    """Its parameters are other ones, so the body around it is of another size."""
    mapping = bulk("{into: inputs, most_bytes: 160}")
    records = [customer(0), customer(1, tags=["x" * 20]), customer(2)]
    modes = iter(["", "y" * 50, ""])
    results = list(mapping.apply_many(records, lambda _: {"mode": next(modes)}, bulk=True))
    assert [result.error is None for result in results] == [True, False, True]
    for result in (results[0], results[2]):
        assert result.request is not None and len(json_bytes(result.request.body)) <= 160
