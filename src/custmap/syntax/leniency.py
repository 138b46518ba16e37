"""Refuses text that libyaml accepts although YAML 1.2 does not, or reads differently.

Each check names its case in the YAML test suite. They examine the text around an event, since the event
itself does not show the problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from custmap.syntax.source_text import Text

_HEADER = re.compile(r"[|>][-+0-9]*#")
_INDENT_GIVEN = re.compile(r"[|>][-+]?[1-9]")
_CONTENT = re.compile(r"[^ \r\n]")


class Finding(NamedTuple):
    """`at` is the index of the character."""

    at: int
    message: str
    help: str


def after_value(text: Text, end: int) -> Iterator[Finding]:
    """The character right after a quoted text or a closing bracket (9JBA, SU5Z)."""
    if text.text.startswith("#", end):
        yield Finding(end, "a comment without a space before it", "Put a space before `#`.")


def between(text: Text, last: int, start: int) -> Iterator[Finding]:
    """The text between two values inside brackets (CVW2)."""
    gap = text.text[last:start]
    if gap.lstrip(" ").startswith(",#"):
        index = last + gap.index("#")
        yield Finding(index, "a comment without a space before it", "Put a space before `#`.")


def plain_in_brackets(text: Text, start: int, value: str) -> Iterator[Finding]:
    """A lone dash (YJV2), and a name whose question mark libyaml drops (652Z)."""
    if value == "-":
        yield Finding(start, "an unquoted dash inside brackets", "Quote it.")
    if start and text.text[start - 1] == "?":
        yield Finding(start - 1, "a question mark at the start of a name", "Quote the name.")


def block_text(text: Text, start: int, end: int, parent: int) -> Iterator[Finding]:
    """The head of a `|` or `>` text (X4QW), and empty lines longer than its first line (S98Z).

    `parent` is the column of the parent, 0 if there is none.
    """
    if found := _HEADER.match(text.text, start):
        yield Finding(found.end() - 1, "a comment without a space before it", "Put a space before `#`.")
    if _INDENT_GIVEN.match(text.text, start):
        return
    longest = 0
    for line_start, line_end in _lines_after(text, start):
        found = _CONTENT.search(text.text, line_start, line_end)
        if found is None:
            longest = max(longest, len(text.text[line_start:line_end].rstrip("\r\n")))
            continue
        indent = found.start() - line_start
        inside = found.start() < end or (found.group() == "#" and indent >= parent)
        if inside and longest > indent:
            yield Finding(
                found.start(),
                "an empty line above is indented more deeply than the text",
                "Remove the spaces from the empty lines above.",
            )
        return


def unindented(text: Text, start: int, end: int, parent: int) -> Iterator[Finding]:
    """Lines of a quoted text or bracket that are not indented deeper than column `parent` (9C9N, QB6E).

    A closing bracket is allowed there: it is common, and cannot be misread.
    """
    for line_start, line_end in _lines_after(text, start):
        if line_start >= end:
            return
        found = _CONTENT.search(text.text, line_start, min(line_end, end))
        if found is None or found.group() in "]}#":
            continue
        if found.start() - line_start < parent:
            yield Finding(found.start(), "this line is not indented more deeply than its key", "Indent it.")
            return


def _lines_after(text: Text, start: int) -> Iterator[tuple[int, int]]:
    """First and last index of each line after the one of `start`."""
    for line in range(text.place(start)[0], len(text.starts)):
        last = line + 1 == len(text.starts)
        yield text.starts[line], len(text.text) if last else text.starts[line + 1]
