"""`reverse` over a base: what the vendor does not hold stays; layers, spelling, lists, names."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from custmap import CustmapError, Mapping, load
from custmap.values.equality import same
from small_mappings import made, tables, write

SUITES = tables(Path(__file__).parent / "bases.yaml")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_bases(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"], suite.get("files"))
    for case in suite["cases"]:
        document, base = deepcopy(case["copy"]), deepcopy(case["base"])
        customer = mapping.reverse(document, base)
        assert same(customer, case["customer"]), (case, customer)
        assert same(document, case["copy"]) and same(base, case["base"]), "the input was changed"
        assert same(mapping.reverse(document, customer), customer), "reading twice is reading once"
        assert list(map(str, mapping.back.read(document, base)[1])) == case.get("notes", [])


RULES = """
body:
  mail: email
  tags: {from: tags, merge: set, clear: send_null}
  map: {from: attributes, merge: whole, clear: send_null}
  one: custom_fields.one
  list: {each: addresses, fields: {c: city, n: name}}
  ch: {each: channels, merge: keyed, key: v, clear: skip, fields: {v: value, t: type}}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("reverse"), RULES)


DOCUMENT = {
    "mail": "a@x.io",
    "tags": ["a"],
    "map": {"m": [{"n": 1}]},
    "one": [{"x": 1}],
    "list": [{"c": "x"}],
    "ch": [{"v": "1", "t": "email"}],
}
BASE = {
    "tags": ["b"],
    "attributes": {"k": [{"l": 1}]},
    "custom_fields": {"two": [1]},
    "addresses": [{"city": "y", "line1": "l"}],
    "channels": [{"value": "1", "type": "line"}, {"value": "2"}],
    "identifiers": {"crm": "c"},
}


def containers(value: Any) -> dict[int, Any]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return {id(value): value} | {key: one for item in inner for key, one in containers(item).items()}
    return {}


@pytest.mark.parametrize("names", [[], *([name] for name in DOCUMENT), list(DOCUMENT)])
@pytest.mark.parametrize("base", [None, BASE])
def test_nothing_is_shared(mapping: Mapping, names: list[str], base: Any) -> None:
    document = {name: DOCUMENT[name] for name in names}
    kept = json.dumps([document, base])
    customer = mapping.reverse(document, base)
    assert not containers(customer).keys() & (containers(document).keys() | containers(base).keys())
    assert json.dumps([document, base]) == kept


class Raises:
    __class__ = property(lambda self: 1 / 0)  # type: ignore[assignment]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"map": value}
    return value


def cycle() -> Any:
    value: dict[str, Any] = {}
    value["map"] = value
    return value


WRONG: list[Any] = [
    None, 1, "x", [], b"{}", set(), object(), Raises(), {"map": Raises()}, {"map": {1}},
    {"map": {"a": float("nan")}}, {"map": {"a": "\ud800"}}, {"map": {1: 2}}, nested(100), cycle(),
]  # fmt: skip


@pytest.mark.parametrize("position", range(len(WRONG)))
@pytest.mark.parametrize("base", [None, {}, BASE])
def test_no_document(mapping: Mapping, position: int, base: Any) -> None:
    with pytest.raises(CustmapError) as caught:
        mapping.reverse(WRONG[position], base)
    assert {one.code for one in caught.value.diagnostics} <= {"CM701", "CM702", "CM703"}


def test_no_base(mapping: Mapping) -> None:
    for base in (1, [], "x", {"email": 1}, {"email": float("nan")}, cycle(), Raises()):
        with pytest.raises(CustmapError):
            mapping.reverse({}, base)


VALUES: list[Any] = [1, 1.5, True, "", "x", [], {}, [1], [None], [[]], [{}], {"a": 1}, [{"v": [1]}], 10**30]


@pytest.mark.parametrize("name", ["mail", "tags", "map", "one", "list", "ch"])
@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("base", [None, BASE])
def test_values_of_any_type(mapping: Mapping, name: str, value: Any, base: Any) -> None:
    """What is read is a customer whatever the copy holds; what is not read stays as the base has it."""
    customer, notes = mapping.back.read({name: value}, base)
    mapping.apply(customer, on_rejected="drop")
    if notes:
        assert same(customer, base or {})


def test_what_is_read_does_not_depend_on_order(mapping: Mapping) -> None:
    turned = dict(reversed(DOCUMENT.items()))
    for base in (None, BASE):
        other = None if base is None else dict(reversed(base.items()))
        assert same(mapping.reverse(DOCUMENT, base), mapping.reverse(turned, other))


SCRIPT = """
import json, sys
from custmap import load
mapping = load(sys.argv[1])
document, base = json.loads(sys.argv[2])
read = [mapping.reverse(document), mapping.reverse(document, base)]
print(json.dumps(read), mapping.outcome(400, b"<x>"))
"""


def test_hash_seeds_and_no_asserts(tmp_path: Path) -> None:
    path = write(tmp_path, RULES)
    given = [sys.executable, "-c", SCRIPT, str(path), json.dumps([DOCUMENT, BASE])]
    seen = {
        subprocess.run(
            given, env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONOPTIMIZE": level}, capture_output=True
        ).stdout
        for seed, level in (("0", "0"), ("1", "2"), ("77", "1"))
    }
    assert len(seen) == 1 and len(next(iter(seen))) > 100


def test_pickled(mapping: Mapping) -> None:
    mapping.reverse({})
    again = pickle.loads(pickle.dumps(mapping))
    assert same(again.reverse(DOCUMENT, BASE), mapping.reverse(DOCUMENT, BASE))
    assert again.outcome(200, DOCUMENT) == mapping.outcome(200, DOCUMENT)


def test_threads(tmp_path: Path) -> None:
    """The first calls come at once, and all read the same."""
    path = write(tmp_path, RULES + "response: {customer: body, errors: {each: body.errors, field: f}}\n")
    body = {**DOCUMENT, "errors": [{"f": f"unknown{number}"} for number in range(1500)]}
    for _ in range(3):
        fresh = load(path)
        with ThreadPoolExecutor(8) as pool:
            read = list(
                pool.map(
                    lambda _, one=fresh: (one.reverse(DOCUMENT, BASE), one.outcome(200, body)), range(16)
                )
            )
        assert all(one == read[0] for one in read)


def test_many_items_take_time_that_grows_with_them(mapping: Mapping) -> None:
    def seconds(count: int) -> float:
        document = {
            "ch": [{"v": str(one), "t": "email"} for one in range(count)],
            "tags": [f"t{one}" for one in range(count)],
            "map": {f"k{one}": one for one in range(count)},
        }
        base = {
            "channels": [
                {"value": str(one), "type": "line", "verified": True} for one in reversed(range(count))
            ],
            "tags": [f"u{one}" for one in range(count)],
            "attributes": {f"k{one}": 1 for one in range(count)},
        }
        begun = time.process_time()
        customer = mapping.reverse(document, base)
        took = time.process_time() - begun
        assert customer["channels"][0] == {"value": "0", "type": "email", "verified": True}
        return took

    seconds(100)
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.02)
