"""Reads CSV (RFC 4180): a header line, then one row a record, each a dict of the header's names.

Cells are texts; an empty one is NULL, and a quoted empty one `""` the empty text. `csv` cannot tell these
apart, so rows in which `""` occurs are looked at again. A row that cannot be read is rejected with its first
line, and reading goes on at the next line: a quote that is never closed takes no other row with it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any, Final

from custmap.border.careful import copy_carefully
from custmap.diagnostics.errors import RecordError
from custmap.records.formats import BOM, check_names
from custmap.records.input_error import InputError
from custmap.records.ndjson import LINE_LIMIT, BadLine, Line, Record, bad_line
from custmap.schema.combine import has_kind
from custmap.values.json_text import DEPTH, InexactError, JsonError, parse_json
from custmap.values.types import Type
from custmap.values.words import words_for

_NO_TYPES: Final[Mapping[str, Type]] = {}


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of the columns of a CSV file.

    `types`  their types by name. Where a type does not allow text, a cell is JSON: `true`, `1.5`, `["a"]`.
    `null`   another spelling of NULL, such as `\\N`; an empty cell is NULL, too.
    """

    types: Mapping[str, Type] = field(default_factory=lambda: _NO_TYPES)
    null: str | None = None


class _RowError(Exception):
    """A row cannot be read; the text says why."""


class _Feed:
    """The lines of a file for `csv.reader`, and of the row that is being read its place and its bytes.

    `number`   of the row's first line, from 1; `offset` its first byte.
    `lines`    those of the row so far, `size` their bytes.
    `is_text`  are they UTF-8?
    """

    def __init__(self, stream: BufferedIOBase, limit: int) -> None:
        self._readline = stream.readline
        self._limit = limit
        self._again: deque[bytes] = deque()
        self.size = 0
        self.number, self.offset = 1, 0
        self.lines: list[bytes] = []
        self.is_text = True

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._readline(self._limit + 2)
        if not line:
            raise StopIteration
        self.lines.append(line)
        self.size += len(line)
        if self.size > self._limit:
            raise _RowError(f"the row is longer than {self._limit // 1024 // 1024} MiB")
        if self.offset == 0 and len(self.lines) == 1:
            line = line.removeprefix(BOM)
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.is_text = False
            return line.decode(errors="replace")

    def begin(self) -> None:
        """The next line begins a row."""
        self.number += len(self.lines)
        self.offset += self.size
        self.lines, self.size, self.is_text = [], 0, True

    def reject(self) -> None:
        """The row is its first line alone; the others are read again."""
        first, *others = self.lines
        self._again.extendleft(reversed(others))
        self.lines, self.size = [first], len(first)
        while not first.endswith(b"\n") and not self._again and (first := self._readline(self._limit + 2)):
            self.size += len(first)


