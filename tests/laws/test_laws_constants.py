"""A constant of any type, with any keys beside it, is a finding or does what apply and diff say alike."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from whole_law import is_json
from whole_loading import as_yaml

from custmap import Mapping
from custmap.diagnostics.errors import MappingError, RecordError
from small_mappings import made

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
Rule = dict[str, Any]

CONSTANTS = (None, True, 0, 1.5, 10**40, "", "a", [], [None], [{"k": 1}], {}, {"a": None})
KEYS: tuple[Rule, ...] = (
    {}, {"format": "<{}>"}, {"values": {"a": None, "b": "c"}, "unmapped": "pass"},
    {"values": {"a": None}, "unmapped": {"default": None}, "format": "<{}>"},
    {"values": {"a": {"x": 1}}, "unmapped": {"default": [1]}, "format": "<{}>"},
    {"values": {"a": None, "b": "c"}, "unmapped": "skip", "format": "<{}>"},
    {"values": {"a": None, "b": "c"}}, {"when": "blocked"}, {"when": "blocked", "otherwise": "clear"},
    {"default": None}, {"default": None, "format": "<{}>"}, {"default": [1], "format": "<{}>"},
    {"merge": "whole"}, {"merge": "entries"}, {"merge": "set"}, {"merge": "keyed", "key": "k"},
    {"merge": "fields"}, {"clear": "send_null"}, {"clear": "send_empty"}, {"empty": "reject"},
    {"send": "always"}, {"identity": True}, {"immutable": True}, {"transitions": {"a": ["b"]}},
)  # fmt: skip
PLACES: dict[str, Callable[[Rule], Rule]] = {
    "alone": lambda rule: {"body": {"o": rule, "e": "email"}},
    "an option": lambda rule: {"body": {"o": {"first": ["email", rule]}}},
    "beside a source": lambda rule: {"body": {"o": {**_without(rule), "from": "email"}, "e": "id"}},
    "in an item": lambda rule: {
        "body": {"l": {"each": "addresses", "key": "k", "merge": "keyed", "fields": {"k": "city", "o": rule}}}
    },
    "in the path": lambda rule: {
        "contract": {"method": "PATCH", "url": "https://x.io/c/{id}"}, "path": {"id": rule},
        "query": {"q": rule}, "headers": {"x-q": rule}, "body": {"e": "email"},
    },
    "by position": lambda rule: {"body": {"o[0]": rule, "o[1]": "email"}},
}  # fmt: skip
RECORDS: tuple[tuple[Any, Any], ...] = (
    (None, {}),
    ({"email": "b"}, {"email": "a", "blocked": True, "addresses": [{"city": "a"}]}),
    ({"email": "a", "blocked": True, "addresses": [{"city": "b"}]}, {"email": None, "blocked": False}),
)


def _without(rule: Rule) -> Rule:
    return {key: value for key, value in rule.items() if key != "value"}


def answer(call: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """What a call gives, as JSON, or the codes of its error."""
    try:
        told = call(*given, **options)
    except RecordError as error:
        assert "CM901" not in str(error)
        return sorted({one.code for one in error.diagnostics})
    assert is_json(told.to_dict()), told
    return told.to_dict()


def check(mapping: Mapping) -> None:
    for before, after in RECORDS:
        applied = answer(mapping.apply, after)
        plan = answer(mapping.diff, None, after)
        if isinstance(plan, dict) and plan["requests"] and not plan["rejected"]:
            assert plan["requests"] == [applied]
        elif isinstance(plan, dict) and plan["rejected"]:
            assert isinstance(applied, list), "apply sends what diff rejects"
        answer(mapping.diff, before, after)
        answer(mapping.diff, None, after, vendor={"o": {"a": 1}, "l": [{"k": 1}]})
    mapping.explain()


@pytest.mark.parametrize("place", PLACES)
def test_any_constant_with_any_keys(place: str, tmp_path: Path) -> None:
    """In a short run, each constant with each of the keys at two of the places."""
    loaded = 0
    for (at, constant), (by, keys) in product(enumerate(CONSTANTS), enumerate(KEYS)):
        if not LONG and (at + by + list(PLACES).index(place)) % 3:
            continue
        mapping = PLACES[place]({"value": constant, **keys})
        rules = "".join(f"{key}: {as_yaml(value)}\n" for key, value in mapping.items())
        try:
            found = made(tmp_path, rules)
        except MappingError as error:
            assert "CM901" not in str(error)
            continue
        loaded += 1
        try:
            check(found)
        except Exception as error:
            raise AssertionError(f"{rules}{error!r}") from error
    assert loaded > (50 if LONG else 16)
