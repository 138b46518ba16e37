"""The input of records and the output of results."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Final, cast

import click

from custmap.cli.call_error import unreadable
from custmap.cli.places import STDIN, check_read
from custmap.diagnostics.plain import plain, plain_json_bytes
from custmap.records import inputs
from custmap.records.checkpoints import Checkpoints
from custmap.records.csv_rows import Columns
from custmap.records.inputs import Many, One
from custmap.records.locations import Location
from custmap.records.ndjson import Schema
from custmap.records.outputs import Held, Sink, Standard, WholeFile

_BUFFER: Final = 1 << 18
"""Bytes: lines are read twice as fast as with Python's 8 KiB."""


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


def path_of(location: Location | None) -> Path:
    """The file of an input, `-` for standard input."""
    return STDIN if location is None else location.path


@contextmanager
def open_records(
    location: Location | None,
    *,
    schema: Schema | None = None,
    columns: Columns | None = None,
    lists: bool = False,
) -> Iterator[One | Many]:
    """The records of an input, None for standard input; options and errors as in `inputs.open_records`.

    CallError if it cannot be opened.
    """
    place = location or Location(STDIN)
    known = columns or Columns()
    with (
        open_input(place.path) as stream,
        inputs.open_records(stream, place, schema=schema, columns=known, lists=lists) as source,
    ):
        yield source


@contextmanager
def open_output(
    path: Path | None,
    *,
    json: bool = True,
    held: bool = False,
    states: Checkpoints | None = None,
    option: str = "--output",
) -> Iterator[Sink]:
    """A file that is complete or absent, or standard output for `-` and None.

    `json`: what is written is JSON. In a file it stays as it is; all else may be a terminal or a log.
    `held`: what cannot be taken back is written at the end, if the block ends without an exception.
    `states`: those of a run, in which the file has the name of `option`.
    """
    shown = plain_json_bytes if json else None
    with ExitStack() as stack:
        sink: Standard | WholeFile
        if path is None or path == STDIN:
            sink = Standard(sys.stdout.buffer, live=not held and _live(), shown=shown)
        else:
            sink = WholeFile(path, shown, begun=None if states is None else states.begun(option))
        stack.enter_context(sink)
        if states is not None and isinstance(sink, WholeFile):
            states.write(option, sink)
        for part in sink.removed:
            click.echo(plain(f"removed {part}, which a run that was killed had left"), err=True)
        yield stack.enter_context(Held(sink)) if held and sink.direct else sink


@contextmanager
def open_maybe(
    path: Path | None, option: str = "--rejects", states: Checkpoints | None = None, *, held: bool = False
) -> Iterator[Sink | None]:
    """`open_output`, but None stays None."""
    if path is None:
        yield None
        return
    with open_output(path, held=held, states=states, option=option) as sink:
        yield sink


def _live() -> bool:
    """May a reader be waiting for each record? Not if the input is a file."""
    try:
        return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
