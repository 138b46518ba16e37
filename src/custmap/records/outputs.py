"""Output files that are complete or absent: written under another name, synced, then renamed.

Whatever ends the run before the rename (a full disk, a signal, a bug), there is never half a file under the
requested name.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

from custmap.values.files import exists, is_file, real

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS: Final = fcntl is not None
"""Can a file tell whether a run that is alive writes it?"""
_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_LEFT: Final = re.compile(r"\.([0-9]+)\.(?:part|state|state\.new)$")
_BUFFER: Final = 1 << 18
"""Bytes: a call of the system for each twenty lines costs as much as writing them."""


class WholeFile:
    """A binary file that appears under `path` only when its `with` block ends without an exception.

    Written as `<path>.<pid>.part`, so that two runs at once do not write into each other. A device or
    a pipe (`/dev/null`) is written directly: renaming over it would replace it. OSError when the place
    cannot be written.

    `direct`   is it written directly?
    `shown`    how data are written directly: it may be a terminal.
    `begun`    the number of a run that was interrupted: its file is gone on with, from its end.
    `removed`  such files of other runs that were killed, which were removed: they hold customers' data.
    `keeps`    says of an exception whether the file stays as it is.
    """

    def __init__(
        self, path: Path, shown: Callable[[bytes], bytes] | None = None, *, begun: int | None = None
    ) -> None:
        self._mode = _mode(path)
        self.direct = self._mode is not None and not stat.S_ISREG(self._mode)
        self._shown = shown if self.direct else None
        # A link stays a link: its target is replaced. The real path of a pipe (`/dev/fd/63`) is no path.
        self.path = path if self.direct else real(path)
        self._goes_on = begun is not None
        self._part = named_after(self.path, os.getpid() if begun is None else begun, "part")
        self._file: BinaryIO | None = None
        self.removed: list[Path] = []
        self.keeps: Callable[[type[BaseException]], bool] = lambda kind: False

    def __enter__(self) -> Self:
        if self.direct:
            self._file = self.path.open("wb", buffering=_BUFFER)
            return self
        self.removed = list(_remove_leftovers(self.path, self._part if self._goes_on else None))
        try:
            self._file = self._part.open("r+b" if self._goes_on else "xb", buffering=_BUFFER)
        except FileExistsError:  # in another container processes have the same numbers
            raise _named(BlockingIOError(errno.EAGAIN, "Another run writes it"), self._part) from None
        except OSError as error:
            raise _named(error, self.path) from None
        try:
            locked = _lock(self._file)
            if self._goes_on:
                # Between finding it and locking it, another run may have ended with it.
                if not (locked and os.path.samestat(os.fstat(self._file.fileno()), self._part.stat())):
                    raise _named(BlockingIOError(errno.EAGAIN, "Another run goes on with it"), self._part)
                self._file.seek(0, os.SEEK_END)
            if self._mode is not None:
                self._part.chmod(stat.S_IMODE(self._mode))
        except BaseException:
            self._drop(keep=self._goes_on)
            raise
        return self

    def write(self, data: bytes) -> None:
        assert self._file is not None, "write is allowed only inside the with block"
        try:
            self._file.write(data if self._shown is None else self._shown(data))
        except OSError as error:
            raise _named(error, self.path) from None

    def safe(self) -> int:
        """Bring what was written to the disk; how many bytes are that?"""
        assert self._file is not None
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _named(error, self.path) from None
        return self._file.tell()

    def cut(self, length: int) -> None:
        """Forget what was written after so many bytes."""
        assert self._file is not None
        self._file.seek(length)
        self._file.truncate()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        if kind is not None:
            self._drop(keep=self.keeps(kind))
            return
        try:
            self._file.flush()
            if not self.direct:
                os.fsync(self._file.fileno())
            self._file.close()
            if not self.direct:
                self._part.replace(self.path)
                _sync_folder(self.path.parent)
        except OSError as error:
            self._drop(keep=self.keeps(type(error)))
            raise _named(error, self.path) from None
        except BaseException as error:
            self._drop(keep=self.keeps(type(error)))
            raise

    def _drop(self, *, keep: bool = False) -> None:
        assert self._file is not None
        with contextlib.suppress(OSError):
            self._file.close()
        if not self.direct and not keep:
            with contextlib.suppress(OSError):
                self._part.unlink()


class Standard:
    """Standard output as a sink like `WholeFile`; what was written cannot be taken back.

    `live`: flush after each record, because the reader may be waiting for it. `shown`: how data are written.
    """

    direct: Final = True
    removed: Final[tuple[Path, ...]] = ()

    def __init__(
        self, stream: BinaryIO, *, live: bool = False, shown: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._stream = stream
        self._live = live
        self._shown = shown

    def __enter__(self) -> Self:
        return self

    def write(self, data: bytes) -> None:
        self._stream.write(data if self._shown is None else self._shown(data))
        if self._live:
            self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._stream.flush()


class Sink(Protocol):
    """Takes bytes; a file, or standard output."""

    def write(self, data: bytes, /) -> None: ...


class Blocks:
    """A sink in memory."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self.write: Callable[[bytes], None] = self._blocks.append

    def all(self) -> bytes:
        return b"".join(self._blocks)


