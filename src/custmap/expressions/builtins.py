"""JMESPath's own functions, with types.

As in the specification (jmespath.org, "Built-in Functions"), with three differences: equality is JSON's,
errors are FunctionErrors, and a null that a function creates (`max` of `[]`) is ABSENT, which the plain
form converts back. The caller checks the types of arguments.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from custmap.expressions.budget import spend
from custmap.expressions.function import Argument, Example, FunctionError, FunctionSpec
from custmap.expressions.helpers import NUMBERS, kind_of, values_of
from custmap.expressions.unions import union
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.numbers import read_number, with_plain_numbers
from custmap.values.types import (
    ANY,
    ARRAY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    OBJECT,
    STRING,
    Type,
)

REFERENCE: Final = Type(kinds=frozenset({"expression"}))
TOPIC: Final = "jmespath"

_NUMBERS: Final = Type(kinds=frozenset({"array"}), items=NUMBER)
_TEXTS: Final = Type(kinds=frozenset({"array"}), items=STRING)
_SCALAR: Final = Type(kinds=frozenset({"string", "number"}), absent=True)


def _abs(number: Any) -> Any:
    return abs(number)


def _avg(numbers: list[Any]) -> Any:
    _all(numbers, NUMBERS, "a number")
    return _finite(lambda: sum(numbers) / len(numbers)) if numbers else ABSENT


def _ceil(number: float) -> int:
    return math.ceil(number)


def _contains(subject: Any, search: Any) -> bool:
    if type(subject) is str:
        if type(search) is not str:
            raise FunctionError(f"expected text to look for, got {kind_of(search)}", "search")
        return search in subject
    return any(same(item, search) for item in subject)


def _ends_with(text: str, suffix: str) -> bool:
    return text.endswith(suffix)


def _floor(number: float) -> int:
    return math.floor(number)


def _join(glue: str, texts: list[Any]) -> str:
    _all(texts, (str,), "text")
    spend(sum(map(len, texts)) + len(glue) * len(texts))
    return glue.join(texts)


def _keys(entries: dict[str, Any]) -> list[str]:
    return sorted(entries)


def _length(value: Any) -> int:
    return len(value)


def _map(of: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    return [of(item) for item in items]


def _max(items: list[Any]) -> Any:
    _ordered(items)
    return max(items, default=ABSENT)


def _max_by(items: list[Any], by: Callable[[Any], Any]) -> Any:
    return _pick(items, by, max)


def _merge(*objects: Any) -> Any:
    """Gets ABSENT and null and leaves them out; if nothing is left, null if one is null, else ABSENT."""
    present = [entries for entries in objects if entries is not None and entries is not ABSENT]
    if not present:
        return _nothing(objects)
    merged: dict[str, Any] = {}
    for entries in present:
        if type(entries) is not dict:
            raise FunctionError(f"expected an object, got {kind_of(entries)}")
        merged.update(entries)
    return merged


def _min(items: list[Any]) -> Any:
    _ordered(items)
    return min(items, default=ABSENT)


def _min_by(items: list[Any], by: Callable[[Any], Any]) -> Any:
    return _pick(items, by, min)


def _not_null(*values: Any) -> Any:
    """Gets ABSENT; if all arguments are absent or null, null if one is null, else ABSENT."""
    for value in values:
        if value is not None and value is not ABSENT:
            return value
    return _nothing(values)


def _reverse(value: Any) -> Any:
    return value[::-1]


def _sort(items: list[Any]) -> list[Any]:
    _ordered(items)
    return sorted(items)


def _sort_by(items: list[Any], by: Callable[[Any], Any]) -> list[Any]:
    keys = [by(item) for item in items]
    _ordered(keys)
    return [items[at] for at in sorted(range(len(items)), key=keys.__getitem__)]


def _starts_with(text: str, prefix: str) -> bool:
    return text.startswith(prefix)


def _sum(numbers: list[Any]) -> Any:
    _all(numbers, NUMBERS, "a number")
    return _finite(lambda: sum(numbers))


def _to_array(value: Any) -> list[Any]:
    return value if type(value) is list else [value]


def _to_number(value: Any) -> Any:
    if type(value) in NUMBERS:
        return value
    number = read_number(value) if type(value) is str else None
    return ABSENT if number is None else number


def _to_string(value: Any) -> str:
    if type(value) is str:
        return value
    return json.dumps(with_plain_numbers(value), sort_keys=True, separators=(",", ":"))


def _type(value: Any) -> str:
    if type(value) in NUMBERS:
        return "number"
    return {str: "string", bool: "boolean", list: "array", dict: "object"}.get(type(value), "null")


def _values(entries: dict[str, Any]) -> list[Any]:
    return values_of(entries)


def _nothing(values: tuple[Any, ...]) -> Any:
    """The result for only absent and null values: null if one is null, since the record states it."""
    return None if any(value is None for value in values) else ABSENT


def _all(items: list[Any], classes: tuple[type, ...], word: str) -> None:
    for item in items:
        if type(item) not in classes:
            raise FunctionError(f"expected {word} in the list, got {kind_of(item)}")


def _ordered(items: list[Any]) -> None:
    """All numbers or all texts, or FunctionError."""
    if not items:
        return
    if type(items[0]) in NUMBERS:
        _all(items, NUMBERS, "a number")
    elif type(items[0]) is str:
        _all(items, (str,), "text")
    else:
        raise FunctionError(f"expected numbers or texts in the list, got {kind_of(items[0])}")


def _pick(items: list[Any], by: Callable[[Any], Any], choose: Any) -> Any:
    keys = [by(item) for item in items]
    _ordered(keys)
    return items[choose(range(len(items)), key=keys.__getitem__)] if items else ABSENT


def _finite(compute: Callable[[], Any]) -> Any:
    """A sum of finite numbers can leave the range of floats; JSON has no infinity."""
    try:
        number = compute()
    except OverflowError:
        number = math.inf
    if type(number) is float and not math.isfinite(number):
        raise FunctionError("the result is too large")
    return number


def _of(*kinds: str) -> Type:
    return Type(kinds=frozenset(kinds))


def _in_order(types: tuple[Type, ...]) -> Type:
    """The same items in another order."""
    return replace(ARRAY, items=types[0].items, min_items=types[0].min_items, max_items=types[0].max_items)


def _mapped(types: tuple[Type, ...]) -> Type:
    body = types[0]
    return replace(ARRAY, items=body.present().or_null() if body.absent else body)


def _laid_together(types: tuple[Type, ...]) -> Type:
    """The type of merged objects: a free map if all are."""
    maps = [each for each in types if each.kinds - {"null"}]
    free = all(each.free for each in maps) and bool(maps)
    known = free and all(each.extra is not None for each in maps)
    extra = union(*(each.extra for each in maps if each.extra is not None)) if known else None
    return _with_states(types, replace(OBJECT, free=free, extra=extra))


def _first_value(types: tuple[Type, ...]) -> Type:
    return _with_states(types, union(*(each.present().not_null() for each in types)))


def _with_states(types: tuple[Type, ...], made: Type) -> Type:
    """`made`, absent or null where all arguments may be that, as `_nothing` says."""
    if any(not each.absent and not each.nullable for each in types):
        return made
    if all(each.absent for each in types):
        made = made.maybe_absent()
    return made.or_null() if any(each.nullable for each in types) else made


_REFINED: Final = {
    "sort": _in_order,
    "sort_by": _in_order,
    "map": _mapped,
    "merge": _laid_together,
    "not_null": _first_value,
}


def _spec(
    call: Callable[..., Any],
    result: Type,
    summary: str,
    *arguments: Argument,
    variadic: bool = False,
    examples: tuple[Example, ...] = (),
) -> FunctionSpec:
    name = call.__name__.removeprefix("_")
    refine = _REFINED.get(name)
    return FunctionSpec(
        name,
        call,
        arguments,
        result,
        summary,
        TOPIC,
        examples,
        variadic=variadic,
        refine=refine,
        grows=call is _join,
    )


_TABLE: Final = (
    _spec(_abs, NUMBER, "The number without its sign", Argument("number", NUMBER)),
    _spec(_avg, NUMBER.maybe_absent(), "The mean of a list of numbers", Argument("numbers", _NUMBERS)),
    _spec(_ceil, INTEGER, "The next integer above", Argument("number", NUMBER)),
    _spec(
        _contains,
        BOOLEAN,
        "Whether a list contains an item, or a text another text",
        Argument("subject", _of("array", "string")),
        Argument("search"),
        examples=(Example(("ann", "a"), True), Example((["a", 1], 1), True)),
    ),
    _spec(
        _ends_with,
        BOOLEAN,
        "Whether a text ends with another",
        Argument("text", STRING),
        Argument("suffix", STRING),
    ),
    _spec(_floor, INTEGER, "The next integer below", Argument("number", NUMBER)),
    _spec(
        _join, STRING, "The texts joined by another text", Argument("glue", STRING), Argument("texts", _TEXTS)
    ),
    _spec(_keys, _TEXTS, "The names of an object's members", Argument("object", OBJECT)),
    _spec(
        _length,
        INTEGER,
        "How many characters, items or members",
        Argument("subject", _of("string", "array", "object")),
    ),
    _spec(
        _map,
        ARRAY,
        "The result of an expression for each item",
        Argument("expression", REFERENCE),
        Argument("items", ARRAY),
    ),
    _spec(_max, _SCALAR, "The largest item", Argument("items", ARRAY)),
    _spec(
        _max_by,
        ANY.maybe_absent(),
        "The item with the largest key",
        Argument("items", ARRAY),
        Argument("by", REFERENCE),
    ),
    _spec(
        _merge,
        OBJECT.maybe_absent().or_null(),
        "Objects merged, the later ones over the earlier",
        Argument("object", OBJECT),
        variadic=True,
    ),
    _spec(_min, _SCALAR, "The smallest item", Argument("items", ARRAY)),
    _spec(
        _min_by,
        ANY.maybe_absent(),
        "The item with the smallest key",
        Argument("items", ARRAY),
        Argument("by", REFERENCE),
    ),
    _spec(
        _not_null, ANY.maybe_absent(), "The first value that is not null", Argument("value"), variadic=True
    ),
    _spec(
        _reverse,
        _of("array", "string"),
        "A list or a text in reverse order",
        Argument("subject", _of("array", "string")),
    ),
    _spec(_sort, ARRAY, "A list of numbers or texts in order", Argument("items", ARRAY)),
    _spec(
        _sort_by, ARRAY, "Items in the order of a key", Argument("items", ARRAY), Argument("by", REFERENCE)
    ),
    _spec(
        _starts_with,
        BOOLEAN,
        "Whether a text starts with another",
        Argument("text", STRING),
        Argument("prefix", STRING),
    ),
    _spec(_sum, NUMBER, "The sum of a list of numbers", Argument("numbers", _NUMBERS)),
    _spec(_to_array, ARRAY, "A list unchanged, anything else as a list with one item", Argument("value")),
    _spec(_to_number, NUMBER.maybe_absent(), "A number, or the number in a text", Argument("value")),
    _spec(_to_string, STRING, "A text unchanged, anything else as JSON", Argument("value")),
    _spec(_type, STRING, "The name of a value's type", Argument("value")),
    _spec(_values, ARRAY, "The values of an object's members", Argument("object", OBJECT)),
)

BUILTINS: Final[dict[str, FunctionSpec]] = {spec.name: spec for spec in _TABLE}

STATE_TAKERS: Final = frozenset({"merge", "not_null", "to_array", "to_string", "type"})
"""No absent or null argument decides about these calls: the function does."""
ABSENT_SEERS: Final = frozenset({"merge", "not_null"})
"""Of these, those that tell absent from null; the others see null for both, as JMESPath does."""
