"""The helpers that generated code calls, for what is not a single Python expression.

Their names are globals of all generated code.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from custmap.expressions.function import FunctionError
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.words import word_for, words_for

NUMBERS: Final = (int, float)

KIND_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
KIND_WORDS: Final = {
    "null": "null",
    "boolean": "true or false",
    "integer": "integer",
    "number": "number",
    "string": "text",
    "array": "list",
    "object": "object",
}


def truthy(value: Any) -> bool:
    """Is a value true in JMESPath's sense? `0` is; null, false, empty texts, lists and objects are not."""
    if value is None or value is ABSENT or value is False:
        return False
    return bool(value) or type(value) not in (str, list, dict)


def flatten(items: list[Any]) -> list[Any]:
    """The items of a list, with lists among them replaced by their items."""
    merged: list[Any] = []
    for item in items:
        if type(item) is list:
            merged.extend(item)
        else:
            merged.append(item)
    return merged


def copied(value: Any) -> Any:
    """A copy of a JSON value that shares no list or object with it; objects in the order of their keys."""
    if type(value) is dict:
        return {key: copied(value[key]) for key in sorted(value)}
    if type(value) is list:
        return [copied(item) for item in value]
    return value


def values_of(entries: dict[str, Any]) -> list[Any]:
    """The values of an object in the order of its keys; the order that a record has them in means nothing."""
    return [entries[key] for key in sorted(entries)]


def comparable(left: Any, right: Any) -> bool:
    """Can two values be ordered: two numbers, or (as the `jmespath` package has it) two texts?"""
    if type(left) in NUMBERS:
        return type(right) in NUMBERS
    return type(left) is str and type(right) is str


def kind_of(value: Any) -> str:
    """The word for a value's type in messages, never the value."""
    return "nothing" if value is ABSENT else word_for(value)


def refuse(*arguments: tuple[Any, str]) -> Any:
    """The result of a call of a custmap function that cannot be made: ABSENT, None, or a FunctionError.

    Each argument is a pair with its types (`"string"`, `"array object"`; `""`: any value); optional ones have
    `"absent null …"`, since they then count as not given.
    """
    for state, word in ((ABSENT, "absent"), (None, "null")):
        if any(value is state and word not in kinds for value, kinds in arguments):
            return state
    return reject(*arguments)


def refuse_first(first: tuple[Any, str], *later: tuple[Any, str]) -> Any:
    """As `refuse`, for JMESPath's own functions: only a null first argument makes the call null."""
    if any(value is ABSENT for value, _ in (first, *later)):
        return ABSENT
    return None if first[0] is None else reject(first, *later)


def reject(*arguments: tuple[Any, str]) -> NoReturn:
    """FunctionError for the first argument of a wrong kind; null is one."""
    for value, kinds in arguments:
        accepted = [kind for kind in kinds.split() if kind != "absent"]
        if value is ABSENT or not accepted:
            continue
        if not any(type(value) in KIND_CLASSES[kind] for kind in accepted):
            expected = words_for(kind for kind in accepted if kind != "null")
            raise FunctionError(f"expected {expected}, got {kind_of(value)}")
    raise AssertionError("every argument fits: this is a bug in custmap")


BASE_GLOBALS: Final[dict[str, Any]] = {
    "ABSENT": ABSENT,
    "NUMBERS": NUMBERS,
    "same": same,
    "truthy": truthy,
    "flatten": flatten,
    "values_of": values_of,
    "comparable": comparable,
    "refuse": refuse,
    "refuse_first": refuse_first,
    "reject": reject,
}
