"""Copies that go out: equal, in order, with nothing shared; and what is no plain JSON is unusual."""

from __future__ import annotations

import json
from collections import OrderedDict
from random import Random
from typing import Any

import pytest

from custmap.running.own import in_name_order, is_simple, own
from custmap.values.unusual import Unusual

SCALARS = (None, True, False, 0, -1, 2**63 - 1, -(2**63), 0.5, -1.5, "", "a")


def drawn(rng: Random, depth: int) -> Any:
    if not depth or rng.random() < 0.3:
        return rng.choice(SCALARS)
    if rng.random() < 0.5:
        return [drawn(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return {name: drawn(rng, depth - 1) for name in rng.sample("dcba", rng.randint(0, 3))}


def containers(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [one for item in inner for one in containers(item)]


def nested(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = {"k": value} if level % 2 else [value]
    return value


def test_a_copy_is_equal_sorted_and_its_own() -> None:
    rng = Random(3)
    for _ in range(2000):
        value = drawn(rng, 4)
        copy = own(value)
        assert json.dumps(copy) == json.dumps(value, sort_keys=True)
        assert not {id(one) for one in containers(copy)} & {id(one) for one in containers(value)}


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        float("inf"),
        float("nan"),
        (1,),
        {1: 2},
        {None: 1},
        b"x",
        OrderedDict(a=1),
        object,
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "around", [lambda x: x, lambda x: [x], lambda x: {"k": x}, lambda x: {"k": [{"j": x}]}]
)
def test_what_is_not_plain_is_unusual(value: Any, around: Any) -> None:
    with pytest.raises(Unusual):
        own(around(value))


def test_depth_and_size_have_a_limit() -> None:
    assert own(nested(60)) == nested(60)
    with pytest.raises(Unusual):
        own(nested(200))
    assert own([[1] * 1000] * 50) == [[1] * 1000] * 50
    with pytest.raises(Unusual):
        own([[1] * 1000] * 101)


@pytest.mark.parametrize(
    ("value", "simple"),
    [
        ({}, True), ({"a": 1, "b": "", "c": [], "d": [None]}, True), ({"a": None}, False), ({"a": {}}, False),
        ({"a": {"b": 1}}, True), ({"a": {"b": {}}}, False), ({"a": {"b": None}}, False),
        ({"a": 1, "b": {"c": 1, "d": None}}, False),
    ],
)  # fmt: skip
def test_simple_maps_have_no_nothing(value: dict[str, Any], simple: bool) -> None:
    assert is_simple(value) is simple


def test_members_in_name_order() -> None:
    assert list(in_name_order({"b": 1, "a": 2, "B": 3})) == ["B", "a", "b"]
