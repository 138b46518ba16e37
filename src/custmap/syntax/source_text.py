"""A file's text, and the place of every character in it.

PyYAML counts lines as YAML 1.1 does (where U+2028 and U+0085 end a line, unlike in editors), so only its
character index is used and lines are counted here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.values.files import read_start

MIB: Final = 1024 * 1024
_BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\n|\r")
# Characters that a YAML file may not have (YAML 1.2, 5.1).
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
# Characters that end a line in YAML 1.1, but not in an editor.
STRICT: Final = re.compile(f"{UNREADABLE.pattern[:-1]}\x85\u2028\u2029]")
_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file without its byte order mark."""

    text: str
    file: str
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    @property
    def starts(self) -> list[int]:
        """The indexes at which the lines begin, worked out when the first place is asked for."""
        if not self._starts:
            self._starts.extend((0, *(found.end() for found in _LINE_END.finditer(self.text))))
        return self._starts

    def spelt(self, text: str) -> Text:
        """The same lines with other characters."""
        return Text(text, self.file, self.starts)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at `index`."""
        starts = self.starts
        line = bisect_right(starts, index)
        return line, index - starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of the characters from `start` up to, not including, `end`."""
        starts = self.starts
        line, column = self.place(start)
        if line == len(starts) or end < starts[line]:
            return Span(self.file, line, column, line, column + max(0, end - start))
        return Span(self.file, line, column, *self.place(end))


def read_bytes(path: Path, file: str, limit: int) -> bytes:
    """A file's bytes, at most `limit`; MappingError with CM109 (too large) or CM111 (cannot be read)."""
    try:
        # Reading one byte more than allowed detects a file that is too large without reading all of it.
        data = read_start(path, limit + 1)
    except OSError as error:
        said = f"the system reports: {error.strerror or 'error'}"
        raise problem("CM111", said, start_of(file), looked_up_from(path, error)) from None
    check_size(data, file, limit)
    return data


def looked_up_from(path: Path, error: OSError) -> str | None:
    """Help for a missing file: what its path is relative to. None if that does not matter."""
    if path.is_absolute() or not isinstance(error, FileNotFoundError):
        return None
    return f"The path is relative to the working folder, {Path.cwd().as_posix()}."


def check_size(data: bytes, file: str, limit: int) -> None:
    if len(data) > limit:
        size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit} bytes"
        raise problem("CM109", f"the limit is {size}", start_of(file), "Split it into smaller files.")


def decode(data: bytes, file: str) -> Text:
    """UTF-8 bytes as text, a byte order mark left out; MappingError with CM101."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or b"\x00" in data[:2]:
        raise problem("CM101", "this looks like UTF-16 or UTF-32", start_of(file), "Save the file as UTF-8.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = Text(data[: error.start].decode().removeprefix(_BOM), file)
        at = len(before.text)
        message = f"byte 0x{data[error.start]:02X} is not valid UTF-8 here"
        raise problem("CM101", message, before.span(at, at), "Save the file as UTF-8.") from None
    return Text(text.removeprefix(_BOM), file)


def forbidden(text: Text, characters: re.Pattern[str] = STRICT) -> list[Diagnostic]:
    """A CM110 for each character that is not allowed in a YAML file, at most twenty."""
    found: list[Diagnostic] = []
    for match in characters.finditer(text.text):
        code = ord(match.group())
        help = f'In a text in double quotes, write "\\u{code:04X}".'
        span = text.span(match.start(), match.end())
        found.append(Diagnostic("CM110", f"the character U+{code:04X} is not allowed in a file", span, help))
        if len(found) == _PROBLEMS_SHOWN:
            break
    return found


def start_of(file: str) -> Span:
    return Span(file, 1, 1, 1, 1)


def problem(code: str, message: str, span: Span, help: str | None = None) -> MappingError:
    """The error of a stage that cannot continue."""
    return MappingError([Diagnostic(code, message, span, help)])
