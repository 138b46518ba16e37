"""The input of records and the output of results."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Final, Protocol, cast

import click

from custmap.cli.call_error import CallError, unreadable
from custmap.cli.options import STDIN
from custmap.diagnostics.plain import plain, plain_json_bytes
from custmap.records.outputs import Standard, WholeFile, leftovers

_NDJSON: Final = (".ndjson", ".jsonl")
_NONE: Final[Mapping[str, Path | None]] = {}
_BUFFER: Final = 1 << 18
"""Bytes: lines are read twice as fast as with Python's 8 KiB."""


class Sink(Protocol):
    """Takes bytes; a file, or standard output."""

    def write(self, data: bytes, /) -> None: ...


@contextmanager
def open_input(path: Path | None) -> Iterator[BufferedIOBase]:
    """A binary stream of a file, or of standard input for `-` and None; CallError if it cannot be opened."""
    if path is None or path == STDIN:
        yield cast(BufferedIOBase, sys.stdin.buffer)
        return
    try:
        file = path.open("rb", buffering=_BUFFER)
    except OSError as error:
        raise unreadable(path, error) from None
    with file:
        check_read([path])
        yield cast(BufferedIOBase, file)


def is_ndjson(path: Path | None) -> bool:
    """Does the file's name mean NDJSON?"""
    return path is not None and path.suffix.lower() in _NDJSON


@contextmanager
def open_output(path: Path | None, *, json: bool = True) -> Iterator[Sink]:
    """A file that is complete or absent, or standard output for `-` and None.

    `json`: what is written is JSON. In a file it stays as it is; standard output may be a terminal or a log.
    """
    if path is None or path == STDIN:
        with Standard(sys.stdout.buffer, live=_live(), shown=plain_json_bytes if json else None) as sink:
            yield sink
        return
    with WholeFile(path) as file:
        for part in file.removed:
            click.echo(plain(f"removed {part}, which a run that was killed had left"), err=True)
        yield file


@contextmanager
def open_maybe(path: Path | None) -> Iterator[Sink | None]:
    """`open_output`, but None stays None."""
    if path is None:
        yield None
        return
    with open_output(path) as sink:
        yield sink


def check_places(output: Path | None, rejects: Path | None, inputs: Iterable[Path | None] = ()) -> None:
    """CallError if two outputs are one file, or if an output is a file that is read.

    Files are told apart by what they are and not by what they are called: `./in`, a link to it and a
    redirected standard stream are all `in`. `-` in `inputs` is standard input, None nothing.
    """
    if output is None or output == STDIN:
        sys.stdout.buffer.write(b"")  # a closed one says so before anything is read
    places = (_place(output or STDIN, 1), rejects and _place(rejects, 1))
    if places[0] is not None and places[0] == places[1]:
        raise CallError("`--output` and `--rejects` name the same file")
    check_read(inputs, {"`--output`": output, "`--rejects`": rejects})


def check_read(inputs: Iterable[Path | None], outputs: Mapping[str, Path | None] = _NONE) -> None:
    """CallError if standard output, as after `>> in`, or a file that an option names is one that is read."""
    written = {option: _place(path, 1) for option, path in outputs.items() if path is not None}
    written["Standard output"] = _place(STDIN, 1)
    for option, path in outputs.items():
        parts = leftovers(path) if path is not None and path != STDIN else ()
        written |= {f"{part.name}, which {option} removes,": _place(part, 1) for part in parts}
    if not any(written.values()):
        return
    for path in inputs:
        place = path and _place(path, 0)
        for option, written_to in written.items():
            if place is not None and place == written_to:
                name = "standard input" if path == STDIN else path
                raise CallError(
                    f"{option} is a file that is read: {name}",
                    "Write to another file: this one would be lost.",
                )


def _place(path: Path, standard: int) -> tuple[int | str, ...] | None:
    """What tells a file from all others; None for a terminal, a pipe or a device.

    `standard`: the stream that `-` means.
    """
    try:
        found = os.fstat(standard) if path == STDIN else path.stat()
    except OSError:
        return None if path == STDIN else _new_place(Path(os.path.realpath(path)))
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _new_place(path: Path) -> tuple[int | str, ...]:
    """The same of a file that is not there yet: its folder, and its name in it."""
    try:
        folder = path.parent.stat()
    except OSError:
        return (str(path),)
    return (folder.st_dev, folder.st_ino, path.name)


def _live() -> bool:
    """May a reader be waiting for each record? Not if the input is a file."""
    try:
        return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
