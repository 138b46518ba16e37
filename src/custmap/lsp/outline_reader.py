"""Reads a YAML text that is being typed, whatever is wrong with it.

The strict reader refuses a file at its first mistake, and under the cursor there nearly always is one: a key
without its colon, a map that is not closed. This reader never fails. Where a text is valid and has none of
the features that mapping files refuse (anchors, tags), both see the same keys and values.
"""

from __future__ import annotations

import re
from typing import Final

from custmap.lsp.outline import Listing, Outline, Pair, Scalar, Table, Value

_DEPTH: Final = 64
"""As deep as the language allows; what is deeper is not looked at."""
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_COLON: Final = re.compile(r":(?=[ \t]|$)")
_COMMENT: Final = re.compile(r"(?:^|(?<=[ \t]))#")
_ESCAPE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
# A word in a flow map. Brackets right behind a word are no YAML there, but somebody types `addresses[0].c`
# before the quotes.
_FLOW_WORD: Final = re.compile(
    r"""(?: \[ [^\[\]{},\r\n]* (?: \] | $ )
      | [^,\[\]{}\r\n:\# \t]
      | : (?! [ \t,\[\]{}\r\n] | $ )
      | (?<! [ \t] ) \#
      | [ \t]+ (?! [ \t\#\r\n] | $ )
    )+""",
    re.MULTILINE | re.VERBOSE,
)


def outline(text: str) -> Outline:
    """The outline of a text without its byte order mark."""
    reader = _Reader(text)
    return Outline(text, reader.read(), reader.starts)


