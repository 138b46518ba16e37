"""Checks at run time that a form, or a template, can write a value; what it cannot is refused (CM710)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from custmap.running.states import Failure, Refusal

CONTAINERS: Final = frozenset({list, dict})
"""The classes of values that a form may be unable to write; what is null is cleared."""


class Style(Protocol):
    """How a value is written; `of_scalars`: single values may be unwritable, too."""

    @property
    def of_scalars(self) -> bool: ...

    def unwritable(self, value: Any) -> str | None:
        """Why it cannot be written; None if it can."""


def form_checker(form: Style, *, entries: bool = False) -> Callable[[Any], None]:
    """A function that raises Refusal for a value that cannot be written.

    `entries`: the value is a map, whose null entries clear: of them only the key is written.
    """

    def check(value: Any) -> None:
        if entries and None in value.values():
            value = {key: "" if item is None else item for key, item in value.items()}
        if reason := form.unwritable(value):
            raise Refusal("CM710", reason)

    return check


def entry_checker(form: Style) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that gives the entries of a map; those that cannot be written fail, and no others."""

    def checked(entries: dict[str, Any]) -> dict[str, Any]:
        failed = {
            key: Failure("CM710", reason, None, item)
            for key, item in entries.items()
            if item is not None and type(item) is not Failure
            if (reason := form.unwritable({key: item}))
        }
        return entries | failed if failed else entries

    return checked
