"""The input of records and the output of results."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Final, Protocol, cast

import click

from custmap.cli.call_error import unreadable
from custmap.cli.places import STDIN, check_read
from custmap.diagnostics.plain import plain, plain_json_bytes
from custmap.records.outputs import Standard, WholeFile

_NDJSON: Final = (".ndjson", ".jsonl")
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

    `json`: what is written is JSON. In a file it stays as it is; all else may be a terminal or a log.
    """
    shown = plain_json_bytes if json else None
    if path is None or path == STDIN:
        with Standard(sys.stdout.buffer, live=_live(), shown=shown) as sink:
            yield sink
        return
    with WholeFile(path, shown) as file:
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


def _live() -> bool:
    """May a reader be waiting for each record? Not if the input is a file."""
    try:
        return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