class _Reader:
    """Reads a text once, line by line; each method returns what it read, and the line or offset after it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        ends = [found.start() for found in _LINE_END.finditer(text)]
        self.ends = [*ends, len(text)]
        self.columns = [self._column(start, end) for start, end in zip(self.starts, self.ends, strict=True)]

    def _column(self, start: int, end: int) -> int:
        """The column of the first character that says something; -1 in a line without one."""
        line = self.text[start:end]
        content = line.lstrip(" \t")
        return -1 if not content or content[0] == "#" else len(line) - len(content)

    def read(self) -> Value | None:
        line = self._next(0)
        while line < len(self.starts) and self.text.startswith(("---", "%"), self.starts[line]):
            line = self._next(line + 1)
        if line == len(self.starts):
            return None
        return self._block(line, self.columns[line], -1, 0)[0]

    def _next(self, line: int) -> int:
        """The next line that says something, from this one on; the number of lines if there is none."""
        while line < len(self.starts) and self.columns[line] < 0:
            line += 1
        return line

    def _line_of(self, offset: int, line: int) -> int:
        while line + 1 < len(self.starts) and self.starts[line + 1] <= offset:
            line += 1
        return line

    def _is_dash(self, at: int) -> bool:
        return self.text[at : at + 1] == "-" and self.text[at + 1 : at + 2] in ("", " ", "\t", "\n", "\r")

    def _block(self, line: int, column: int, floor: int, depth: int) -> tuple[Value | None, int]:
        """What begins at a column of a line, inside a key or item at column `floor`."""
        at = self.starts[line] + column
        if depth >= _DEPTH:
            return None, self._past(line, floor)
        if self._is_dash(at):
            return self._listing(line, column, depth)
        if self.text[at] in "{[":
            value, end = self._flow(at, floor, depth)
            return value, self._line_of(end, line) + 1
        return self._table(line, column, depth)

    def _past(self, line: int, floor: int) -> int:
        line = self._next(line + 1)
        while line < len(self.starts) and self.columns[line] > floor:
            line = self._next(line + 1)
        return line

    def _listing(self, line: int, column: int, depth: int) -> tuple[Listing, int]:
        made = Listing([], self.starts[line] + column, self.ends[line], False, column)
        first = True
        while line < len(self.starts):
            here = column if first else self.columns[line]
            at = self.starts[line] + here
            if here < column or (here == column and not self._is_dash(at)):
                break
            if here > column:  # deeper than it may be: a line that is being typed
                line = self._next(line + 1)
                continue
            first = False
            inside = at + 1
            while self.text[inside : inside + 1] in (" ", "\t") and inside < self.ends[line]:
                inside += 1
            value: Value | None
            if inside < self.ends[line] and self.text[inside] != "#":
                value, after = self._block(line, inside - self.starts[line], column, depth + 1)
            else:
                value, after = self._below(line, column, depth, same=False)
            made.items.append((at, value))
            made.end = max(made.end, self.ends[max(line, after - 1)])
            line = self._next(after)
        return made, line

    def _below(self, line: int, column: int, depth: int, *, same: bool) -> tuple[Value | None, int]:
        """The value on the lines below a key or dash; `same`: a list may stand at the key's own column."""
        below = self._next(line + 1)
        if below == len(self.starts):
            return None, line + 1
        here = self.columns[below]
        is_list = self._is_dash(self.starts[below] + here)
        if here > column or (same and here == column and is_list):
            return self._block(below, here, column, depth + 1)
        return None, line + 1

    def _table(self, line: int, column: int, depth: int) -> tuple[Value, int]:
        made = Table([], self.starts[line] + column, self.ends[line], False, column)
        first = True
        while line < len(self.starts):
            here = column if first else self.columns[line]
            if here < column:
                break
            at = self.starts[line] + here
            if not first and here == column and self._is_dash(at):
                line = self._next(line + 1)
                continue
            pair, after = self._pair(at, line, here, depth)
            if first and pair.colon is None and pair.key.quote:
                return pair.key, after
            first = False
            made.pairs.append(pair)
            made.end = max(made.end, pair.end)
            line = self._next(after)
        return made, line

    def _pair(self, at: int, line: int, column: int, depth: int) -> tuple[Pair, int]:
        end = self._content_end(at, self.ends[line])
        if self.text[at] in "\"'":
            key = self._quoted(at, column - 1, self.ends[line])
            after = self._line_of(key.end, line)
            colon = key.end if self.text.startswith(":", key.end) else None
            if colon is None:
                return Pair(key, None, None, key.end), after + 1
            line, end = after, self._content_end(colon, self.ends[after])
        else:
            found = _COLON.search(self.text, at, end)
            if found is None:
                return Pair(self._plain(at, end), None, None, end), line + 1
            colon = found.start()
            key = self._plain(at, colon)
        value, after_line, stop = self._value(colon + 1, line, column, depth)
        return Pair(key, colon, value, max(stop, colon + 1)), after_line

    def _content_end(self, at: int, end: int) -> int:
        """Where a comment begins, or the line ends."""
        found = _COMMENT.search(self.text, at, end)
        return end if found is None else found.start()

    def _plain(self, start: int, end: int) -> Scalar:
        text = self.text[start:end].rstrip()
        return Scalar(start, start + len(text), text)

    def _value(self, at: int, line: int, column: int, depth: int) -> tuple[Value | None, int, int]:
        """The value after a colon, the line after it, and where it ends."""
        end = self.ends[line]
        while at < end and self.text[at] in " \t":
            at += 1
        first = self.text[at : at + 1] if at < end else ""
        if first in ("", "#"):
            value, after = self._below(line, column, depth, same=True)
            return value, after, end if value is None else value.end
        if first in "|>":
            return self._block_text(line, column)
        if first in "{[" and depth < _DEPTH:
            made, stop = self._flow(at, column, depth + 1)
            return made, self._line_of(stop, line) + 1, stop
        if first in "\"'":
            scalar = self._quoted(at, column, end)
            return scalar, self._line_of(scalar.end, line) + 1, scalar.end
        return self._plain_value(at, line, column)

    def _plain_value(self, at: int, line: int, column: int) -> tuple[Scalar, int, int]:
        scalar = self._plain(at, self._content_end(at, self.ends[line]))
        line = line + 1
        while line < len(self.starts) and self.columns[line] > column:
            start = self.starts[line] + self.columns[line]
            stop = self._content_end(start, self.ends[line])
            if _COLON.search(self.text, start, stop) or self._is_dash(start):
                break
            scalar = self._plain(at, stop)
            line += 1
        return scalar, line, scalar.end

    def _block_text(self, line: int, column: int) -> tuple[Scalar, int, int]:
        first = line = line + 1
        last = first - 1
        while line < len(self.starts):
            content = self.text[self.starts[line] : self.ends[line]]
            indent = len(content) - len(content.lstrip(" "))
            if content.strip() and indent <= column:
                break
            last = line if content.strip() else last
            line += 1
        if last < first:
            at = self.ends[first - 1]
            return Scalar(at, at, "", "|"), line, at
        start, end = self.starts[first], self.ends[last]
        return Scalar(start, end, self.text[start:end], "|"), line, end

    def _quoted(self, at: int, floor: int, line_end: int) -> Scalar:
        """A text in quotes. One that is not closed ends with its line, or with those that are deeper."""
        quote, index = self.text[at], at + 1
        pattern = r"(?:[^\"\\]|\\.)*\"" if quote == '"' else r"(?:[^']|'')*'"
        found = re.compile(pattern, re.DOTALL).match(self.text, index, self._far(line_end, floor))
        if found is None:
            end = max(line_end, index)
            return self._said(at, end, self.text[index:end], quote)
        return self._said(at, found.end(), self.text[index : found.end() - 1], quote)

    def _far(self, line_end: int, floor: int) -> int:
        """How far a text that begins on this line may reach: lines below are deeper than `floor`."""
        line = self._line_of(line_end, 0) if floor >= 0 else len(self.starts) - 1
        while line + 1 < len(self.starts):
            content = self.text[self.starts[line + 1] : self.ends[line + 1]]
            if content.strip() and len(content) - len(content.lstrip(" ")) <= floor:
                break
            line += 1
        return self.ends[line]

    @staticmethod
    def _said(start: int, end: int, raw: str, quote: str) -> Scalar:
        if not (("''" in raw) if quote == "'" else ("\\" in raw)):
            return Scalar(start, end, raw, quote)
        text, at, index = "", [], 0
        while index < len(raw):
            at.append(start + 1 + index)
            if quote == "'" and raw.startswith("''", index):
                text, index = text + "'", index + 2
            elif quote == '"' and (found := _ESCAPE.match(raw, index)):
                text, index = text + _unescaped(found.group()), found.end()
            else:
                text, index = text + raw[index], index + 1
        return Scalar(start, end, text, quote, [*at, start + 1 + len(raw)])

    def _flow(self, at: int, floor: int, depth: int) -> tuple[Value, int]:
        """A map or list in brackets. One that is not closed ends before a line that is not deeper."""
        is_map, start = self.text[at] == "{", at
        table, listing = Table([], at, at, True, floor), Listing([], at, at, True, floor)
        at, waits = at + 1, True
        while True:
            at, goes_on = self._space(at, floor)
            sign = self.text[at : at + 1]
            if not goes_on or not sign:
                break
            if sign in "}]":
                at += 1
                break
            if sign == ",":
                at, waits = at + 1, True
            elif is_map:
                pair, at = self._flow_pair(at, floor, depth)
                if waits or pair.colon is not None:
                    table.pairs.append(pair)
                    waits = False
            else:
                value, after = self._flow_value(at, floor, depth)
                if waits:
                    listing.items.append((at, value))
                    waits = False
                at = max(after, at + 1)
        made = table if is_map else listing
        made.start, made.end = start, at
        return made, at

    def _space(self, at: int, floor: int) -> tuple[int, bool]:
        """Past spaces, line ends and comments; False where the collection around is over."""
        text = self.text
        stop = at
        while at < len(text):
            sign = text[at]
            if sign in " \t":
                at += 1
            elif sign in "\r\n":
                at += 2 if text.startswith("\r\n", at) else 1
                content = at
                while text[content : content + 1] == " ":
                    content += 1
                deep = content - at > floor
                if text[content : content + 1] not in ("", "\r", "\n", "}", "]") and not deep:
                    return stop, False
            elif sign == "#" and (at == 0 or text[at - 1] in " \t\r\n"):
                found = _LINE_END.search(text, at)
                at = len(text) if found is None else found.start()
            else:
                return at, True
        return at, False

    def _flow_pair(self, at: int, floor: int, depth: int) -> tuple[Pair, int]:
        if self.text[at] in "{[":
            value, after = self._flow_value(at, floor, depth)
            return Pair(Scalar(at, at, ""), None, value, after), max(after, at + 1)
        key, at = self._flow_scalar(at, floor)
        after, goes_on = self._space(at, floor)
        if not goes_on or not self.text.startswith(":", after):
            return Pair(key, None, None, at), max(at, key.start + 1)
        colon = after
        at, goes_on = self._space(colon + 1, floor)
        if not goes_on or self.text[at] in ",}]":
            return Pair(key, colon, None, at), at
        value, after = self._flow_value(at, floor, depth)
        return Pair(key, colon, value, after), max(after, at + 1)

    def _flow_value(self, at: int, floor: int, depth: int) -> tuple[Value | None, int]:
        if self.text[at] in "{[":
            if depth >= _DEPTH:
                return None, at + 1
            return self._flow(at, floor, depth + 1)
        return self._flow_scalar(at, floor)

    def _flow_scalar(self, at: int, floor: int) -> tuple[Scalar, int]:
        if self.text[at] in "\"'":
            found = _LINE_END.search(self.text, at)
            scalar = self._quoted(at, floor, len(self.text) if found is None else found.start())
            return scalar, scalar.end
        found = _FLOW_WORD.match(self.text, at)
        if found is None:
            return Scalar(at, at, ""), at
        return self._plain(at, found.end()), found.end()


def _unescaped(escape: str) -> str:
    if len(escape) > 2:
        code = int(escape[2:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _ESCAPES.get(escape[1], escape[1])
