"""Notes about records, with the plan of them or the error instead of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from custmap.diagnostics.errors import RecordError
from custmap.model.note import Note, UnknownNote
from custmap.plan.plan import Plan


def joined_notes(now: tuple[Note, ...], then: tuple[Note, ...]) -> tuple[Note, ...]:
    """The notes about both records, each once: one about unknown members, with each name once."""
    if not now or not then:
        return now or then
    unknown = [one for one in (*now, *then) if isinstance(one, UnknownNote)]
    others = [one for one in (*now, *then) if not isinstance(one, UnknownNote)]
    if len(unknown) > 1:
        unknown = [UnknownNote(unknown[0].unknown.joined(unknown[1].unknown))]
    return (*unknown, *dict.fromkeys(others))


def with_notes(make: Callable[[], Plan], notes: tuple[Note, ...]) -> Plan:
    """The plan, or the error instead of it, with the notes about the records."""
    try:
        plan = make()
    except RecordError as error:
        add_notes(error, notes)
        raise
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def add_notes(error: RecordError, notes: tuple[Note, ...]) -> None:
    for note in notes:
        error.add_note(note)
