"""What the checker learns of a call's result from the types of its arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from custmap.expressions.unions import literal_type
from custmap.functions.table import LIBRARY
from custmap.values.types import ANY, ARRAY, BOOLEAN, INTEGER, NULL, NUMBER, OBJECT, STRING, Type

NAMES = Type(kinds=ARRAY.kinds, items=STRING.or_null())


def literal(value: Any) -> Type:
    return literal_type(value)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("truncate", [STRING, literal(40)], {"max_length": 40}),
        ("truncate", [Type(kinds=STRING.kinds, max_length=8), literal(40)], {"max_length": 8}),
        ("truncate", [Type(kinds=STRING.kinds, max_length=8), INTEGER], {"max_length": 8}),
        ("truncate", [STRING, INTEGER], {"max_length": None}),
        ("trim", [Type(kinds=STRING.kinds, max_length=8)], {"max_length": 8}),
        ("pad_left", [STRING, literal(6), literal("0")], {"min_length": 6}),
        ("lower", [Type(kinds=STRING.kinds, enum=("A", "B"))], {"enum": ("a", "b")}),
        ("lower", [STRING], {"enum": None, "kinds": STRING.kinds}),
        ("text", [BOOLEAN], {"enum": ("false", "true")}),
        ("text", [Type(kinds=STRING.kinds, max_length=3)], {"max_length": 3}),
        ("text", [NUMBER], {"kinds": STRING.kinds, "enum": None}),
        ("text", [Type(kinds=INTEGER.kinds | NULL.kinds, enum=(1, None))], {"enum": ("1",)}),
        ("date_time", [STRING, literal("utc")], {"format": "date-time"}),
        ("date_time", [STRING, literal("YYYY-MM-DDTHH:mm:ssZ")], {"format": "date-time"}),
        ("date_time", [STRING, literal("YYYY-MM-DD")], {"format": "date"}),
        ("date_time", [STRING, literal("DD.MM.YYYY")], {"kinds": STRING.kinds, "format": None}),
        ("date_time", [STRING, literal("epoch")], {"kinds": INTEGER.kinds | STRING.kinds, "max_length": 0}),
        ("date_time", [replace(STRING, min_length=1), literal("epoch")], {"kinds": INTEGER.kinds}),
        ("integer", [STRING], {"kinds": INTEGER.kinds | STRING.kinds, "max_length": 0}),
        ("integer", [NUMBER], {"kinds": INTEGER.kinds}),
        ("boolean", [Type(kinds=STRING.kinds, enum=("true", "false"))], {"kinds": BOOLEAN.kinds}),
        ("number", [literal("")], {"kinds": NUMBER.kinds | STRING.kinds, "max_length": 0}),
        ("date_time", [STRING, STRING], {"kinds": STRING.kinds | INTEGER.kinds}),
        ("lookup", [STRING, literal({"a": 1, "b": 2})], {"kinds": INTEGER.kinds, "enum": (1, 2)}),
        ("lookup", [STRING, OBJECT], {"kinds": ANY.kinds}),
        ("unique", [NAMES], {"items": NAMES.items, "unique_items": True}),
        ("without_nulls", [NAMES], {"kinds": ARRAY.kinds, "items": STRING}),
        ("without_nulls", [OBJECT], {"kinds": OBJECT.kinds, "free": True}),
    ],
)
def test_refined(name: str, given: list[Type], says: dict[str, Any]) -> None:
    refine = LIBRARY[name].refine
    assert refine is not None
    result = refine(tuple(given))
    assert {key: getattr(result, key) for key in says} == says


@pytest.mark.parametrize("name", [name for name, spec in LIBRARY.items() if spec.refine])
def test_every_example_fits_the_refined_type(name: str) -> None:
    spec = LIBRARY[name]
    assert spec.refine is not None
    for example in spec.examples:
        if not example.fails:
            result = spec.refine(tuple(map(literal, example.given)))
            assert literal(example.gives).kinds <= result.kinds | (
                {"integer"} if "number" in result.kinds else set()
            )
            assert result.enum is None or example.gives in result.enum
            assert result.max_length is None or len(example.gives) <= result.max_length


@pytest.mark.parametrize("name", [name for name, spec in LIBRARY.items() if spec.refine])
def test_refining_stands_any_argument(name: str) -> None:
    """A mapping may call a function with arguments of wrong types; that is another check's finding."""
    spec = LIBRARY[name]
    assert spec.refine is not None
    odd = [ANY, NULL, OBJECT, *map(literal, [None, -1, True, [], {}, "x"])]
    for first in odd:
        for second in odd:
            spec.refine((first, second, second)[: len(spec.arguments)])
