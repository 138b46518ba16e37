"""gzip and zstd: the stream of what is in a compressed one, in bounded memory.

An end that comes too early is always an error. zstandard's own reader takes it for the end of the data, so
its frames are read one by one.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from typing import Any, Final, Literal, TypeAlias

from custmap.records.extras import import_extra
from custmap.records.input_error import InputError
from custmap.records.lookahead import buffered

Compression: TypeAlias = Literal["gzip", "zstd"]

_BLOCK: Final = 1 << 18
_SMALL: Final = 1 << 12
"""A few bytes of zstd can stand for many thousands, and all that a call is given is unpacked at once."""


def compression_of(head: bytes) -> Compression | None:
    """How data that begin so are compressed (RFC 1952 § 2.3.1, RFC 8878 § 3.1)."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"  # the second is a frame to skip, with which parallel compressors begin
    return None


def unpacked(stream: BufferedIOBase, compression: Compression, name: str) -> BufferedIOBase:
    """What is in a compressed stream; reading raises InputError where the data are damaged, or cut."""
    blocks = _gzip_blocks(stream, name) if compression == "gzip" else _zstd_blocks(stream, name)
    return buffered(_Blocks(blocks))


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(next(self._blocks, b""))
        part = self._left[: len(buffer)]
        buffer[: len(part)] = part
        self._left = self._left[len(part) :]
        return len(part)


def _gzip_blocks(stream: BufferedIOBase, name: str) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as file:
            while block := file.read1(_BLOCK):
                yield block
    except EOFError:
        raise _cut(name, "gzip") from None
    except (gzip.BadGzipFile, zlib.error):
        raise _damaged(name, "gzip") from None


def _zstd_blocks(stream: BufferedIOBase, name: str) -> Iterator[bytes]:
    zstandard = import_extra("zstandard", "reading zstd", "tables")
    decompressor = zstandard.ZstdDecompressor()
    frame: Any = None
    try:
        while data := stream.read(_SMALL):
            while data:
                frame = frame or decompressor.decompressobj()
                block = frame.decompress(data)
                data = b""
                if frame.eof:
                    frame, data = None, frame.unused_data
                if block:
                    yield block
    except zstandard.ZstdError:
        raise _damaged(name, "zstd") from None
    if frame is not None:
        raise _cut(name, "zstd")


def _cut(name: str, compression: Compression) -> InputError:
    return InputError(f"{name}: the {compression} data end too early", "Copy or write the file again.")


def _damaged(name: str, compression: Compression) -> InputError:
    return InputError(f"{name}: the {compression} data are damaged", "Copy or write the file again.")
