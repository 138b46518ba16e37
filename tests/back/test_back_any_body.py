"""`outcome` takes any body: whatever an answer holds, there is an outcome, and it can be shown and stored."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping, Outcome
from small_mappings import made

RULES = """
body:
  mail: email
  tags: {from: tags, merge: set}
  map: {from: attributes, merge: whole, clear: send_null}
response:
  ok: body.ok
  customer: body.customer
  failed: body.failed
  errors: {each: body.errors, field: field, code: code, message: message, retry: again}
  warnings: {each: body.warnings, code: code, message: message}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("any"), RULES)


def held(outcome: Outcome) -> Any:
    """All that an outcome holds, after it was shown, stored and sent in every way."""
    assert repr(outcome) and str(outcome) and outcome.text(show_values=True)
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    outcome.text(show_values=True).encode()
    text = json.dumps(outcome.to_dict(), allow_nan=False, ensure_ascii=False)
    text.encode()
    return json.loads(text)


def raises(*_: Any, **__: Any) -> Any:
    raise RuntimeError("zq0qz")


class OfClass:
    __class__ = property(raises)  # type: ignore[assignment]


class OfAll:
    __getattribute__ = __eq__ = __hash__ = __iter__ = __len__ = __bool__ = __repr__ = raises  # type: ignore[assignment]


class Meta(type):
    __getattribute__ = __instancecheck__ = __eq__ = __hash__ = raises  # type: ignore[assignment]


class OfMeta(metaclass=Meta):
    pass


class Text(str):
    __len__ = __eq__ = encode = __iter__ = __bool__ = raises  # type: ignore[assignment]
    __hash__ = str.__hash__


class Binary(bytes):
    __len__ = __eq__ = decode = __iter__ = __bool__ = __bytes__ = raises  # type: ignore[assignment]
    __hash__ = bytes.__hash__


class Changing(bytearray):
    __len__ = __eq__ = decode = __iter__ = __bool__ = __bytes__ = raises  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Number(int):
    __eq__ = __lt__ = __bool__ = __int__ = __index__ = raises  # type: ignore[assignment]
    __hash__ = int.__hash__


class Object(dict):  # type: ignore[type-arg]
    __iter__ = __len__ = keys = items = values = get = __getitem__ = raises  # type: ignore[assignment]


class List(list):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __eq__ = raises  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"customer": {"map": value}, "errors": [{"message": "m"}], "ok": True}
    return value


def cycle() -> Any:
    value: dict[str, Any] = {"ok": True}
    value.update(customer={"map": value}, errors=[value], failed=value)
    return value


STRANGE: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "an object whose class raises": OfClass,
    "an object that always raises": OfAll,
    "an object of a class that raises": OfMeta,
    "a class that raises": lambda: OfMeta,
    "a text that raises": lambda: Text("x"),
    "bytes that raise": lambda: Binary(b"x"),
    "a bytearray that raises": lambda: Changing(b"x"),
    "a number that raises": lambda: Number(3),
    "a dict that raises": lambda: Object(ok=1),
    "a list that raises": lambda: List([1]),
    "a set": lambda: {1},
    "a generator": lambda: (one for one in [1]),
    "a view": lambda: memoryview(b"{}"),
    "NaN": lambda: math.nan,
    "infinity": lambda: -math.inf,
    "a number of 5,000 digits": lambda: 10**5000,
    "no Decimal": lambda: Decimal("sNaN"),
    "a moment": lambda: datetime(2026, 1, 1),
    "half of a pair": lambda: "\ud83d",
    "a key that is half of a pair": lambda: {"\ud83d": 1},
    "keys that are no texts": lambda: {1: 2, None: 3, (4,): 5},
    "depth 100": lambda: nested(100),
    "a cycle": cycle,
    "a function": lambda: raises,
}
PLACES: dict[str, Callable[[Any], Any]] = {
    "the body": lambda one: one,
    "ok": lambda one: {"ok": one},
    "the customer": lambda one: {"ok": True, "customer": one},
    "members of the customer": lambda one: {"ok": True, "customer": {"mail": one, "tags": [one], "map": one}},
    "a map of the customer": lambda one: {"ok": True, "customer": {"map": {"a": one, "b": [one]}}},
    "failed": lambda one: {"failed": one},
    "failed ids": lambda one: {"failed": ["a", one]},
    "errors": lambda one: {"errors": one, "warnings": one},
    "an error": lambda one: {"errors": [one, {"field": "mail"}], "warnings": [one]},
    "members of an error": lambda one: {
        "errors": [{"field": one, "code": one, "message": one, "again": one}, {"code": {"a": one}}]
    },
}


@pytest.mark.parametrize(
    "body", ["NaN", "-Infinity", "1" * 5001, "[" * 5000, "<html>", math.nan, {1}, raises, memoryview(b"")]
)
def test_what_is_no_json_is_not_the_same_as_no_body(tmp_path: Path, body: object) -> None:
    mapping = made(tmp_path, RULES.replace("body.ok", "contains(['object', 'null'], type(body))"))
    assert mapping.outcome(200, None).ok and mapping.outcome(200, "").ok and mapping.outcome(200, {}).ok
    assert not mapping.outcome(200, body).ok


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("status", [200, 500])
def test_strange(mapping: Mapping, strange: str, place: str, status: int) -> None:
    outcome = mapping.outcome(status, PLACES[place](STRANGE[strange]()))
    told = held(outcome)
    assert "zq0qz" not in repr(told)
    if place == "failed ids":
        assert (outcome.ok, outcome.failed[0]) == (False, "a")
    if place == "an error":
        assert outcome.errors[-1].field == "email"


