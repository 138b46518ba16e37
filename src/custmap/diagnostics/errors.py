"""The exceptions that leave custmap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic

MOST: Final = 20
"""How many problems of one record are described, of a million that it may have; the rest are counted."""


class CustmapError(Exception):
    """Something is wrong with a mapping or a record; `diagnostics` has all that was found, never empty.

    `notes` say what else is worth knowing; Python shows them below the error (PEP 678).
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], notes: Iterable[str] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))
        for note in notes:
            self.add_note(note)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.diagnostics,), self.__dict__  # its notes (PEP 678) are kept there


class MappingError(CustmapError):
    """The mapping file, its contract or its schema is wrong: mend the YAML."""


class RecordError(CustmapError):
    """A record cannot be used, or not all that it says can be said: mend the data."""


def with_rest(found: list[Diagnostic], more: int) -> list[Diagnostic]:
    """The problems that are described, and a last one that counts `more` of the kind."""
    return [*found, Diagnostic(found[-1].code, f"and {more:,} more", path="")] if more else found
