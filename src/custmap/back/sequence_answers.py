"""What reads the answers of a mapping with several requests: each call has its own way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, Protocol

from msgspec.structs import replace

from custmap.back.answers import Answers
from custmap.back.outcome import Message, Outcome
from custmap.back.reverse import Reverse
from custmap.expressions.inference import format_source
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.values.nearest import nearest

CLEAR: Final = ".clear"
"""Behind an entry's name: its request for what is gone."""


class Asked(Protocol):
    """A request, as far as it matters to its answer: the name of its entry, and whether it clears."""

    @property
    def name(self) -> str: ...
    @property
    def clears(self) -> bool: ...


Which = Asked | str | None


class SequenceAnswers:
    """Reads the answer to one of several requests: a request, or the name of its entry, says which.

    `answers` are those of the calls, in order.
    """

    def __init__(self, checked: Checked, answers: Sequence[Answers]) -> None:
        self._mapping = checked.name
        self._calls: dict[str, tuple[Checked, Answers]] = {}
        for call, one in zip(checked.calls, answers, strict=True):
            operation = call.operation
            self._calls[operation.name + (CLEAR if operation.clears else "")] = call, one

    @cached_property
    def reverse(self) -> Reverses:
        """What reads vendors' copies: the rules of the requests that are not for one entry."""
        found = self._calls.values()
        return Reverses([answers.reverse for call, answers in found if call.canonical.entry is None])

    def outcome(self, status: object, body: object, request: Which = None) -> Outcome:
        """TypeError without a request, ValueError for one that the mapping does not make."""
        call, answers = self._of(request)
        outcome = answers.outcome(status, body)
        return outcome if call.canonical.entry is None else _of_customer(outcome, call)

    def outcomes(
        self, status: object, body: object, sent: object, request: Which = None
    ) -> tuple[Outcome, ...]:
        return (self.outcome(status, body, request),)

    def _of(self, request: Which) -> tuple[Checked, Answers]:
        if request is not None and not isinstance(request, str):
            request = request.name + (CLEAR if request.clears else "")
        names = ", ".join(self._calls)
        if request is None:
            raise TypeError(f"{self._mapping} has several requests: say which was answered, one of {names}")
        if request not in self._calls:
            close = nearest(request, self._calls)
            hint = f"Did you mean `{close}`?" if close else f"There are {names}."
            raise ValueError(f"{self._mapping} has no request `{request}`. {hint}")
        return self._calls[request]


class Reverses:
    """Reads vendors' copies by the rules of several requests; where two read one path, the first does."""

    def __init__(self, reverses: Sequence[Reverse]) -> None:
        self._reverses = reverses

    @property
    def tables(self) -> list[Checked]:
        return [table for reverse in self._reverses for table in reverse.tables]

    def read(
        self, document: object, base: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], tuple[Note, ...]]:
        """As `Reverse.read`; RecordError for a document that has the form of none of the bodies."""
        notes: dict[Note, None] = {}
        read = base
        for reverse in reversed(self._reverses):
            read, found = reverse.read(document, read)
            notes |= dict.fromkeys(found)
        return {} if read is None else read, tuple(notes)


def _of_customer(outcome: Outcome, call: Checked) -> Outcome:
    """The outcome of a request for one entry, in terms of the customer."""
    errors, warnings = (
        tuple(_told(one, call) for one in told) for told in (outcome.errors, outcome.warnings)
    )
    return replace(outcome, errors=errors, warnings=warnings)


def _told(message: Message, call: Checked) -> Message:
    return replace(message, field=_field(message.field, call), known=_field(message.known, call))


def _field(field: str | None, call: Checked) -> str | None:
    """The canonical path of a path in an entry: what is about its key or value is about its map or list."""
    if field is None:
        return None
    first, _, rest = field.partition(".")
    if first == "customer":
        return rest or None
    source = call.canonical.entry and call.canonical.entry.source
    return format_source(source) if source else None
