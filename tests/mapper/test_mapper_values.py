"""A `Mapping` as a value: frozen, copied, pickled, shared by threads; nothing is changed, nothing shared."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from custmap import Customer, Mapping
from small_mappings import made

RULES = """
params: {who: {default: {a: [1]}}, token: {secret: true}}
headers: {X-A: {param: token}}
body:
  name.first: {from: given_name(name), clear: send_null}
  mail: {from: email, clear: {name_in: gone}}
  role: {from: role, values: {tester: [{a: 1}]}, unmapped: {default: {d: []}}}
  tags: {from: tags, merge: set}
  map: {from: attributes, merge: entries, clear: {send: [1]}}
  all: {from: custom_fields, merge: whole}
  ch: {each: channels, merge: keyed, key: type, fields: {type: type, v: value}}
  list: {from: addresses}
  x: {value: {list: [1, {a: b}]}}
  who: {param: who}
  d: {from: company, default: {a: []}}
"""
CUSTOMER: dict[str, Any] = {
    "name": {"given": "A", "family": "B"}, "email": "a@x.io", "role": "tester", "tags": ["a"],
    "attributes": {"k": {"n": [1]}}, "custom_fields": {"m": {"n": [1]}},
    "channels": [{"type": "email", "value": "v"}], "addresses": [{"city": "C"}],
}  # fmt: skip
OTHER: dict[str, Any] = {
    **CUSTOMER, "email": None, "role": "employee", "tags": ["b", "a"], "attributes": {"j": [2]},
    "custom_fields": {"m": {"n": [2]}}, "channels": [{"type": "line", "value": "l"}, {"type": "email"}],
    "addresses": [{"city": "D"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("m"), RULES)


def said(mapping: Mapping) -> str:
    """Everything that the mapping makes of the two customers."""
    plan = mapping.diff(CUSTOMER, OTHER, {"token": "t"})
    return mapping.apply(CUSTOMER, {"token": "t"}).to_json() + json.dumps(plan.to_dict())


def test_frozen(mapping: Mapping) -> None:
    for name in ("code", "name", "_checked", "anything"):
        with pytest.raises(AttributeError):
            setattr(mapping, name, 1)
    request = mapping.apply(CUSTOMER)
    with pytest.raises(AttributeError):
        request.url = "x"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        mapping.diff(CUSTOMER, OTHER).requests = ()  # type: ignore[misc]


def test_copied(mapping: Mapping) -> None:
    for again in (pickle.loads(pickle.dumps(mapping)), copy.deepcopy(mapping), copy.copy(mapping)):
        assert again.code == mapping.code
        assert said(again) == said(mapping)


def test_results_are_copied(mapping: Mapping) -> None:
    request, plan = mapping.apply(CUSTOMER, {"token": "t"}), mapping.diff(CUSTOMER, OTHER, {"token": "t"})
    for copied in (copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
        assert copied(request) == request
        assert repr(copied(request)) == repr(request)
        assert copied(plan).to_dict() == plan.to_dict()
        assert str(copied(plan)) == str(plan)


def test_pickled_for_another_process(mapping: Mapping, tmp_path: Path) -> None:
    (tmp_path / "m.pickle").write_bytes(pickle.dumps(mapping))
    run = (
        "import json, pickle, sys; m = pickle.load(open(sys.argv[1], 'rb'));"
        "c = json.loads(sys.stdin.read()); print(m.apply(c, {'token': 't'}).to_json(), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", run, str(tmp_path / "m.pickle")], input=json.dumps(CUSTOMER),
        capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout == mapping.apply(CUSTOMER, {"token": "t"}).to_json()


def test_threads(mapping: Mapping) -> None:
    """Each thread has parameters of its own: the mapping remembers the last set, and mixes up none."""

    def work(number: int) -> list[tuple[str, str]]:
        params = {"token": f"t{number}"}
        return [(mapping.apply(CUSTOMER, params).headers["X-A"], said(mapping)) for _ in range(100)]

    alone = said(mapping)
    with ThreadPoolExecutor(8) as pool:
        for number, results in enumerate(pool.map(work, range(8))):
            assert set(results) == {(f"t{number}", alone)}


def test_inputs_are_as_they_were(mapping: Mapping) -> None:
    before, after, params = copy.deepcopy(CUSTOMER), copy.deepcopy(OTHER), {"token": "t", "who": {"a": [2]}}
    mapping.apply(before, params)
    mapping.diff(before, after, params)
    mapping.diff(None, after, params)
    assert (before, after, params) == (CUSTOMER, OTHER, {"token": "t", "who": {"a": [2]}})


def spoil(value: Any) -> None:
    """Change everything that can be changed, deep inside first."""
    if isinstance(value, dict):
        for item in value.values():
            spoil(item)
        value["spoilt"] = 1
    elif isinstance(value, list):
        for item in value:
            spoil(item)
        value.append("spoilt")


def mutables(value: Any) -> set[int]:
    if isinstance(value, dict):
        return {id(value)}.union(*map(mutables, value.values()))
    if isinstance(value, list | tuple):
        return {id(value)}.union(*map(mutables, value)) - ({id(value)} if isinstance(value, tuple) else set())
    return set()


@pytest.mark.parametrize("check", [True, False])
def test_results_share_nothing(mapping: Mapping, check: bool) -> None:
    params = {"token": "t", "who": {"a": [2]}}
    for _ in range(3):
        first = said(mapping)
        before, after = copy.deepcopy(CUSTOMER), copy.deepcopy(OTHER)
        request = mapping.apply(before, params, check=check)
        plan = mapping.diff(before, after, params, check=check)
        assert plan.request is not None
        given = mutables((before, after, params))
        for part in (request.body, request.headers, request.query, request.path, plan.request.body):
            assert not mutables(part) & given
        for change in plan.changes:
            assert not mutables((change.before, change.after)) & given
        assert not mutables(request.body) & mutables(plan.request.body)
        spoil(request.body), spoil(request.headers), spoil(request.query), spoil(request.path)
        spoil(plan.request.body), spoil(plan.request.headers)
        for change in plan.changes:
            spoil(change.before), spoil(change.after)
        assert (before, after, params) == (CUSTOMER, OTHER, {"token": "t", "who": {"a": [2]}})
        assert said(mapping) == first


def test_a_customer_is_as_its_dict(mapping: Mapping) -> None:
    assert mapping.apply(Customer(**CUSTOMER)).to_json() == mapping.apply(CUSTOMER).to_json()
    plan = mapping.diff(Customer(**CUSTOMER), Customer(**OTHER))
    assert plan.to_dict() == mapping.diff(CUSTOMER, OTHER).to_dict()


def test_many_is_lazy(mapping: Mapping) -> None:
    drawn = []

    def records() -> Any:
        for number in range(5):
            drawn.append(number)
            yield {"email": 5} if number == 1 else CUSTOMER

    results = mapping.apply_many(records())
    assert drawn == []
    first = next(results)
    assert (first.index, first.request, first.error) == (0, mapping.apply(CUSTOMER), None)
    assert len(drawn) == 1
    second = next(results)
    assert second.index == 1 and second.request is None
    assert second.error.diagnostics[0].code == "CM701"
    assert [result.request for result in results] == [mapping.apply(CUSTOMER)] * 3
