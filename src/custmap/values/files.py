"""What stands behind a file's name that somebody else chose: in a mapping, in a folder, in the call.

Such a name may be too long for the system, lead in a circle, hold a NUL, or be that of a pipe, whose reader
would wait. It is then the name of no file. `pathlib` raises for some of these names, in some versions of
Python, so what is asked about such a name is asked here.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Final

# Without waiting for a writer: opening a pipe would.
_FLAGS: Final = getattr(os, "O_NONBLOCK", 0)
_UNSAVED: Final[ContextVar[Mapping[Path, bytes]]] = ContextVar("unsaved", default=MappingProxyType({}))


@contextmanager
def unsaved(texts: Mapping[Path, bytes]) -> Iterator[None]:
    """Within the block these files have these bytes, whatever the disk has: what an editor has not saved.

    The paths are real ones, as `real` gives them.
    """
    token = _UNSAVED.set(texts)
    try:
        yield
    finally:
        _UNSAVED.reset(token)


def state_of(path: Path) -> Hashable:
    """What is another value once a file has other bytes; OSError if there is no such file."""
    if (data := _unsaved(path)) is not None:
        return data
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def is_file(path: Path) -> bool:
    """Is this a regular file?"""
    return _unsaved(path) is not None or os.path.isfile(path)  # noqa: PTH113  # never raises


def is_folder(path: Path) -> bool:
    """Is this a folder?"""
    return os.path.isdir(path)  # noqa: PTH112  # never raises


def exists(path: Path) -> bool:
    """Is there anything under this name? A link has to lead somewhere."""
    return os.path.exists(path)  # noqa: PTH110  # never raises


def real(path: Path) -> Path:
    """The absolute path without links and `..`; links in a circle stay as they are."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a name that no file can have
        return Path(os.path.abspath(path))  # noqa: PTH100  # `absolute` would leave `..` in it


def read_start(path: Path, size: int) -> bytes:
    """The first bytes of a regular file, at most `size`; OSError for everything else."""
    if (data := _unsaved(path)) is not None:
        return data[:size]
    try:
        with open(path, "rb", opener=_opened) as stream:  # `Path.open` takes no opener
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise OSError(errno.EINVAL, "this is not a regular file")
            return stream.read(size)
    except ValueError:
        raise OSError(errno.EINVAL, "this is not a valid file name") from None


def _unsaved(path: Path) -> bytes | None:
    texts = _UNSAVED.get()
    return texts.get(real(path)) if texts else None


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)
