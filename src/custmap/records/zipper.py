"""Two NDJSON files of customers side by side, by a key, in one pass over each.

Files of two nights have nearly the same order, so a line waits a short while for the other file's. Memory
grows with how far customers have moved, and with those that only one file has.

    before ─┐   ┌─ waiting, by key ─┐
            ├──▶│                   │──▶ pairs, then those that only one file has
    after ──┘   └─ waiting, by key ─┘
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Optional

import msgspec

from custmap.records.ndjson import Line, read_lines
from custmap.values.numbers import key_text

_HELD: Final = 1_000
"""So many waiting lines of a file are kept in memory; the others are read again."""
_BUFFER: Final = 1 << 18


class Zipped(NamedTuple):
    """A customer: its line in each file, None where a file does not have it; or a line without a key."""

    before: Line | None
    after: Line | None
    key: str | None


@dataclass(slots=True)
class _Side:
    """One of the files: its lines, and those that wait."""

    lines: Iterator[Line]
    again: BinaryIO
    waiting: dict[str, Line] = field(default_factory=dict)

    def wait(self, key: str, line: Line) -> None:
        if len(self.waiting) >= _HELD:
            line = Line(line.index, line.number, line.offset, None, line.length)
        self.waiting[key] = line

    def take(self, key: str) -> Line | None:
        line = self.waiting.pop(key, None)
        return line if line is None or line.data is not None else self.whole(line)

    def whole(self, line: Line) -> Line:
        self.again.seek(line.offset)
        return Line(line.index, line.number, line.offset, self.again.read(line.length), line.length)


class Zipper:
    """Iterate it once, inside a `with` block; `key` is the names of the path to the key.

    Each line of both files comes exactly once. A line that is no object, has no key, or is longer than the
    limit, comes alone, without a key; and so does the second of two lines with one key.
    """

    def __init__(self, before: Path, after: Path, key: tuple[str, ...]) -> None:
        self._paths = (before, after)
        self._key = key_reader(key)

    def __iter__(self) -> Iterator[Zipped]:
        before, after = self._paths
        with (
            before.open("rb", _BUFFER) as then,
            after.open("rb", _BUFFER) as now,
            before.open("rb") as then_again,
            after.open("rb") as now_again,
        ):
            sides = _Side(read_lines(then), then_again), _Side(read_lines(now), now_again)
            left = True
            while left:
                left = False
                for mine, other in (sides, sides[::-1]):
                    if (line := next(mine.lines, None)) is not None:
                        left = True
                        yield from self._met(line, mine, other, mine is sides[0])
            for side in sides:
                for key, line in side.waiting.items():
                    whole = line if line.data is not None else side.whole(line)
                    yield Zipped(whole, None, key) if side is sides[0] else Zipped(None, whole, key)

    def _met(self, line: Line, mine: _Side, other: _Side, is_before: bool) -> Iterator[Zipped]:
        key = self._key(line.data)
        met = None if key is None else other.take(key)
        if key is not None and met is None and key not in mine.waiting:
            mine.wait(key, line)
        else:
            yield Zipped(line, met, key) if is_before else Zipped(met, line, key)


def key_reader(names: tuple[str, ...]) -> Callable[[bytes | None], str | None]:
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
        except (msgspec.MsgspecError, UnicodeDecodeError, AttributeError):
            return None

    return read
