"""Compiled schemas: patterns match in bounded time."""

from __future__ import annotations

import pytest

from custmap.schema.compiled import LONGEST, compile_schema
from custmap.schema.misfit import misfit
from custmap.values.types import STRING

HOSTILE = "(?=(a+)+$)a*"


@pytest.mark.parametrize("pattern", [HOSTILE, "^(a+)+$", r"^(?:(?!foo).)*$", r"^(\w)(?!\1)"])
def test_patterns(pattern: str) -> None:
    matches = compile_schema({"pattern": pattern}).is_valid
    assert matches("aaaa" if "foo" not in pattern else "ab") is (pattern != r"^(\w)(?!\1)")
    for size in (1_000, 50_000, 2_000_000):  # without limits: hours
        matches("a" * size + "b")


def test_a_long_text_and_a_pattern_that_counts_steps() -> None:
    schema = {
        "properties": {
            "pattern": {"type": "string", "pattern": "^(?!x)a+$"},
            "enum": {"enum": [{"pattern": "("}]},
        }
    }
    compiled = compile_schema(schema)
    assert compiled.is_valid({"pattern": "aa"}) and not compiled.is_valid({"pattern": "xa"})
    assert not compiled.is_valid({"pattern": "a" * (LONGEST + 1)})
    assert compiled.is_valid({"pattern": "a" * LONGEST, "enum": {"pattern": "("}})


def test_a_wrong_pattern_is_an_error() -> None:
    with pytest.raises(ValueError):
        compile_schema({"properties": {"a": {"pattern": "("}}})


def test_the_reason_says_that_the_text_is_long() -> None:
    from dataclasses import replace

    type_ = replace(STRING, pattern="^(?!x)a+$")
    assert misfit(type_, "a" * 20_000) == (
        "does not match the contract's pattern, or is too long to be held against it"
    )
    assert misfit(type_, "xa") == "does not match the contract's pattern" and misfit(type_, "aa") is None
