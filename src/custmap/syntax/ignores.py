"""Comments that accept a finding: `# custmap: ignore CM405: the vendor cuts it, and that is fine`.

The YAML parser drops comments, and a `#` in a text is not a comment. The scanner's tokens show the
difference: a comment is outside all tokens, or in the head line of a block text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from custmap.diagnostics.span import Span
from custmap.syntax.source_text import Text
from custmap.syntax.yaml_events import LOADER

_COMMENT = re.compile(r"(?:^|(?<=[ \t\r\n]))#[^\r\n]*")
_IGNORE = re.compile(
    r"#\s*custmap:\s*ignore\b\s*(?P<codes>[A-Z0-9][A-Z0-9, ]*)?(?::(?P<reason>.*))?", re.DOTALL
)
_CODE = re.compile(r"[A-Z0-9]+")


class Ignore(Struct, frozen=True):
    """One comment.

    `codes`   the codes that it accepts; empty if it names none.
    `reason`  the text after the colon; None if there is none.
    `span`    the comment.
    `line`    the line whose findings it accepts: its own, or, if nothing else is on it, the next line that
              is not empty or a comment.
    """

    codes: tuple[str, ...]
    reason: str | None
    span: Span
    line: int


def read_ignores(data: str, file: str) -> tuple[Ignore, ...]:
    """The ignores of a YAML text, in order. Never raises; ends where the text is no longer valid YAML."""
    if "custmap:" not in data:
        return ()
    text = Text(data.removeprefix("\ufeff"), file)
    comments = (found for start, end in _gaps(text) for found in _COMMENT.finditer(text.text, start, end))
    follows = _next_lines(text)
    ignores = (_ignore(text, found.start(), found.group().rstrip(), follows) for found in comments)
    return tuple(ignore for ignore in ignores if ignore is not None)


def _gaps(text: Text) -> Iterator[tuple[int, int]]:
    """The ranges outside all tokens."""
    last = 0
    try:
        tokens: Iterator[Any] = yaml.scan(text.text, Loader=LOADER)
        for token in tokens:
            start, end = token.start_mark.index, token.end_mark.index
            if start > last:
                yield last, start
            if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
                yield start, _line_end(text, start)
            last = max(last, end)
    except yaml.YAMLError:
        return
    yield last, len(text.text)


def _line_end(text: Text, start: int) -> int:
    line = text.place(start)[0]
    return text.starts[line] if line < len(text.starts) else len(text.text)


def _ignore(text: Text, start: int, comment: str, follows: list[int]) -> Ignore | None:
    found = _IGNORE.fullmatch(comment)
    if not found:
        return None
    reason = (found.group("reason") or "").strip() or None
    codes = tuple(_CODE.findall(found.group("codes") or ""))
    return Ignore(codes, reason, text.span(start, start + len(comment)), _line(text, start, follows))


def _line(text: Text, start: int, follows: list[int]) -> int:
    own = text.place(start)[0]
    alone = not text.text[text.starts[own - 1] : start].strip()
    return (follows[own] or own) if alone else own


def _next_lines(text: Text) -> list[int]:
    """By line number, the next line with more than a comment on it; 0 after the last such line."""
    following = 0
    found = [0] * (len(text.starts) + 1)
    for line in range(len(text.starts), 0, -1):
        found[line] = following
        first = text.starts[line - 1]
        content = text.text[first : _line_end(text, first)].strip()
        if content and not content.startswith("#"):
            following = line
    return found
