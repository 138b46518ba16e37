"""New files, all or none: nothing that is there is replaced, and what goes wrong leaves nothing behind."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from custmap.records.outputs import named_after
from custmap.values.files import exists, is_folder


def write_new(files: Mapping[Path, bytes]) -> None:
    """Write all of these files, and the folders that they need.

    FileExistsError if there is one already, OSError if one cannot be written; then none is written. Each gets
    its name when it is complete.
    """
    for path in files:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    with _undone() as made:
        for path in files:
            made += _folders(path.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
        parts = {path: named_after(path, os.getpid(), "part") for path in files}
        for path, data in files.items():
            with parts[path].open("xb") as file:
                made.append(parts[path])
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            _give_name(part, path)
            made.append(path)
    for part in parts.values():
        with contextlib.suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def _undone() -> Iterator[list[Path]]:
    """What was made, which is removed when the block does not end well."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if is_folder(path) else path.unlink()
        raise


def _folders(folder: Path) -> list[Path]:
    """The folders that are not there yet, outermost first."""
    missing = [one for one in (folder, *folder.parents) if not exists(one)]
    return missing[::-1]


def _give_name(part: Path, path: Path) -> None:
    """Let a file appear under its name, which another may have taken meanwhile: a link never replaces."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.rename(path)