TEXTS: list[tuple[str, Any, Any]] = [
    ("none", None, None),
    ("empty", "", None),
    ("empty bytes", b"", None),
    ("no JSON", "Service Unavailable", "Service Unavailable"),
    ("HTML", b"<html>\xff</html>", "<html>\ufffd</html>"),
    ("JSON", '{"ok": true}', {"ok": True}),
    ("bytes", b'{"ok": true}', {"ok": True}),
    ("a bytearray", bytearray(b'{"ok": true}'), {"ok": True}),
    ("a text of a class of its own", Text('{"ok": true}'), {"ok": True}),
    ("a mark of the order of bytes", b'\xef\xbb\xbf{"ok": true}', {"ok": True}),
    ("a mark in a text", '\ufeff{"ok": true}', {"ok": True}),
    ("UTF-16", '{"ok": true}'.encode("utf-16"), {"ok": True}),
    ("the same key twice", '{"ok": false, "ok": true}', {"ok": True}),
    ("NaN", '{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
    ("a number that is too large", '{"a": ' + "9" * 5000 + "}", {"a": None}),
    ("half of a pair", '"x\\ud83d"', "x\ufffd"),
    ("half of a pair in no JSON", "a\ud83d", "a\ufffd"),
    ("brackets", "[" * 100_000, "[" * 100_000),
    ("depth 200", "[" * 200 + "]" * 200, None),
    ("the beginning of JSON", '{"ok": tr', '{"ok": tr'),
]


@pytest.mark.parametrize(("given", "seen"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_texts(tmp_path: Path, given: Any, seen: Any) -> None:
    """What the expressions see of a body, as a message shows it."""
    rules = "body: {m: email}\nresponse: {errors: {each: '[body]', message: '@'}}"
    (said,) = made(tmp_path, rules).outcome(400, given).errors
    held(made(tmp_path, rules).outcome(400, given))
    if seen is None or isinstance(seen, str):
        assert said.message == seen
    else:
        assert json.loads(str(said.message)) == json.loads(json.dumps(seen))


def test_half_of_a_pair_takes_nothing_else_along(mapping: Mapping) -> None:
    """A vendor that cuts texts cuts emojis."""
    body = '{"ok": true, "customer": {"mail": "a@x.io", "tags": ["\\ud83d"]}, "failed": []}'
    outcome = mapping.outcome(200, body)
    assert outcome.ok and outcome.failed == () and outcome.customer is None
    assert [one.message for one in outcome.warnings if one.message] != []
    held(outcome)


def test_a_copy_that_cannot_be_read_is_a_warning(mapping: Mapping) -> None:
    outcome = mapping.outcome(200, {"ok": True, "customer": {"map": {"a": math.nan}}})
    assert outcome.ok and outcome.customer is None
    (said,) = outcome.warnings
    assert said.message is not None and said.message.startswith("cannot be read: ")


def test_a_million_items(mapping: Mapping) -> None:
    many = list(range(1_000_001))
    outcome = mapping.outcome(200, {"ok": True, "failed": many, "errors": [{"field": "mail"}] * 1_000_000})
    assert outcome.failed == tuple(many)
    assert len(outcome.errors) == 10_000
    assert mapping.outcome(200, many).ok is False


def test_parts_that_are_shared_do_not_take_for_ever(mapping: Mapping) -> None:
    shared: Any = {}
    for _ in range(60):
        shared = {"a": shared, "b": shared}
    outcome = mapping.outcome(400, {"errors": [{"message": shared}] * 10_000})
    assert {one.message for one in outcome.errors} == {None}


def test_the_input_is_not_changed_nor_shared(mapping: Mapping) -> None:
    body = {"ok": True, "customer": {"tags": ["a"], "map": {"m": [{"n": 1}]}}, "failed": []}
    kept = json.dumps(body)
    outcome = mapping.outcome(200, body)
    assert outcome.customer is not None
    outcome.customer["tags"].append("b")
    outcome.customer["attributes"]["m"][0]["n"] = 2
    failed = mapping.outcome(200, {"failed": [shared := {"a": [1]}]}).failed
    failed[0]["a"].append(2)
    assert json.dumps(body) == kept and shared == {"a": [1]}


def test_a_status_of_a_class_of_its_own(tmp_path: Path) -> None:
    rules = "body: {m: email}\nresponse: {ok: 'status == `200`', retry: 'status == `429`'}"
    mapping = made(tmp_path, rules)
    assert mapping.outcome(HTTPStatus.OK).ok
    assert mapping.outcome(HTTPStatus.TOO_MANY_REQUESTS).retry
    assert type(mapping.outcome(HTTPStatus.OK).status) is int


@pytest.mark.parametrize("status", ["200", 200.0, True, None])
def test_no_status(mapping: Mapping, status: Any) -> None:
    with pytest.raises(TypeError):
        mapping.outcome(status)


@pytest.mark.parametrize("status", [0, 99, 600, -1])
def test_no_status_of_http(mapping: Mapping, status: int) -> None:
    with pytest.raises(ValueError):
        mapping.outcome(status)
