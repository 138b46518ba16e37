"""Finds out whether a YAML syntax error is caused by a line's indentation.

The parser says `mapping values are not allowed` and points at a colon. Here the refused line is compared
with the columns of the lines above: a line opens the column of its text, and of the text after a dash.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.syntax.source_text import Text
from custmap.values.words import counted

SYMPTOMS: Final = (
    "mapping values are not allowed",
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected <document start>",
)
"""What libyaml says of a line that is not indented as those above."""

_LINE: Final = re.compile(r" *((?:- +)*)([^ #\r\n][^\r\n]*)")
_KEY: Final = re.compile(r":(?: |$)")
_VALUE_BELOW: Final = re.compile(r"(?::(?: +[|>]\S*)?|^-|^---) *(?: #.*)?$")
_OPEN_QUOTE: Final = re.compile(r"""(?:^|: +|- +)(?:"[^"]*|'[^']*)$""")
_WRITE_KEY: Final = "Write a colon and a space after the key."


class _Line(Struct, frozen=True):
    """`column` is where it begins, `inner` where its text begins after dashes; both from 0."""

    number: int
    column: int
    inner: int
    text: str

    @property
    def way(self) -> str:
        return f"{counted(self.column, 'space')}, as line {self.number}"


def misindented(text: Text, index: int) -> Diagnostic | None:
    """The problem with the indentation of the line that was refused at `index`, if any."""
    number = text.place(index)[0]
    here = _line(text, number)
    above = [line for one in range(1, number) if (line := _line(text, one)) is not None]
    if here is None or not above or _OPEN_QUOTE.search(above[-1].text):
        return None
    last, opened = above[-1], _opened(above)
    if here.column <= last.inner and here.column not in opened:
        near = sorted(opened, key=lambda column: abs(column - here.column))[:2]
        ways = ", or by ".join(opened[column].way for column in sorted(near, reverse=True))
        message = f"wrong indentation: no line above this is indented by {counted(here.column, 'space')}"
        help = f"Indent it by {ways}."
    elif here.column < last.inner or _VALUE_BELOW.search(last.text):
        return None
    elif not _KEY.search(last.text):
        message, help = f"line {last.number} is not `key: value`, and this line continues it", _WRITE_KEY
    elif here.column > last.inner:
        message = f"wrong indentation: this is nested below line {last.number}, which already has a value"
        help = f"Indent it by {last.way}."
    else:
        return None
    start = text.starts[number - 1] + here.column
    end = text.starts[number - 1] + here.inner + len(here.text)
    return Diagnostic("CM102", message, text.span(start, end), help)


def _line(text: Text, number: int) -> _Line | None:
    """A line by its number, from 1; None for one that is blank or a comment."""
    found = _LINE.match(text.text, text.starts[number - 1])
    if found is None or text.place(found.start(2))[0] != number:
        return None
    inner = found.start(2) - text.starts[number - 1]
    return _Line(number, inner - len(found[1]), inner, found[2].rstrip())


def _opened(above: list[_Line]) -> dict[int, _Line]:
    """The columns at which the next line may begin, each with the last line that opened it."""
    opened: dict[int, _Line] = {}
    for line in above:
        opened = {column: one for column, one in opened.items() if column < line.column}
        opened[line.column] = line
        opened.setdefault(line.inner, line)
    return opened
