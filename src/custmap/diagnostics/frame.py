"""A diagnostic with its source line, and carets under the place.

    error[CM301]: Unknown source path
     --> mappings/acme/customer.yaml:7:10
      |
    7 |   email: contact.emial
      |          ^^^^^^^^^^^^^ `Customer` has no field `contact`
      |
      = help: Did you mean `email`?

Characters that a terminal would hide, interpret or reorder are escaped; carets follow the display width.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, field

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain, plain_sign, without_commands
from custmap.diagnostics.span import Span
from custmap.values.files import read_start

Lookup: TypeAlias = Callable[[str, int], str | None]
"""The text of a line, by file and number; None when it cannot be had."""

_LINE_END = re.compile(r"\r\n|\n|\r")
# Wider lines are cut; this much is kept before the caret.
_WIDTH: Final = 100
_BEFORE: Final = 40
_SIZE_LIMIT: Final = 32 * 1024 * 1024

RED: Final = "1;31"
YELLOW: Final = "1;33"
BLUE: Final = "1;34"
BOLD: Final = "1"
_STYLES: Final = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: BLUE}


def _width(shown_character: str) -> int:
    """Terminal columns of what `plain_sign` made of one character."""
    if len(shown_character) > 1:
        return len(shown_character)
    if unicodedata.combining(shown_character):
        return 0
    return 2 if unicodedata.east_asian_width(shown_character) in "WF" else 1


def painted(text: str, style: str, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color else text


class SourceLines(Struct):
    """A look-up that reads files from disk, each once."""

    read: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, file: str, line: int) -> str | None:
        if file not in self.read:
            self.read[file] = self._lines(file)
        lines = self.read[file]
        return lines[line - 1] if 0 < line <= len(lines) else None

    def _lines(self, file: str) -> list[str]:
        try:
            data = read_start(Path(file), _SIZE_LIMIT)
        except OSError:
            return []
        return _LINE_END.split(data.decode(errors="replace").removeprefix("\ufeff"))


def frame(diagnostic: Diagnostic, source_line_lookup: Lookup, *, color: bool = False) -> str:
    """The picture above, without a line end; second places follow the first, each marked `:::`."""
    style = _STYLES[diagnostic.level]
    head = painted(f"{diagnostic.level}[{diagnostic.code}]", style, color)
    lines = [f"{head}{painted(': ' + diagnostic.title, BOLD, color)}"]
    spans = [diagnostic.span, *(note.span for note in diagnostic.notes)]
    pad = " " * max((len(str(span.line)) for span in spans if span), default=1)
    drawn = False
    if diagnostic.span:
        lines.append(f"{pad}{painted('-->', BLUE, color)} {plain(str(diagnostic.span))}")
        drawing = _drawing(diagnostic.span, source_line_lookup, "^", diagnostic.message, style, color)
        drawn = bool(drawing)
        lines += _framed(drawing, diagnostic.span, pad, color)
    for note in diagnostic.notes:
        lines.append(f"{pad}{painted(':::', BLUE, color)} {plain(str(note.span))}")
        drawing = _drawing(note.span, source_line_lookup, "-", note.text, BLUE, color)
        lines += _framed(drawing, note.span, pad, color) or [f"{pad} = {plain(note.text)}"]
    tail = [] if drawn else [plain(diagnostic.message)]
    tail += [f"path: {plain(diagnostic.path)}"] if diagnostic.path else []
    tail += [f"target: {plain(diagnostic.target)}"] if diagnostic.target else []
    tail += [f"help: {plain(diagnostic.help)}"] if diagnostic.help else []
    equals = painted("=", BLUE, color)
    if not tail:
        # The last bar connects to the lines that follow.
        lines.pop()
    return "\n".join([*lines, *(f"{pad} {equals} {text}" for text in tail)])


def _framed(drawing: tuple[str, str] | None, span: Span, pad: str, color: bool) -> list[str]:
    if drawing is None:
        return []
    line, carets = drawing
    gutter = painted(f"{pad} |", BLUE, color)
    number = painted(f"{span.line:>{len(pad)}} |", BLUE, color)
    return [gutter, f"{number} {line}".rstrip(), f"{gutter} {carets}", gutter]


def _drawing(
    span: Span, lookup: Lookup, mark: str, label: str, style: str, color: bool
) -> tuple[str, str] | None:
    """The source line, and the line under it; None if the line cannot be read."""
    text = lookup(span.file, span.line)
    if text is None:
        return None
    end = span.end_column - 1 if span.end_line == span.line else len(text)
    start = min(span.column - 1, len(text))
    cells = [plain_sign(character) for character in text]
    widths = [_width(cell) for cell in cells]
    first, last = _window(widths, start)
    end = min(end, last)
    left = "…" if first else ""
    right = "…" if last < len(cells) else ""
    before = sum(widths[first:start]) + len(left)
    carets = mark * max(1, sum(widths[start:end]))
    line = without_commands(left + "".join(cells[first:last]) + right)
    return line, " " * before + painted(f"{carets} {plain(label)}".rstrip(), style, color)


def _window(widths: list[int], start: int) -> tuple[int, int]:
    """The first and last character to show, so that the one at `start` is visible."""
    if sum(widths) <= _WIDTH:
        return 0, len(widths)
    first = start
    room = _BEFORE
    while first and room >= widths[first - 1]:
        first -= 1
        room -= widths[first]
    last = first
    room = _WIDTH
    while last < len(widths) and room >= widths[last]:
        room -= widths[last]
        last += 1
    return first, last
