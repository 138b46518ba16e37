"""`--resume`: a run that goes on where another one was interrupted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from custmap.cli.call_error import CallError, unreadable
from custmap.cli.params import Params
from custmap.cli.places import STDIN
from custmap.cli.run_digest import told_params
from custmap.diagnostics.version import VERSION
from custmap.model.checked import CheckedParam
from custmap.records.checkpoints import Checkpoints
from custmap.records.identity import run_digest
from custmap.records.locations import Location
from custmap.records.outputs import HAS_LOCKS
from custmap.values.files import exists, is_file
from custmap.values.words import counted

_NOTHING: Final = Path(os.devnull)


def made_of(
    mapping: Sequence[str],
    known: Sequence[CheckedParam],
    params: Params,
    options: Mapping[str, Any],
    inputs: Mapping[str, Location | None],
    *,
    secrets: bool,
) -> dict[str, str]:
    """What makes a run, by what people call it where that is another.

    `mapping` the digests of its files.
    `inputs` by their names in the usage: a file is the same if its size and its time of change are.
    `secrets`: they are in the output, and count.
    """
    return {
        "another mapping": run_digest(mapping=list(mapping)),
        "other parameters": run_digest(**told_params([] if secrets else known, params)),
        "other options": run_digest(options=dict(options)),
        "another version of custmap": VERSION,
        **{f"another {name}": _stamp(place) for name, place in inputs.items()},
    }


def given_in(outputs: Mapping[str, Path | None]) -> list[str]:
    """The options of files that are written."""
    return [option for option, path in outputs.items() if path is not None]


@contextmanager
def resuming(
    resume: bool, outputs: Mapping[str, Path | None], run: dict[str, str], *, cannot: str | None = None
) -> Iterator[Checkpoints]:
    """The states of a run that writes `outputs`, `--output` first; `cannot` says why it has none."""
    given = {option: path for option, path in outputs.items() if path is not None and path != _NOTHING}
    others = [option for option, path in given.items() if path == STDIN or not _is_file(path)]
    if others or "--output" not in given:
        cannot = cannot or f"`{(*others, '--output')[0]}` has to be a file"
    elif not all(run.values()):
        cannot = cannot or "what comes from standard input, a pipe or a query may be other rows; give a file"
    elif not HAS_LOCKS:
        cannot = cannot or "this system cannot tell whether another run still writes the file"
    if resume and cannot is not None:
        raise CallError(f"`--resume`: {cannot}")
    with Checkpoints({} if cannot else given, run, resume=resume) as states:
        if states.resumed is not None:
            click.echo(f"going on after {counted(states.resumed, 'record')} of an interrupted run", err=True)
        try:
            yield states
        except BaseException as error:
            if states.keeps(type(error)):
                click.echo("note: what is done is kept; `--resume` goes on with it", err=True)
            raise


def _is_file(path: Path) -> bool:
    return is_file(path) or not exists(path)


def _stamp(place: Location | None) -> str:
    """What changes with an input; nothing for one that can be read only once, or in another order.

    DuckDB gives the rows of a query in any order, and writes into other files first.
    """
    if place is None or place.path == STDIN or place.query is not None:
        return ""
    try:
        found = place.path.stat()
    except OSError as error:
        raise unreadable(place.path, error) from None
    return f"{found.st_size} {found.st_mtime_ns}" if is_file(place.path) else ""