class _Rows:
    """Reads the rows of a file, whose header it has read; iterate it once."""

    def __init__(
        self, stream: BufferedIOBase, name: str, columns: Columns, delimiter: str, limit: int
    ) -> None:
        # The limit is one of the whole process, and this the only way to set it.
        csv.field_size_limit(max(csv.field_size_limit(), limit))
        self._feed = _Feed(stream, limit)
        self._reader = csv.reader(self._feed, delimiter=delimiter, strict=True)
        self._cell = re.compile(rf'("(?:[^"]|"")*+"|[^{delimiter}\r\n]*+)(?:{delimiter}|\r?\n?\Z)')
        self._null = columns.null
        self._type = Type(members=columns.types)
        self._names = self._header(name)
        types = [(at, column, columns.types.get(column)) for at, column in enumerate(self._names)]
        self._typed = [
            (at, _json_cell(column, type_))
            for at, column, type_ in types
            if type_ is not None and "string" not in type_.kinds
        ]

    def __iter__(self) -> Iterator[Record | BadLine]:
        feed, index = self._feed, 0
        while True:
            feed.begin()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, _RowError) as error:
                feed.reject()
                yield self._bad(index, _reason(error))
                index += 1
                continue
            if not cells:
                continue  # a blank line
            try:
                value = self._row(cells)
            except _RowError as error:
                yield self._bad(index, str(error))
            except RecordError as error:
                yield BadLine(self._line(index), error)
            else:
                yield Record((index, feed.number, feed.offset, None, feed.size), value)
            index += 1

    def _header(self, name: str) -> list[str]:
        try:
            header = next((cells for cells in self._reader if cells), [])
        except (csv.Error, _RowError) as error:
            raise InputError(f"{name}: the header line of this CSV is wrong: {_reason(error)}") from None
        if not self._feed.is_text:
            raise InputError(f"{name}: the header line of this CSV is not UTF-8", "Save it as UTF-8.")
        check_names(header, name)
        return header

    def _row(self, cells: list[str]) -> dict[str, Any]:
        feed, names = self._feed, self._names
        if not feed.is_text:
            raise _RowError("the row is not UTF-8")
        if len(cells) != len(names):
            raise _RowError(f"the row has {len(cells)} cells, the header has {len(names)}")
        values: list[Any] = self._with_nulls(cells) if "" in cells or self._null in cells else cells
        exact = True
        for at, read in self._typed:
            if (cell := values[at]) is not None:
                try:
                    values[at] = read(cell)
                except InexactError as error:
                    (values[at],), exact = error.value, False
        row = dict(zip(names, values, strict=True))
        return row if exact else copy_carefully(row, self._type)  # which refuses such numbers by their paths

    def _with_nulls(self, cells: list[str]) -> list[str | None]:
        """The cells of a row, of which one may be NULL: only one without quotes is."""
        null, raw = self._null, b"".join(self._feed.lines)
        if b'""' in raw or (null is not None and b'"' in raw):
            found = self._cell.finditer(raw.decode())
            return [
                cell if one[1].startswith('"') or (cell and cell != null) else None
                for cell, one in zip(cells, found, strict=False)
            ]
        return [None if cell == null else cell or None for cell in cells]

    def _line(self, index: int) -> Line:
        return Line(index, self._feed.number, self._feed.offset, None, self._feed.size)

    def _bad(self, index: int, reason: str) -> BadLine:
        line = self._line(index)
        return BadLine(line, bad_line(line, reason))


def read_csv(
    stream: BufferedIOBase, name: str, columns: Columns, delimiter: str, limit: int = LINE_LIMIT
) -> Iterator[Record | BadLine]:
    """The rows of a CSV file in order, bad ones (CM711, CM702) in their places; `name` is the input's.

    InputError, at once, for a header line that is wrong.
    """
    return iter(_Rows(stream, name, columns, delimiter, limit))


def _json_cell(column: str, type_: Type) -> Callable[[str], Any]:
    """What reads a cell of a column that is not text; its error does not show the cell."""
    kinds = type_.kinds - {"null"}
    expected = words_for(kinds)

    def read(cell: str) -> Any:
        try:
            # In a list, since msgspec does not give the text of a number that stands alone.
            found = parse_json(f"[{cell}]", depth=DEPTH + 1, exact=True)
        except InexactError as error:
            if len(error.value) == 1:
                raise
            found = []
        except JsonError:
            found = []
        if len(found) != 1 or not has_kind(found[0], kinds) or cell != cell.strip():
            raise _RowError(f"column `{column}`: expected {expected}")
        return found[0]

    return read


def _reason(error: Exception) -> str:
    """What is wrong with a row, in words."""
    text = str(error)
    if isinstance(error, _RowError):
        return text
    if "unexpected end" in text:
        return "a quote is not closed"
    if "expected after" in text:
        return 'text after a quoted cell (a quote inside one is written twice, `""`)'
    if "new-line" in text:
        return "a carriage return that is not part of a line end"
    return "this is not a row of CSV"
