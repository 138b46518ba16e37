"""A file as the editor has it: its text, and places in it in the editor's units.

Editors count lines and columns from 0, and columns in UTF-16 code units unless both sides agree on others.
Here offsets into the text are used, and spans, which count lines and characters from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

from lsprotocol.types import Position, Range

from custmap.diagnostics.span import Span
from custmap.syntax.source_text import Text

Units: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A text at one version; `text` is without its byte order mark, `data` with it."""

    uri: str
    path: Path
    version: int
    data: bytes = field(repr=False)
    lines: Text = field(repr=False)
    units: Units
    has_mark: bool = False

    @property
    def text(self) -> str:
        return self.lines.text

    def offset(self, position: Position) -> int:
        """The offset of a place; one behind the end of a line or of the text is that end."""
        starts = self.lines.starts
        if position.line >= len(starts):
            return len(self.text)
        start = starts[position.line]
        line = self._line(position.line)
        units = position.character - (self.has_mark and position.line == 0)
        return start + characters(line, units, self.units)

    def position(self, offset: int) -> Position:
        line, column = self.lines.place(max(0, min(offset, len(self.text))))
        return self._position(line - 1, column - 1)

    def range(self, start: int, end: int) -> Range:
        return Range(self.position(start), self.position(end))

    def range_of(self, span: Span) -> Range:
        """The range of a span of this file, or of an earlier version of it."""
        last = len(self.lines.starts) - 1
        start = self._position(min(span.line - 1, last), span.column - 1)
        return Range(start, self._position(min(span.end_line - 1, last), span.end_column - 1))

    def offsets_of(self, span: Span) -> tuple[int, int]:
        """The offsets of a span's ends."""
        made = self.range_of(span)
        return self.offset(made.start), self.offset(made.end)

    def _line(self, number: int) -> str:
        starts = self.lines.starts
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return self.text[starts[number] : end].rstrip("\r\n")

    def _position(self, line: int, column: int) -> Position:
        before = self._line(line)[: max(0, column)]
        return Position(line, units_in(before, self.units) + (self.has_mark and line == 0))


def open_file(uri: str, path: Path, version: int, source: str, units: Units) -> OpenFile:
    """`source` is the editor's text, with half a surrogate pair where somebody typed one."""
    data = source.encode("utf-8", "surrogatepass")
    text = source.removeprefix(_BOM)
    return OpenFile(uri, path, version, data, Text(text, str(path)), units, text != source)


def units_in(text: str, units: Units) -> int:
    """The length of a text in an editor's units.

    >>> units_in("a😀", "utf-16"), units_in("a😀", "utf-8"), units_in("a😀", "utf-32")
    (3, 5, 2)
    """
    if units == "utf-32" or text.isascii():
        return len(text)
    if units == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text) + sum(character > "\uffff" for character in text)


def characters(line: str, count: int, units: Units) -> int:
    """How many characters of a line take so many units; one that is cut counts as none.

    >>> characters("a😀b", 3, "utf-16"), characters("a😀b", 2, "utf-16"), characters("ab", 9, "utf-16")
    (2, 1, 2)
    """
    if count <= 0:
        return 0
    if units == "utf-32" or line.isascii():
        return min(count, len(line))
    for index, character in enumerate(line):
        count -= units_in(character, units)
        if count < 0:
            return index
    return len(line)
