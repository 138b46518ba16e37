"""Which file a name or a standard stream is, so that nothing that is read is written.

Files are told apart by what they are and not by what they are called: `./in`, a link to it and a redirected
standard stream are all `in`.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from custmap.cli.call_error import CallError
from custmap.records.locations import STDIN
from custmap.records.outputs import leftovers
from custmap.values.files import real

__all__ = ["STDIN", "check_local", "check_places", "check_read", "is_standard_output", "spare"]
_ADDRESS: Final = re.compile(r"https?:/")
_NONE: Final[Mapping[str, Path | None]] = {}
_Place: TypeAlias = tuple[int | str, ...]


def check_places(outputs: Mapping[str, Path | None], inputs: Iterable[Path | None] = ()) -> None:
    """CallError if two outputs are one file, or if an output is a file that is read.

    `outputs` by their options; without `--output` it is standard output. `-` in `inputs` is standard input,
    None nothing.
    """
    output = outputs["--output"] or STDIN
    if output == STDIN:
        sys.stdout.buffer.write(b"")  # a closed one says so before anything is read
    check_read(inputs, {f"`{option}`": path for option, path in outputs.items()})
    known: dict[_Place, str] = {}
    for option, path in {**outputs, "--output": output}.items():
        place = _place(path, 1) if path is not None else None
        if place is not None and (other := known.setdefault(place, option)) != option:
            raise CallError(f"`{other}` and `{option}` name the same file")


def check_local(document: Path) -> None:
    """CallError for the address of a document."""
    if _ADDRESS.match(str(document)):
        raise CallError(
            "This is an address, and custmap fetches nothing", "Save the document, and name its file."
        )


def check_read(inputs: Iterable[Path | None], outputs: Mapping[str, Path | None] = _NONE) -> None:
    """CallError if a standard stream, as after `>> in`, or a file that an option names is one that is read.

    Nor may an option name the file of a standard stream: it would be replaced, and what the stream has lost.
    """
    named = {option: path for option, path in outputs.items() if path is not None and path != STDIN}
    streams = {"Standard output": _place(STDIN, 1), "Standard error": _place(STDIN, 2)}
    written = streams | {option: _place(path, 1) for option, path in named.items()}
    for option, path in named.items():
        written |= {f"{part.name}, which {option} removes,": _place(part, 1) for part in leftovers(path)}
    if not any(written.values()):
        return
    read = {_place(path, 0): path for path in inputs if path is not None}
    spare(read.values())
    for what, place in written.items():
        if place is None:
            continue
        if place in read:
            name = "standard input" if read[place] == STDIN else read[place]
            advice = "Write to another file: this one would be lost."
            raise CallError(f"{what} is a file that is read: {name}", advice)
        if what in named and place in streams.values():
            message = f"{what} is the file of a standard stream: {named[what]}"
            raise CallError(message, "Write to another file.")


def spare(inputs: Iterable[Path]) -> None:
    """Write no message into an input: if standard error is one, messages go to standard output.

    If that is one, too, they go nowhere.
    """
    places = {_place(path, 0) for path in inputs} - {None}
    if _place(STDIN, 2) in places:
        sys.stderr = io.StringIO() if _place(STDIN, 1) in places else sys.stdout


def is_standard_output(path: Path) -> bool:
    """Is it what standard output writes to, under another name such as `/dev/stdout`?"""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except (OSError, ValueError):
        return False


def _place(path: Path, standard: int) -> _Place | None:
    """What tells a file from all others; None for a terminal, a pipe or a device.

    `standard`: the stream that `-` means.
    """
    try:
        found = os.fstat(standard) if path == STDIN else path.stat()
    except (OSError, ValueError):
        return None if path == STDIN else _new_place(real(path))
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _new_place(path: Path) -> _Place:
    """The same of a file that is not there yet: its folder, and its name in it."""
    try:
        folder = path.parent.stat()
    except (OSError, ValueError):
        return (str(path),)
    return (folder.st_dev, folder.st_ino, path.name)
