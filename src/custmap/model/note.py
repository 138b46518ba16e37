"""Notes of a request or a plan: texts that know their target."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from custmap.diagnostics.span import Span
from custmap.model.privacy import plain_target, shown_target
from custmap.schema.unknown import UnknownMembers


class Fact(StrEnum):
    """The text of a note about a rule."""

    REPLACED_WHOLE = "replaced whole"
    PARTLY_STATED = "only the parts in the record are sent, and the vendor replaces the whole object"
    NOT_REPEATABLE = "sending it twice is not the same as sending it once"
    CLEAR_SKIPPED = "cannot be cleared, which the mapping accepts"
    LEFT_BEHIND = "the rule no longer applies, and the vendor keeps the old value"
    UNKNOWN_BEFORE = "its value before cannot be computed, so it counts as changed"
    NOT_STATED = "after does not state everything that the rule reads, so the vendor keeps its value"
    UNSETTLED = "it is not known whether the vendor holds its value, and after does not mention it"
    MAY_REMAIN = "an earlier request may have said what after no longer has, and that cannot be cleared"
    NOT_THERE = (
        "before has no value here, so it is not cleared: the vendor refuses to clear what is not there"
    )
    UNKNOWN_ITEMS = "its items before cannot be told apart, so they count as changed"


KEPT: Final = frozenset({Fact.CLEAR_SKIPPED, Fact.LEFT_BEHIND, Fact.MAY_REMAIN, Fact.NOT_THERE})
"""A change was not made: the vendor keeps what it holds."""
COUNTED_DIFFERENT: Final = frozenset({Fact.UNKNOWN_BEFORE, Fact.UNKNOWN_ITEMS})
"""What before was is not known, so after is sent."""


class Note(str):
    """A sentence about `target`; `fact` and `span` if it is about a rule.

    `target` is the source path for a doubt, and "" for the body as a whole.
    """

    __slots__ = ("fact", "place", "span", "target")
    place: str
    target: str
    fact: Fact | None
    span: Span | None

    def __new__(cls, target: str, text: str, span: Span | None = None) -> Note:
        note = super().__new__(cls, f"{_shown(target)}: {text}")
        note.place, note.target = target, plain_target(target)
        note.fact = text if isinstance(text, Fact) else None
        note.span = span
        return note

    def __getnewargs__(self) -> tuple[str, str, Span | None]:  # type: ignore[override]
        return self.place, self.fact or self.text, self.span

    @property
    def text(self) -> str:
        """What it says, without the target."""
        return self[len(_shown(self.place)) + 2 :]


def _shown(target: str) -> str:
    return shown_target(target) or "the body"


class UnknownNote(Note):
    """The note about the unknown members of a record; its target is the record ("")."""

    __slots__ = ("unknown",)
    unknown: UnknownMembers

    def __new__(cls, unknown: UnknownMembers) -> UnknownNote:
        note = str.__new__(cls, f"unknown members are ignored: {unknown}")
        note.place, note.target, note.fact, note.span = "", "", None, None
        note.unknown = unknown
        return note

    def __getnewargs__(self) -> tuple[UnknownMembers]:  # type: ignore[override]
        return (self.unknown,)
