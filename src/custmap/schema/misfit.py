"""Does a value fit a type, and if not, why? For contracts: `check` uses it for constants, a run for values.

Kinds, enums, ranges and lengths are compared here; patterns and formats are checked by jsonschema-rs,
which implements the regular expressions and formats of JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from custmap.schema.compiled import compile_schema, too_long
from custmap.values.decimals import below, is_multiple, shown
from custmap.values.equality import fingerprint
from custmap.values.types import Type
from custmap.values.words import counted, word_for, words_for

CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
CHECKED_FORMATS: Final = frozenset(
    {"date-time", "date", "time", "email", "idn-email", "uuid", "uri", "hostname", "ipv4", "ipv6", "duration"}
)


def misfit(type_: Type, value: Any) -> str | None:
    """Why a value does not fit, in a phrase without the value; None when it fits."""
    if not type_.lists(value):
        return "is not one of the values that the contract lists"
    kind = type(value)
    if type_.known and not is_kind(type_, value):
        return f"expected {words_for(type_.kinds)}, got {word_for(value)}"
    if kind is str:
        return _text_misfit(type_, value)
    if kind is int or kind is float:
        return _number_misfit(type_, value)
    if kind is list:
        return _list_misfit(type_, value)
    if kind is dict:
        return _object_misfit(type_, value)
    return None


def classes_of(type_: Type) -> frozenset[type]:
    """The classes of values of a type's kinds."""
    return frozenset(one for kind in type_.kinds for one in CLASSES[kind])


def is_kind(type_: Type, value: Any) -> bool:
    kind = type(value)
    if any(kind in CLASSES[name] for name in type_.kinds):
        return True
    return "integer" in type_.kinds and kind is float and value.is_integer()


def _text_misfit(type_: Type, value: str) -> str | None:
    if type_.max_length is not None and len(value) > type_.max_length:
        return f"has {counted(len(value), 'character')}, the contract allows {type_.max_length:,}"
    if type_.min_length is not None and len(value) < type_.min_length:
        return f"has {counted(len(value), 'character')}, the contract requires at least {type_.min_length:,}"
    if type_.pattern is not None and not matcher("pattern", type_.pattern)(value):
        perhaps = ", or is too long to be held against it" if too_long(type_.pattern, len(value)) else ""
        return f"does not match the contract's pattern{perhaps}"
    if type_.format in CHECKED_FORMATS and not matcher("format", type_.format or "")(value):
        return f"does not have the format `{type_.format}`"
    return None


@lru_cache(maxsize=512)
def matcher(keyword: str, text: str) -> Callable[[Any], bool]:
    """The compiled test of a `pattern` or a `format`."""
    try:
        matches: Callable[[Any], bool] = compile_schema({keyword: text}, formats=True).is_valid
    except ValueError:  # ignore a pattern that the library cannot read
        return lambda value: True
    return matches


def _number_misfit(type_: Type, value: float) -> str | None:
    low, high = type_.minimum, type_.maximum
    if low is not None and below(value, low):
        return f"is below the contract's minimum, {shown(low)}"
    if high is not None and below(high, value):
        return f"is above the contract's maximum, {shown(high)}"
    low, high = type_.exclusive_minimum, type_.exclusive_maximum
    if low is not None and not below(low, value):
        return f"is not above {shown(low)}"
    if high is not None and not below(value, high):
        return f"is not below {shown(high)}"
    if type_.format == "int32" and not -(2**31) <= value < 2**31:
        return "does not fit 32 bits"
    if type_.format == "int64" and not -(2**63) <= value < 2**63:
        return "does not fit 64 bits"
    if type_.multiple_of is not None and not is_multiple(value, type_.multiple_of):
        return f"is not a multiple of {shown(type_.multiple_of)}"
    return None


def _list_misfit(type_: Type, value: list[Any]) -> str | None:
    if type_.max_items is not None and len(value) > type_.max_items:
        return f"has {counted(len(value), 'item')}, the contract allows {type_.max_items:,}"
    if type_.min_items is not None and len(value) < type_.min_items:
        return f"has {counted(len(value), 'item')}, the contract requires at least {type_.min_items:,}"
    if type_.unique_items and len({fingerprint(item) for item in value}) != len(value):
        return "has the same item twice, and the contract does not allow duplicates"
    if type_.items is not None:
        for position, item in enumerate(value):
            if reason := misfit(type_.items, item):
                return f"item {position}: {reason}"
    return None


def _object_misfit(type_: Type, value: dict[str, Any]) -> str | None:
    for name in type_.required:
        if name not in value and name in type_.asked:
            return f"lacks `{name}`, which the contract requires"
    if type_.names is not None:
        found = (misfit(type_.names, name) for name in value)
        if reason := next(filter(None, found), None):
            return f"has a name that {reason}"
    for name in sorted(value):  # the same reason, whatever the order of keys
        member, item = type_.member(name), value[name]
        if member is not None and member.read_only:
            shown = f"`{name}`" if name in type_.members else "a member"
            return f"has {shown}, which is read-only in the contract"
        if member is not None and (reason := misfit(member, item)):
            return f"`{name}`: {reason}" if name in type_.members else f"a member: {reason}"
    return None
