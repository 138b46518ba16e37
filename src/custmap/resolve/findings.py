"""Collects findings: checking continues after a problem, so one run finds all of them."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.values.nearest import compares_no_more, nearest


class Findings:
    """The findings of one mapping."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    @property
    def all(self) -> list[Diagnostic]:
        return list(self._found)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        help: str | None = None,
        *,
        notes: Iterable[Note] = (),
        target: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        found = Diagnostic(code, message, span, help, tuple(notes), target=target, severity=severity)
        self._found.setdefault(found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Add findings of an earlier stage."""
        self._found |= dict.fromkeys(found)

    @property
    def errors(self) -> list[Diagnostic]:
        return [found for found in self._found if found.level is Severity.ERROR]


def meant(word: str, names: Iterable[str]) -> str | None:
    """The help sentence for a wrong name."""
    if compares_no_more():
        return None
    names = set(names)
    close = nearest(word, names)
    if close:
        return Meant(close, word)
    if not names:
        return None
    shown = ", ".join(f"`{name}`" for name in nsmallest(12, names))
    return f"There are {shown}{' …' if len(names) > 12 else ''}."
