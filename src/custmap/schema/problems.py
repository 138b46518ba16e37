"""The problems that a compiled check found in a record, in custmap's words and without values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from custmap.diagnostics.errors import MOST
from custmap.schema.record_paths import place
from custmap.schema.windows import Window, windows
from custmap.values.types import Type
from custmap.values.words import counted, word_for, words_for

_SIZES: Final = frozenset({"minItems", "minProperties", "contains", "required"})
"""What a part of a list or a map may break although the whole does not."""
_SIGNS: Final = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}


class Problem(Struct, frozen=True):
    """`path` is the place in the record, `message` what was expected there."""

    path: str
    message: str
    help: str | None = None


def problems_of(compiled: Any, record: Any, type_: Type) -> tuple[list[Problem], int, bool]:
    """The first problems of a record, one per place and phrase; how many more, and whether that is all.

    At least one, since the record does not fit. Of a large record only parts are looked at.
    """
    window = None
    found: dict[Problem, None] = {}
    more = 0
    for window in windows(record, compiled.is_valid):
        for error in compiled.iter_errors(window.record):
            if error.kind.name in _SIZES and tuple(error.instance_path) in window.cut:
                continue
            if len(found) >= MOST:
                more += 1
                continue
            for problem in _problems(error, type_, window):
                found.setdefault(problem)
        if len(found) >= MOST:
            break
    return list(found), more, window is None or not window.cut


def _problems(error: Any, type_: Type, window: Window) -> Iterator[Problem]:
    steps = list(window.place(tuple(error.instance_path)))
    if error.kind.name in ("anyOf", "oneOf") and (branches := list(error.kind.context)):
        yield from _of_branches(branches, steps, error.instance, type_, window)
        return
    for step in _missing(error):
        yield Problem(place([*steps, step], type_), "required, but missing")
        return
    yield Problem(place(steps, type_), _message(error), _help(error))


def _of_branches(
    branches: list[list[Any]], steps: list[Any], value: Any, type_: Type, window: Window
) -> Iterator[Problem]:
    """A union: the problems inside the only branch of the right type, or else the types that would fit."""
    fitting = [
        branch for branch in branches if not any(_wrong_kind(error, steps, window) for error in branch)
    ]
    if len(fitting) == 1:
        for error in fitting[0]:
            yield from _problems(error, type_, window)
        return
    kinds = {kind: None for branch in branches for error in branch for kind in _kinds(error)}
    expected = words_for(kinds) if kinds and not fitting else "one of the allowed forms"
    yield Problem(place(steps, type_), f"expected {expected}, got {word_for(value)}")


def _wrong_kind(error: Any, steps: list[Any], window: Window) -> bool:
    return error.kind.name == "type" and list(window.place(tuple(error.instance_path))) == steps


def _kinds(error: Any) -> list[str]:
    return list(error.kind.types) if error.kind.name == "type" else []


def _missing(error: Any) -> list[str]:
    return [error.kind.property] if error.kind.name == "required" else []


def _message(error: Any) -> str:
    """The phrase for one broken keyword. Limits come from the schema, so they may be shown."""
    kind, got = error.kind, word_for(error.instance)
    match kind.name:
        case "type":
            return f"expected {words_for(kind.types)}, got {got}"
        case "enum" | "const":
            return f"expected one of the listed values, got {got} that is not one of them"
        case "minLength" | "maxLength":
            bound = "least" if kind.name == "minLength" else "most"
            return f"expected at {bound} {counted(kind.limit, 'character')}, got {len(error.instance):,}"
        case "minItems" | "maxItems":
            bound = "least" if kind.name == "minItems" else "most"
            return f"expected at {bound} {counted(kind.limit, 'item')}, got {len(error.instance):,}"
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            return f"expected a number {_SIGNS[kind.name]} {kind.limit}"
        case "pattern":
            return "the text does not match the schema's pattern"
        case "falseSchema" if error.instance.__class__ is str and list(error.schema_path)[-1:] == ["else"]:
            return "the text is too long to be held against the schema's pattern"
        case "additionalProperties" | "unevaluatedProperties":
            return "has members that the schema does not allow"
        case "uniqueItems":
            return "has the same item twice, and the schema does not allow duplicates"
        case _:
            return f"does not fit the schema's `{kind.name}`"


def _help(error: Any) -> str | None:
    if error.kind.name != "enum":
        return None
    listed = [value for value in error.kind.options if isinstance(value, str)]
    return "One of " + ", ".join(f"`{value}`" for value in listed[:12]) if listed else None
