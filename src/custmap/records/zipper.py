"""Two NDJSON files of customers side by side, by a key, in one pass over each.

Files of two nights have nearly the same order, and most of their lines are equal. They are read in step; if
the step is lost, it is looked for a few lines ahead; what has no counterpart there waits. Memory grows with
how far customers have moved, and with those that only one file has.

    before ─┐   ┌─ waiting, by key ─┐
            ├──▶│                   │──▶ pairs, then those that only one file has
    after ──┘   └─ waiting, by key ─┘
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Optional

import msgspec

from custmap.records.ndjson import Place, read_places
from custmap.values.numbers import key_text

_HELD: Final = 1_000
"""So many waiting lines of a file are kept in memory; the others are read again."""
_AHEAD: Final = 32
"""So many lines ahead the step is looked for."""
_BUFFER: Final = 1 << 18
Read = Callable[[bytes | None], str | None]


class Row(NamedTuple):
    """A line: its place among the records, from 0, its number in the file, its first byte, and its bytes.

    `data` is None for a line that is longer than the limit, or that waits.
    """

    index: int  # type: ignore[assignment]  # hides `tuple.index`
    number: int
    offset: int
    data: bytes | None
    length: int


class Zipped(NamedTuple):
    """A customer: its row in each file, None where a file does not have it; or a row without a key.

    Of rows that are equal the key is not read.
    """

    before: Row | None
    after: Row | None
    key: str | None


class _Side:
    """One of the files: the lines ahead, and those that wait for the other file's."""

    __slots__ = ("_file", "_lines", "ahead", "key", "waiting")

    def __init__(self, stream: BinaryIO, key: Read) -> None:
        self._lines: Iterator[Place] = read_places(stream)
        self._file = stream.fileno()
        self.key = key
        self.ahead: deque[tuple[str | None, Row]] = deque()
        self.waiting: dict[str, Row] = {}

    def next(self) -> Row | None:
        if self.ahead:
            return self.ahead.popleft()[1]
        place = next(self._lines, None)
        return None if place is None else _row(place)

    def wait(self, key: str, row: Row) -> None:
        if len(self.waiting) >= _HELD:
            row = Row(row.index, row.number, row.offset, None, row.length)
        self.waiting[key] = row

    def take(self, key: str) -> Row | None:
        row = self.waiting.pop(key, None)
        return None if row is None else self.whole(row)

    def whole(self, row: Row) -> Row:
        if row.data is not None:
            return row
        data = os.pread(self._file, row.length, row.offset)
        return Row(row.index, row.number, row.offset, data, row.length)

    def key_ahead(self, steps: int) -> str | None:
        """The key of a row so many steps ahead, from 1; None if there is none."""
        while len(self.ahead) < steps and (place := next(self._lines, None)) is not None:
            row = _row(place)
            self.ahead.append((self.key(row.data), row))
        return self.ahead[steps - 1][0] if len(self.ahead) >= steps else None


class Zipper:
    """Iterate it once; `key` is the names of the path to the key.

    Each line of both files comes exactly once. A line that is no object, has no key, or is longer than the
    limit, comes alone, without a key; and so does the second of two lines with one key.
    """

    def __init__(self, before: Path, after: Path, key: tuple[str, ...]) -> None:
        self._paths = (before, after)
        self._key = key_reader(key)
        self._not_before = 0
        self._pause = _AHEAD

    def __iter__(self) -> Iterator[Zipped]:
        before, after = self._paths
        with before.open("rb", _BUFFER) as then, after.open("rb", _BUFFER) as now:
            yield from self._zip(_Side(then, self._key), _Side(now, self._key))

    def _zip(self, before: _Side, after: _Side) -> Iterator[Zipped]:
        while True:
            then, now = before.next(), after.next()
            if then is not None and now is not None:
                if then.data == now.data and then.data is not None:
                    yield Zipped(then, now, None)
                else:
                    yield from self._differ(before, after, then, now)
            elif then is not None:
                yield from _before(before, after, before.key(then.data), then)
            elif now is not None:
                yield from _after(before, after, after.key(now.data), now)
            else:
                break
        for key, row in before.waiting.items():
            yield Zipped(before.whole(row), None, key)
        for key, row in after.waiting.items():
            yield Zipped(None, after.whole(row), key)

    def _differ(self, before: _Side, after: _Side, then: Row, now: Row) -> Iterator[Zipped]:
        """Two rows that are not equal: of one customer, or of two; then the step is looked for."""
        key, other = before.key(then.data), after.key(now.data)
        if key is not None and key == other:
            yield Zipped(then, now, key)
            return
        steps, longer = self._steps(before, after, key, other, now.number)
        if longer is after:  # after has customers that before has not
            before.ahead.appendleft((key, then))
            for one in [(other, now), *(after.ahead.popleft() for _ in range(steps - 1))]:
                yield from _after(before, after, *one)
        elif longer is before:
            after.ahead.appendleft((other, now))
            for one in [(key, then), *(before.ahead.popleft() for _ in range(steps - 1))]:
                yield from _before(before, after, *one)
        else:
            yield from _before(before, after, key, then)
            yield from _after(before, after, other, now)

    def _steps(
        self, before: _Side, after: _Side, key: str | None, other: str | None, number: int
    ) -> tuple[int, _Side | None]:
        """By how many rows a file has to be ahead to be in step again, and which; None if it is not found.

        After a search in vain the next one comes later, in files that are in another order.
        """
        if number < self._not_before or key is None or other is None:
            return 0, None
        for steps in range(1, _AHEAD):
            if after.key_ahead(steps) == key:
                self._pause = _AHEAD
                return steps, after
            if before.key_ahead(steps) == other:
                self._pause = _AHEAD
                return steps, before
        self._not_before, self._pause = number + self._pause, self._pause * 2
        return 0, None


_row: Final[Callable[[Place], Row]] = partial(tuple.__new__, Row)


def _before(before: _Side, after: _Side, key: str | None, row: Row) -> Iterator[Zipped]:
    """A line of before: with its counterpart if that waits, else it waits, or comes alone."""
    met = None if key is None else after.take(key)
    if key is not None and met is None and key not in before.waiting:
        before.wait(key, row)
    else:
        yield Zipped(row, met, key)


def _after(before: _Side, after: _Side, key: str | None, row: Row) -> Iterator[Zipped]:
    met = None if key is None else before.take(key)
    if key is not None and met is None and key not in after.waiting:
        after.wait(key, row)
    else:
        yield Zipped(met, row, key)


def key_reader(names: tuple[str, ...]) -> Read:
    """What reads the key of a line as a text; None where there is none."""
    type_: Any = Any
    for name in reversed(names):
        type_ = Optional[msgspec.defstruct("_Key", [("inner", type_, None)], rename={"inner": name})]  # noqa: UP045
    decode = msgspec.json.Decoder(type_).decode

    def read(data: bytes | None) -> str | None:
        try:
            found = decode(data or b"null")
            for _ in names:
                found = found.inner
            return key_text(found)
        except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError, RecursionError):
            return None

    return read
