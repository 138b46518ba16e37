"""`Fact`: one thing that a fixture can show of a rule, and `Place`, the rule.

Both are known by their texts, so the facts of two loads of one file are the same. A text comes from the
mapping alone and never from a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from custmap.diagnostics.span import Span

Kind: TypeAlias = Literal["state", "when", "values", "first", "clear", "rejected", "parameter", "answer"]
"""In the order in which they are told."""

KINDS: Final[tuple[Kind, ...]] = (
    "state", "when", "values", "first", "clear", "rejected", "parameter", "answer",
)  # fmt: skip


class Fact(NamedTuple):
    """One thing that a fixture can show.

    `kind`  what it is about; `name` which of them: `null`, `when is false`, `"gold" → "G"`, `send_null`,
            `CM803`.
    """

    kind: Kind
    name: str


class Place(NamedTuple):
    """A rule, or a rule of `response`.

    `request`  of several requests the name of the entry, with `.clear` for what is gone.
    `target`   as `explain` and plans show it; of an answer `response.errors[0]`.
    """

    request: str
    line: int
    column: int
    target: str


Shown: TypeAlias = tuple[Place, Fact]
"""A fact of a rule."""


def place_of(request: str, span: Span, target: str) -> Place:
    return Place(request, span.line, span.column, target)


def facts_of(place: Place, kind: Kind, names: Iterator[str] | tuple[str, ...]) -> Iterator[Shown]:
    return ((place, Fact(kind, name)) for name in names)


GONE: Final = "gone"
VALUE: Final = "value"
MISSING: Final = "missing"
OTHER_VALUE: Final = "another value"
WHEN: Final = {True: "true", False: "false"}
SENT: Final = "sent"
LEFT_OUT: Final = "left out"