class Held:
    """A sink of lines, which another gets only when the `with` block ends without an exception.

    Until then they are in a file without a name: they are customers' data, and the run may be killed.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._place = Path(tempfile.gettempdir())
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._file = self._stack.enter_context(tempfile.TemporaryFile(buffering=_BUFFER))
        return self

    def write(self, data: bytes) -> None:
        with naming(self._place):
            self._file.write(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if kind is not None:
                return
            with naming(self._place):
                self._file.seek(0)  # which writes what is left
            for line in self._file:
                self._sink.write(line)


def leftovers(path: Path) -> Iterator[Path]:
    """The files that have the names of what runs that were killed left of this file."""
    path = real(path)
    for left in sorted(path.parent.glob(f"{glob.escape(path.name)}.*")):
        # A pipe would be waited for.
        if _LEFT.fullmatch(left.name.removeprefix(path.name)) and is_file(left):
            yield left


def named_after(path: Path, number: int, kind: str) -> Path:
    """`<path>.<number>.<kind>`: what the process with this number writes for a file, until it is whole."""
    path = real(path)
    return path.with_name(f"{path.name}.{number}.{kind}")


def number_of(left: Path) -> int:
    """The number of the process that has left a file."""
    found = _LEFT.search(left.name)
    assert found is not None
    return int(found[1])


def is_free(part: Path) -> bool:
    """Does no run that is alive hold the file?"""
    with contextlib.suppress(OSError), part.open("rb") as file:
        return _lock(file)
    return False


def _remove_leftovers(path: Path, spared: Path | None) -> Iterator[Path]:
    """Remove what runs that were killed left of this file; what a run holds that is alive stays."""
    for left in leftovers(path):  # a part comes before its state
        is_part = left.suffix == ".part"
        part = named_after(path, number_of(left), "part")
        if part != spared and (is_free(part) if is_part else not exists(part)):
            with contextlib.suppress(OSError):
                left.unlink()
                yield left


def _lock(file: BinaryIO) -> bool:
    """Hold a file as long as it is open; False if another run holds it.

    Where the system has no such locks, it does not remove files that are open either.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """A full disk's error says which file it is about."""
    try:
        yield
    except OSError as error:
        raise _named(error, path) if is_full(error) else error from None


def is_full(error: OSError) -> bool:
    """Is there no room for what is written? The system does not say where."""
    return error.errno in _FULL and error.filename is None


def _named(error: OSError, path: Path) -> OSError:
    error.filename, error.filename2 = str(path), None
    return error


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
