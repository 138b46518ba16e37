"""One finding or one problem of a record, independent of the output format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import Struct

from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span


class Note(Struct, frozen=True):
    """A second place that a diagnostic refers to."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, and what to do.

    `message`  what is wrong here, in one phrase: the label under the caret. Never a value of a record.
    `span`     the place in a file; for a record's problem the rule in the mapping, if any.
    `path`     the canonical path, for a record's problem.
    `target`   the target path, for a record's problem.
    `help`     one sentence that says what to do.
    """

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    notes: tuple[Note, ...] = ()
    path: str | None = None
    target: str | None = None
    severity: Severity | None = None

    @property
    def title(self) -> str:
        return CODES[self.code].title

    @property
    def level(self) -> Severity:
        """Its severity: the code's own, unless a check set another."""
        return self.severity or CODES[self.code].severity

    @property
    def meant(self) -> Meant | None:
        """What was probably meant at `span`, where the help says so."""
        return self.help if isinstance(self.help, Meant) else None

    @property
    def line(self) -> int | None:
        return self.span.line if self.span else None

    def __str__(self) -> str:
        """One line: place, level, code, title, message, help."""
        place = f"{self.span}: " if self.span else ""
        about = f"{self.path}: " if self.path else ""
        tail = f"; {self.help}" if self.help else ""
        return f"{place}{self.level}[{self.code}]: {about}{self.title}: {self.message}{tail}"


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, line, column, code; those without a place come first."""
    return sorted(diagnostics, key=_order)


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    # The last part orders two findings of one code at one place.
    rest = repr(diagnostic)
    if span := diagnostic.span:
        return span.file, span.line, span.column, diagnostic.code, rest
    return "", 0, 0, diagnostic.code, rest
