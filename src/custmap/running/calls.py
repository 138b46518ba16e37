"""Functions that generated code calls, for work that would need several lines in every rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from custmap.running.states import Failure, Refusal
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.numbers import scalar_text
from custmap.values.words import word_for


def refuse_empty() -> NoReturn:
    """Refuse an empty text: this vendor does not accept it."""
    raise Refusal("CM807", "is empty, and the vendor would keep the old value")


def refuse_unmapped() -> NoReturn:
    raise Refusal("CM705", "has no row in `values`")


def refuse_kind(wanted: str, value: Any) -> NoReturn:
    raise Refusal("CM706", f"expected {wanted}, got {word_for(value)}")


def translate(table: Mapping[Any, Any], value: Any, unmapped: Any) -> Any:
    """The vendor's value; `unmapped` when the table does not have it."""
    found = unmapped if type(value) in (dict, list) else table.get(fingerprint(value), unmapped)
    return fresh(found) if type(found) in (dict, list) else found


def fill(before: str, after: str, value: Any) -> str:
    """Insert a value into a text, as JSON writes it: `true`, `3`."""
    if type(value) is str:
        return before + value + after
    if type(value) in (dict, list):
        raise Refusal("CM706", f"expected a single value for `format`, got {word_for(value)}")
    return before + scalar_text(value) + after


def as_text(value: Any) -> str:
    """A value in a text of its own, as `format` writes it."""
    return fill("", "", value)


def without_absent(members: dict[str, Any]) -> dict[str, Any]:
    """An object without the members whose parameters are not given."""
    return {name: value for name, value in members.items() if value is not ABSENT}


def fresh(value: Any) -> Any:
    """A copy of a constant of the mapping, since callers may modify what they get."""
    if type(value) is dict:
        return {key: fresh(item) for key, item in value.items()}
    if type(value) is list:
        return [fresh(item) for item in value]
    return value


def as_list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise Refusal("CM706", f"expected a list, got {word_for(value)}")
    return value


def as_objects(value: Any) -> list[Any]:
    """A list of which every item is an object, as `each` needs it."""
    for item in as_list(value):
        if type(item) is not dict:
            raise Refusal("CM706", f"expected objects as items, got {word_for(item)}")
    return value  # type: ignore[no-any-return]


def as_map(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise Refusal("CM706", f"expected an object, got {word_for(value)}")
    return value


def told_apart(items: list[Any], key: str) -> list[Any]:
    """A list with a key: every item must have a key of its own."""
    try:
        keys = {item[key] for item in items}
        if len(keys) == len(items) and None not in keys:
            return items
    except (KeyError, TypeError):
        pass
    marks = set()
    for item in items:
        found = item.get(key) if type(item) is dict else None
        if found is None or type(found) in (dict, list):
            raise Refusal("CM806", "an item has no key")
        marks.add(fingerprint(found))
    if len(marks) < len(items):
        raise Refusal("CM806", "two items have the same key")
    return items


def look_at_entries(
    entries: dict[str, Any], empty: str, held: Callable[[Any], None] | None
) -> dict[str, Any]:
    """The entries of a map one by one: if one cannot be sent, only that one fails."""
    looked = entries
    for key, value in entries.items():
        state = value
        if value == "" and type(value) is str and empty != "value":
            state = (
                None
                if empty == "clear"
                else Failure("CM807", "is empty, and the vendor would keep the old value", None, value)
            )
        elif value is not None and held is not None:
            try:
                held(value)
            except Refusal as error:
                state = Failure(error.code, error.reason, None, value)
        if state is not value:
            if looked is entries:
                looked = dict(entries)
            looked[key] = state
    return looked


def sendable_entries(entries: dict[str, Any]) -> dict[str, Any]:
    """A map inside a list that is one value: null entries are left out, a failed one fails the list."""
    for state in entries.values():
        if type(state) is Failure:
            raise Refusal(state.code, state.reason)
    return {key: state for key, state in entries.items() if state is not None}


def presence(value: Any) -> Any:
    """The state of a source object: ABSENT, None, True, or a failure if it is not an object."""
    if type(value) is dict:
        return True
    if value is ABSENT or value is None:
        return value
    return Failure("CM706", f"expected an object, got {word_for(value)}", None, value)
