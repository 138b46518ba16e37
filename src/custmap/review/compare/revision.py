"""The files of a git revision, in a folder of their own; nothing is written into the repository.

git is asked for names and bytes only, as a process without a shell. Blobs are read as they are stored: no
filter, hook or attribute of the repository runs or leaves anything out.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Final

from custmap.diagnostics.plain import plain
from custmap.values.files import real
from custmap.values.nearest import nearest

_GIT: Final = ("git", "--no-pager", "-c", "core.fsmonitor=false")
_LARGEST: Final = 64 * 1024 * 1024
"""A larger file is no mapping, contract or fixture."""
_LINK: Final = b"120000"
_SHALLOW: Final = (
    "This is a shallow clone, which has few revisions: fetch it first (in a workflow `fetch-depth: 0`)."
)


class RevisionError(Exception):
    """There is no repository, no such revision, or no git; `advice` is one sentence that says what to do."""

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Revision:
    """The files of a revision. `name`: as it was given; `top`: the folder of the repository."""

    name: str
    top: Path
    folder: Path

    def old(self, path: Path) -> Path:
        """The place of a path of the working tree in the files of the revision; outside stays as it is.

        A link is a file of its own: what it leads to may be elsewhere.
        """
        place = real(path.parent) / path.name
        return self.folder / place.relative_to(self.top) if place.is_relative_to(self.top) else place

    def told(self, text: str) -> str:
        """A text in which files of the revision are named `main:mappings/acme/update.yaml`."""
        for start in (f"{self.folder}/", f"{os.path.relpath(self.folder)}/"):
            text = text.replace(start, f"{self.name}:")
        return text


@contextmanager
def files_of(revision: str, start: Path, wanted: Callable[[PurePosixPath], bool]) -> Iterator[Revision]:
    """The wanted files of a revision of the repository around `start`; RevisionError. Gone after the block.

    `wanted` is asked for each path, from the top of the repository.
    """
    top = top_of(start)
    commit = _commit(revision, start)
    with TemporaryDirectory(prefix="custmap-") as folder:
        found = Revision(revision, top, real(Path(folder)))
        _write(found.folder, list(_entries(commit, start, wanted)), start)
        yield found


def _git(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [*_GIT, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RevisionError("git cannot be found", "Install git, or compare two files.") from None
    except (OSError, ValueError) as error:
        raise RevisionError(f"git cannot be run: {error}") from None


def _environment() -> dict[str, str]:
    """Nothing is locked or written, nobody is asked, and messages are in English."""
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def top_of(start: Path) -> Path:
    """The folder of the repository around `start`; RevisionError."""
    done = _git(["rev-parse", "--show-toplevel"], start)
    text = done.stdout.removesuffix(b"\n")
    if done.returncode or not text:
        reason = _reason(done.stderr)
        if "not a git repository" in reason or not reason:
            here = start.as_posix()
            advice = "Run the command in one, or compare two files: `custmap compare OLD NEW`."
            raise RevisionError(f"{plain(here)} is in no git repository", advice)
        raise RevisionError(f"git: {reason}")
    return real(Path(os.fsdecode(text)))


def listed(start: Path) -> list[Path]:
    """The files below a folder that git knows or would add: not those that it ignores. RevisionError."""
    done = _git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], start)
    if done.returncode:
        raise RevisionError(f"git: {_reason(done.stderr)}")
    return [start / os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def _reason(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().split("\n")
    return plain(lines[0].removeprefix("fatal: "))


def _commit(revision: str, start: Path) -> str:
    """The commit of a revision. What begins with a dash is an option to git, and never given to it."""
    done = None
    if revision and not revision.startswith("-") and "\0" not in revision:
        asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        done = _git(asked, start)
        if not done.returncode:
            return done.stdout.decode("ascii", errors="replace").split()[-1]
    raise RevisionError(f"there is no revision `{plain(revision)}`", _advice(revision, start))


def _advice(revision: str, start: Path) -> str:
    names = _git(["for-each-ref", "--format=%(refname:short)"], start).stdout.decode(errors="replace")
    close = nearest(revision, names.split("\n"))
    if close:
        return f"Did you mean `{plain(close)}`?"
    shallow = _git(["rev-parse", "--is-shallow-repository"], start).stdout.strip() == b"true"
    return _SHALLOW if shallow else "Name a branch, a tag or a commit: `main`, `v1.2`, `HEAD~1`."


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: bytes
    blob: bytes
    path: PurePosixPath


def _entries(commit: str, start: Path, wanted: Callable[[PurePosixPath], bool]) -> Iterator[_Entry]:
    """The wanted files of a commit, links included; not what is too large, and no submodules."""
    done = _git(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], start)
    if done.returncode:
        raise RevisionError(f"git: {_reason(done.stderr)}")
    for line in done.stdout.split(b"\0"):
        about, _, name = line.partition(b"\t")
        mode, kind, blob, size = (*about.split(), b"", b"", b"", b"")[:4]
        path = PurePosixPath(os.fsdecode(name))
        if kind == b"blob" and int(size) <= _LARGEST and ".." not in path.parts and wanted(path):
            yield _Entry(mode, blob, path)


def _write(folder: Path, entries: list[_Entry], start: Path) -> None:
    """The files, with the bytes that are stored."""
    with TemporaryFile() as asked:
        asked.write(b"".join(one.blob + b"\n" for one in entries))
        asked.seek(0)
        with subprocess.Popen(
            [*_GIT, "cat-file", "--batch"],
            cwd=start,
            env=_environment(),
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            for one in entries:
                _put(folder, one, _blob(process.stdout, one))


def _blob(stream: IO[bytes], entry: _Entry) -> bytes:
    """The next answer: `OID blob SIZE`, a line end, the bytes, a line end."""
    head = stream.readline().split()
    if len(head) != 3:
        raise RevisionError(f"git does not have {plain(str(entry.path))} of this revision", "Fetch it first.")
    data = stream.read(int(head[2]))
    stream.read(1)
    return data


def _put(folder: Path, entry: _Entry, data: bytes) -> None:
    place = folder / entry.path
    place.parent.mkdir(parents=True, exist_ok=True)
    if entry.mode != _LINK:
        place.write_bytes(data)
        return
    inside = os.path.normpath(os.path.join(os.fsencode(entry.path.parent), data))  # noqa: PTH118  # of bytes
    if not data.startswith(b"/") and not inside.startswith(b".."):
        place.symlink_to(os.fsdecode(data))
