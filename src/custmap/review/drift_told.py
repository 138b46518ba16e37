"""From what checks find with the new document, and what differs for rules, to one finding for each change.

A check says what is wrong now, a difference what has changed. Where both speak of one rule, one of them is
told: an error of the check, with the change as its second place, else the difference, with the check's help.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.span import Span
from custmap.loader import stops_loading

_SAME: Final = {
    "CM602": {"CM308", "CM401", "CM413", "CM303", "CM502", "CM503", "CM527"},
    "CM603": {"CM402", "CM505", "CM512", "CM521"},
    "CM604": {"CM404", "CM411", "CM412", "CM401", "CM512", "CM527"},
    "CM605": {"CM404", "CM405", "CM406", "CM401", "CM512", "CM527"},
    "CM606": {"CM407", "CM401", "CM512", "CM527"},
    "CM607": {"CM403", "CM309", "CM401", "CM512"},
    "CM513": {"CM303", "CM401", "CM527"},
    "CM301": {"CM301", "CM308"},
}
"""The codes of checks that say of a rule what a difference of this code means to it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A change at a rule: the finding, and the place in the new document."""

    code: str
    text: str
    level: Severity
    span: Span
    target: str
    place: Span
    help: str | None = None

    @property
    def diagnostic(self) -> Diagnostic:
        message = f"{self.text} ({self.place.file}:{self.place.line})"
        note = (Note(self.place, "in the new document"),)
        severity = None if self.level is Severity.WARNING else self.level
        target = self.target or None
        return Diagnostic(self.code, message, self.span, self.help, note, None, target, severity)


def joined(found: Sequence[Diagnostic], changes: Sequence[Told]) -> Iterator[Diagnostic]:
    """The findings of checks that are new, and the changes, each told once."""
    starts = sorted({(one.span.line, one.span.column) for one in changes})
    taken: set[int] = set()
    for change in changes:
        same = _SAME.get(change.code, set())
        of_rule = [
            number
            for number, one in enumerate(found)
            if one.code in same and _is_of(one, change, starts) and number not in taken
        ]
        errors = [number for number in of_rule if found[number].level is Severity.ERROR]
        if errors:
            taken |= {*of_rule}
            number = next((one for one in errors if stops_loading(found[one])), errors[0])
            yield _with_change(found[number], change)
            yield from (_with_change(found[one], change) for one in errors if one != number)
        else:
            taken |= {*of_rule}
            help = change.help or next((found[one].help for one in of_rule if found[one].help), None)
            yield replace(change.diagnostic, help=help)
    yield from (one for number, one in enumerate(found) if number not in taken)


def _is_of(found: Diagnostic, change: Told, starts: Iterable[tuple[int, int]]) -> bool:
    """Does a finding speak of the rule of a change? It says its target, or stands behind its key."""
    if found.target is not None:
        return found.target == change.target
    if found.span is None:
        return False
    at = found.span.line, found.span.column
    before = [start for start in starts if start <= at]
    return bool(before) and before[-1] == (change.span.line, change.span.column)


def _with_change(found: Diagnostic, change: Told) -> Diagnostic:
    if change.code == "CM513":  # the check has said that it is gone
        return with_place(found, change.place)
    place = f"{change.place.file}:{change.place.line}"
    message = f"{found.message} ({change.text}: {place})"
    return replace(found, message=message, notes=(*found.notes, Note(change.place, change.text)))


def with_place(found: Diagnostic, place: Span) -> Diagnostic:
    """The finding of a check with the place in the new document that it speaks of."""
    if any(note.span.file == place.file for note in found.notes):
        return found
    message = f"{found.message} ({place.file}:{place.line})"
    return replace(found, message=message, notes=(*found.notes, Note(place, "in the new document")))
