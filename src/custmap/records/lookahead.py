"""A stream whose first bytes are looked at before it is known what reads it."""

from __future__ import annotations

import io
from io import BufferedIOBase
from typing import Final, cast

_CHUNK: Final = 1 << 16
_BUFFER: Final = 1 << 18
_ENOUGH: Final = 12
"""So many bytes tell every binary format."""


class Lookahead:
    """`head` is what was read so far, `ended` whether that is all; `rewound` gives the whole stream.

    A stream that can be rewound is, so that nothing stands between it and what reads it. No more is read from
    a pipe than is needed: its writer may be waiting for an answer to its first line. `binary`: there are no
    lines, and a byte that looks like the end of one ends nothing.
    """

    def __init__(self, stream: BufferedIOBase, *, binary: bool) -> None:
        self._stream = stream
        self._line_end = None if binary else b"\n"
        self._start = stream.tell() if stream.seekable() else None
        self.head = b""
        self.ended = False

    def begin(self) -> bytes:
        """Read what tells a binary format, or the beginning of the first line."""
        while len(self.head) < _ENOUGH and not self.ended:
            if self._line_end is not None and self._line_end in self.head:
                break
            self._add(self._stream.read1(_CHUNK))
        return self.head

    def add_line(self, limit: int) -> None:
        """Read at least to the end of a line, at most `limit` bytes."""
        self._add(self._stream.readline(limit))

    def fill(self, size: int) -> None:
        """Read until `head` has `size` bytes, or the stream ends."""
        while len(self.head) < size and not self.ended:
            self._add(self._stream.read(size - len(self.head)))

    def rewound(self) -> BufferedIOBase:
        """The stream from its beginning."""
        if self._start is not None:
            self._stream.seek(self._start)
            return self._stream
        return buffered(_Replayed(self.head, self._stream))

    def _add(self, data: bytes) -> None:
        self.head += data
        self.ended = not data


class _Replayed(io.RawIOBase):
    """Bytes that were read, and then the stream from which they came."""

    def __init__(self, head: bytes, rest: BufferedIOBase) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        data = self._head[:size] if self._head else self._rest.read1(size)
        self._head = self._head[size:]
        buffer[: len(data)] = data
        return len(data)


def buffered(raw: io.RawIOBase) -> BufferedIOBase:
    """A raw stream with `readline` in C."""
    return cast(BufferedIOBase, io.BufferedReader(raw, _BUFFER))
