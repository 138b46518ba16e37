"""The exceptions that custmap raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic

MOST: Final = 20
"""How many problems of one record are described; the rest are only counted."""


class CustmapError(Exception):
    """Something is wrong with a mapping or a record; `diagnostics` has all problems found, at least one.

    `notes` are additional remarks; Python shows them below the error (PEP 678).
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], notes: Iterable[str] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))
        for note in notes:
            self.add_note(note)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.diagnostics,), self.__dict__  # contains its notes (PEP 678)


class MappingError(CustmapError):
    """The mapping file, its contract or its schema is wrong: fix the YAML."""


class RecordError(CustmapError):
    """A record or a parameter cannot be used, or the vendor cannot be told all of it: fix the data."""


def with_rest(found: list[Diagnostic], more: int, *, all_counted: bool = True) -> list[Diagnostic]:
    """The described problems, and a last one that counts `more` of them."""
    if not more:
        return found
    words = "and" if all_counted else "and at least"
    return [*found, Diagnostic(found[-1].code, f"{words} {more:,} more", path="")]
