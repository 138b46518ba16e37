"""Law: a quick test of a type is true for exactly the values that fit; where it may not know, it is false.

A test that is too strict is no wrong answer, but every record then goes the slow way.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

import pytest

from custmap.codegen.fits import FitsWriter
from custmap.codegen.lines import Lines
from custmap.expressions.python_names import Names
from custmap.schema.json_schema import Definitions, type_of
from custmap.schema.misfit import misfit
from custmap.values.absent import ABSENT
from custmap.values.types import Type

LIMITS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "string": (
        {}, {"maxLength": 2}, {"minLength": 1}, {"minLength": 2, "maxLength": 3}, {"pattern": "^a"},
        {"format": "email"}, {"format": "date"}, {"format": "date-time"}, {"format": "uuid"},
        {"enum": ["a", "b"]}, {"enum": ["a", None]}, {"format": "not-known"},
    ),
    "integer": (
        {}, {"minimum": 1}, {"maximum": 1}, {"minimum": 0, "maximum": 2}, {"exclusiveMinimum": 0},
        {"exclusiveMaximum": 2}, {"format": "int32"}, {"format": "int64"}, {"enum": [1, 2]},
    ),
    "number": ({}, {"minimum": 0.5}, {"exclusiveMaximum": 1}, {"minimum": -1, "maximum": 0.5}, {"enum": [1]}),
    "boolean": ({}, {"enum": [True]}),
    "array": ({}, {"minItems": 1}, {"maxItems": 1}, {"minItems": 1, "maxItems": 2}),
}  # fmt: skip
SCALARS: Final = (
    None, True, False, 0, 1, 2, -1, 0.5, 1.5, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1,
    "", "a", "b", "ab", "abc", "abcd", "a@example.com", "2027-01-31", "2027-02-31",
    "2027-01-01T00:00:00Z", "c56a4180-65aa-42ec-a945-5fd21dec0538",
)  # fmt: skip
NAMES: Final = ("p", "q", "r")
TYPES: Final = 1500
VALUES: Final = 40


def drawn_schema(rng: Random, depth: int = 2) -> dict[str, Any]:
    kind = rng.choice(("string", "integer", "number", "boolean", "array", "object", "several"))
    if kind == "several":
        return {"type": rng.sample(("string", "integer", "boolean", "null"), 2)}
    null = rng.random() < 0.3
    schema: dict[str, Any] = {"type": [kind, "null"] if null else kind}
    if kind == "object":
        names = rng.sample(NAMES, rng.randint(0, 2)) if depth else []
        if names:
            schema["properties"] = {name: drawn_schema(rng, depth - 1) for name in names}
            if rng.random() < 0.3:
                schema["properties"][names[0]]["readOnly"] = True
        if rng.random() < 0.4:
            schema["required"] = [rng.choice(NAMES)]
        if rng.random() < 0.6:
            schema["additionalProperties"] = drawn_schema(rng, depth - 1) if depth else rng.random() < 0.5
    elif rng.random() < 0.6:
        schema |= rng.choice(LIMITS[kind])
    if kind == "array" and depth and rng.random() < 0.7:
        schema["items"] = drawn_schema(rng, depth - 1)
    return schema


def drawn_value(rng: Random, schema: dict[str, Any], depth: int = 3) -> Any:
    """A value near the schema: mostly of its shape, and now and then another."""
    kinds = schema.get("type", [])
    if depth and rng.random() < 0.9:
        if "array" in kinds:
            items = schema.get("items", {"type": "string"})
            return [drawn_value(rng, items, depth - 1) for _ in range(rng.randint(0, 3))]
        if "object" in kinds:
            extra = schema.get("additionalProperties")
            inner = extra if isinstance(extra, dict) else {"type": "string"}
            members = schema.get("properties", {})
            return {
                name: drawn_value(rng, members.get(name, inner), depth - 1)
                for name in rng.sample(NAMES, rng.randint(0, 3))
            }
    if rng.random() < 0.1:
        return rng.choice(({}, [], {"p": 1}, [None], ["a"], [["a"]], {"p": {"q": "a"}}))
    return rng.choice(SCALARS)


def quick_test(type_: Type, *, plain: bool) -> Any:
    """The condition as a function; None where there is none."""
    names, functions = Names(), []

    def add(lines: Lines) -> None:
        functions.append(lines.text)

    condition = FitsWriter(names, add).condition(type_, "value", plain=plain)
    if condition is None:
        return None
    scope = {**names.globals, "ABSENT": ABSENT}
    exec("\n".join([*functions, f"def test(value):\n    return {condition}\n"]), scope)
    return scope["test"]


@pytest.mark.parametrize("plain", [True, False])
def test_quick_is_exact(plain: bool) -> None:
    rng = Random(7)
    tested = 0
    for _ in range(TYPES):
        schema = drawn_schema(rng)
        type_ = type_of(schema, Definitions(schema))
        test = quick_test(type_, plain=plain)
        if test is None:
            continue
        for _ in range(VALUES):
            value = drawn_value(rng, schema)
            if value is None:
                continue  # null has a branch of its own, before the test
            fits = misfit(type_, value) is None
            assert test(value) is fits, (schema, value, misfit(type_, value))
            tested += fits
    assert tested > TYPES * (10 if plain else 5), "so that values that fit are tested too"


def test_a_format_bounds_integers() -> None:
    type_ = type_of({"type": "integer", "format": "int64"}, Definitions({}))
    test = quick_test(type_, plain=False)
    assert [test(value) for value in (2**63 - 1, 2**63, -(2**63), -(2**63) - 1)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "array", "uniqueItems": True}, [1, 2]),
        ({"type": "integer"}, 10**18),
        ({"type": "integer"}, 1.0),
        ({"type": "number"}, float("inf")),
        ({"type": "array", "items": {"type": "integer", "multipleOf": 2}}, [2]),
    ],
)
def test_rare_cases_are_looked_at_closely(schema: dict[str, Any], value: Any) -> None:
    type_ = type_of(schema, Definitions(schema))
    test = quick_test(type_, plain=True)
    assert misfit(type_, value) is None
    assert test(value) is False
