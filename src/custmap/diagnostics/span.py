"""A place in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: lines and columns count from 1, columns are characters, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def within(self, offset: int, length: int = 1) -> Span:
        """A part of a one-line span, `offset` characters from its start."""
        if self.line != self.end_line:
            return self
        start = min(self.column + offset, self.end_column)
        return replace(self, column=start, end_column=max(start + 1, min(start + length, self.end_column)))

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
