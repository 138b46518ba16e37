"""The exceptions that leave custmap."""

from __future__ import annotations

from collections.abc import Iterable

from custmap.diagnostics.diagnostic import Diagnostic


class CustmapError(Exception):
    """Something is wrong with a mapping or a record; `diagnostics` has all that was found, never empty."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[type[CustmapError], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class MappingError(CustmapError):
    """The mapping file, its contract or its schema is wrong: mend the YAML."""


class RecordError(CustmapError):
    """A record cannot be used, or not all that it says can be said: mend the data."""
