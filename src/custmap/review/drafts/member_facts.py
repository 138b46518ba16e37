"""What a contract says of a member, in a few words at the end of its line."""

from __future__ import annotations

from typing import Any, Final

from custmap.schema.misfit import CHECKED_FORMATS
from custmap.testing.write_yaml import flow
from custmap.values.decimals import shown
from custmap.values.types import Type
from custmap.values.words import counted

_WORDS: Final = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "array": "list",
    "object": "object",
}
_MOST_VALUES: Final = 8
_WIDEST: Final = 60
"""How much of a list of values or a pattern is shown."""
_PATTERN: Final = 40


def facts(type_: Type, *, required: bool = False) -> str:
    """Kind, limits, enum, null, required, in the words of messages.

    >>> facts(Type(kinds=frozenset({"string", "null"}), max_length=40), required=True)
    'text, at most 40 characters, or null; required'
    """
    parts = [_values(type_) or _kind(type_), *_limits(type_)]
    text = ", ".join(parts)
    if type_.nullable and type_.known:
        text += " or null" if len(parts) == 1 else ", or null"
    return text + ("; required" if required else "")


def _kind(type_: Type) -> str:
    if not type_.known:
        return "any value"
    words = []
    for kind, word in _WORDS.items():
        if kind not in type_.kinds or (kind == "integer" and "number" in type_.kinds):
            continue
        if kind == "array":
            word = _of("list", type_.items)
        elif kind == "object" and type_.free:
            word = _of("map", type_.extra)
        words.append(word)
    return " or ".join(words) or "null"


def _of(container: str, inner: Type | None) -> str:
    """`list of texts`; of any value, just `list`."""
    kinds = [] if inner is None or not inner.known else sorted(inner.kinds - {"null"})
    plural = {"string": "texts", "integer": "whole numbers", "number": "numbers", "object": "objects"}
    words = [plural[kind] for kind in kinds if kind in plural]
    return f"{container} of {words[0]}" if len(kinds) == 1 and words else container


def _values(type_: Type) -> str | None:
    """The values of an enum, or as many as are read at a glance."""
    values = [_value(one) for one in type_.enum or () if one is not None]
    if not values:
        return None
    if len(values) == 1:
        return f"always {_cut(values[0], _WIDEST)}"
    shown_: list[str] = []
    for one in values[:_MOST_VALUES]:
        if len(", ".join([*shown_, one])) > _WIDEST:
            break
        shown_.append(one)
    rest = len(values) - len(shown_)
    if not shown_:
        return f"one of {counted(rest, 'value')}"
    return "one of " + ", ".join(shown_) + (f" and {rest} more" if rest else "")


def _value(value: Any) -> str:
    return value if isinstance(value, str) and value and value.isprintable() else flow(value)


def _limits(type_: Type) -> list[str]:
    if type_.enum is not None:
        return []
    found = []
    if "string" in type_.kinds:
        found += _count(type_.min_length, type_.max_length, "character")
        if type_.format in CHECKED_FORMATS:
            found.append(str(type_.format))
        if type_.pattern is not None:
            pattern = type_.pattern if type_.pattern.isprintable() else flow(type_.pattern)
            found.append(f"like {pattern}" if len(pattern) <= _PATTERN else "with a pattern")
    if type_.kinds & {"integer", "number"}:
        found += _range(type_)
    if "array" in type_.kinds:
        found += _count(type_.min_items, type_.max_items, "item")
    return found


def _count(low: int | None, high: int | None, noun: str) -> list[str]:
    low = low or None
    if high is not None and low == high:
        return [counted(high, noun)]
    if low and high is not None:
        return [f"{low:,} to {counted(high, noun)}"]
    if high is not None:
        return [f"at most {counted(high, noun)}"]
    return [f"at least {counted(low, noun)}"] if low else []


def _range(type_: Type) -> list[str]:
    low, high = type_.minimum, type_.maximum
    if low is not None and high is not None:
        found = [f"{shown(low)} to {shown(high)}"]
    else:
        found = [f"at least {shown(low)}"] if low is not None else []
        found += [f"at most {shown(high)}"] if high is not None else []
    if type_.exclusive_minimum is not None:
        found.append(f"above {shown(type_.exclusive_minimum)}")
    if type_.exclusive_maximum is not None:
        found.append(f"below {shown(type_.exclusive_maximum)}")
    if type_.multiple_of is not None:
        found.append(f"in steps of {shown(type_.multiple_of)}")
    return found


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
