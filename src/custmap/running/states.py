"""The states of a slot besides ABSENT, None and values: SILENT, Failure and, in a before, Unsettled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, final

from custmap.expressions.function import FunctionError
from custmap.values.absent import Absent


@final
class Silent:
    """The type of `SILENT`: the rule's `when` is not true, or `unmapped: skip` met an unknown value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SILENT"

    def __reduce__(self) -> str:
        return "SILENT"


SILENT: Final = Silent()


class Refusal(FunctionError):
    """A value that a rule made cannot be sent; `code` says why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A rule that could not make its value from `scope`; `raw`: the value of what failed alone, an entry or
    a source object."""

    code: str
    reason: str
    scope: Any = None
    raw: Any = None

    def __repr__(self) -> str:
        return f"Failure({self.code})"


NEVER_THERE: Final = frozenset({"CM710", "CM807"})
"""Codes of values that no vendor holds: a form cannot write them, or they are ignored."""


@dataclass(frozen=True, slots=True, eq=False)
class Unsettled:
    """A before of which nobody knows whether the vendor holds it: the answer to a change was lost.

    `held`   the slot's state in before.
    `below`  the entries or items that it is about: entries as a tree by their keys, items by the fingerprints
             of their keys, each with its key.
    `whole`  it is about all of it.
    """

    held: Any
    below: dict[Any, Any] = field(default_factory=dict)
    whole: bool = True

    def __repr__(self) -> str:
        return "Unsettled"


def bare(state: Any) -> Any:
    """The state in before, be it settled or not."""
    return state.held if state.__class__ is Unsettled else state


def failed(error: FunctionError, scope: Any) -> Failure:
    """The failure for an exception."""
    return Failure(error.code if isinstance(error, Refusal) else "CM704", error.reason, scope)


def is_value(state: Any) -> bool:
    """Is it a value: not absent, null, silent or failed?"""
    return not (state is None or state.__class__ in _STATES)


_STATES: Final = frozenset({Absent, Silent, Failure})
