"""Output files that are complete or absent: written under another name, synced, then renamed.

Whatever ends the run before the rename (a full disk, a signal, a bug), there is never half a file under the
requested name.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

_BUFFER: Final = 1 << 18
"""Bytes: a call of the system for each twenty lines costs as much as writing them."""


class WholeFile:
    """A binary file that appears under `path` only when its `with` block ends without an exception.

    Written as `<path>.<pid>.part`, so that two runs at once do not write into each other. A device or
    a pipe (`/dev/null`) is written directly: renaming over it would replace it. OSError when the place
    cannot be written.
    """

    def __init__(self, path: Path) -> None:
        # A link stays a link: its target is replaced.
        self.path = Path(os.path.realpath(path))
        self._mode = _mode(self.path)
        self._direct = self._mode is not None and not stat.S_ISREG(self._mode)
        self._part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = (self.path if self._direct else self._part).open("wb", buffering=_BUFFER)
        if self._mode is not None and not self._direct:
            self._part.chmod(stat.S_IMODE(self._mode))
        return self

    def write(self, data: bytes) -> None:
        assert self._file is not None, "write is allowed only inside the with block"
        with _named(self.path):
            self._file.write(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        if kind is not None:
            self._drop()
            return
        try:
            with _named(self.path):
                self._file.flush()
                if not self._direct:
                    os.fsync(self._file.fileno())
                self._file.close()
                if not self._direct:
                    self._part.replace(self.path)
                    _sync_folder(self.path.parent)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        assert self._file is not None
        with contextlib.suppress(OSError):
            self._file.close()
        if not self._direct:
            with contextlib.suppress(OSError):
                self._part.unlink()


class Standard:
    """Standard output as a sink like `WholeFile`; what was written cannot be taken back.

    `live`: flush after each record, because the reader may be waiting for it.
    """

    def __init__(self, stream: BinaryIO, *, live: bool = False) -> None:
        self._stream = stream
        self._live = live

    def __enter__(self) -> Self:
        return self

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        if self._live:
            self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._stream.flush()


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """An error of the system says which file it is about: a full disk's does not."""
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        error.filename2 = None
        raise


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError:
        return None


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; not all file systems support it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
