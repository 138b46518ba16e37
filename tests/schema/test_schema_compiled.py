"""Compiled schemas: patterns match in bounded time."""

from __future__ import annotations

import pytest

from custmap.schema.compiled import _LONGEST as LONGEST
from custmap.schema.compiled import compile_schema
from custmap.schema.misfit import misfit
from custmap.schema.pattern_cost import longest_text
from custmap.values.types import STRING

HOSTILE = "(?=(a+)+$)a*"


@pytest.mark.parametrize("pattern", [HOSTILE, "^(a+)+$", r"^(?:(?!foo).)*$", r"^(\w)(?!\1)"])
def test_patterns(pattern: str) -> None:
    matches = compile_schema({"pattern": pattern}).is_valid
    assert matches("aaaa" if "foo" not in pattern else "ab") is (pattern != r"^(\w)(?!\1)")
    for size in (1_000, 50_000, 2_000_000):  # without limits: hours
        matches("a" * size + "b")


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        ("^.{1,4000}$", None),
        (".{1,255}", None),
        (r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$", None),
        (r"^\p{L}{1,100}$", None),
        (r"^[A-Z]{2}\d{1,6000}$", None),
        ("[)(]{9}", None),
        ("a{1,4000}b", 2**24 // 4001),
        ("(a{1,100}){1,100}b", 2**24 // 10_001),
        ("((?:a{0,50}){0,50}){0,50}b", 2**24 // 125_001),
        ("^a{1,99}a{1,99}$", 2**24 // 198),
        (r"(?<year>\d{1,9}|\{){40,}x", 2**24 // 401),
        ("a{99999999999999999999}b+c+", 0),
    ],
)
def test_the_longest_text_for_a_pattern(pattern: str, longest: int | None) -> None:
    assert longest_text(pattern) == longest


@pytest.mark.parametrize("part", ["[", "(", "(?a", "[^]", "{1", "\\", "(?P<a", "a{9}", "[a\\", ")"])
def test_any_pattern_has_a_size(part: str) -> None:
    longest_text(part * 300_000)  # in linear time: else hours
    longest_text("(" * 99_999 + "a" + "){999999999}" * 99_999)


@pytest.mark.parametrize("pattern", ["((a{0,50}){0,50}){0,50}b", "(a{1,100}){1,100}b", "a{1,4000}b"])
def test_large_patterns_are_held_against_short_texts_only(pattern: str) -> None:
    compiled = compile_schema({"properties": {"it": {"pattern": pattern}}})
    assert compiled.is_valid({"it": "ab"})
    for size in (100, 1000, 100_000, 2_000_000):  # without limits: minutes
        assert not compiled.is_valid({"it": "a" * size})


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
