"""Runs the command line with one operation on files that fails, or at which the process is killed.

python tests/records/faults.py kill 7 apply fabric/update-customer customers.ndjson -o requests.ndjson
python tests/records/faults.py kill_states 7 ...     the run keeps a state after each record
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

_METHODS = frozenset(
    {"read", "readinto", "readinto1", "read1", "readline", "readlines", "write", "flush", "close"}
)
_CALLS = ("fsync", "replace", "rename", "unlink", "chmod")


class Faults:
    """Counts operations; at number `at` it fails, or kills. `states`: the run keeps one after each record."""

    def __init__(self, at: int, *, kill: bool = False, states: bool = False) -> None:
        self.at, self.kill, self.states = at, kill, states
        self.seen: list[str] = []

    def operation(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) != self.at:
            return
        if self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device")


class File:
    """A file whose operations are counted."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file, self._faults = file, faults

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._file, name)
        if name not in _METHODS:
            return found

        def counted(*arguments: Any) -> Any:
            try:
                if not self._file.closed:
                    self._faults.operation(name)
            except OSError:
                if name == "close":  # a file whose closing fails is closed all the same
                    found()
                raise
            return found(*arguments)

        return counted

    def __enter__(self) -> File:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


@contextmanager
def injected(faults: Faults, mine: str) -> Iterator[None]:
    """Faults in all that is done with files below the folder `mine`."""
    real_open = io.open

    def opened(file: Any, *arguments: Any, **named: Any) -> Any:
        if not isinstance(file, str | os.PathLike) or not str(Path(file).absolute()).startswith(mine):
            return real_open(file, *arguments, **named)
        faults.operation("open")
        return File(real_open(file, *arguments, **named), faults)

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            faults.operation(name)
            return real(*arguments, **named)

        return call

    with mock.patch.object(io, "open", opened), mock.patch("builtins.open", opened):
        patches = [mock.patch.object(os, name, counted(name)) for name in _CALLS]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()


def run(faults: Faults, mine: str, command: list[str]) -> int:
    """The exit code of a command."""
    from custmap.cli.ending import run as run_command
    from custmap.records import checkpoints

    pause = 0 if faults.states else checkpoints._PAUSE
    with injected(faults, mine), mock.patch.multiple(checkpoints, _PAUSE=pause, _SHARE=0):
        return run_command(command)


if __name__ == "__main__":
    mode, number, *words = sys.argv[1:]
    faults = Faults(int(number), kill=True, states=mode == "kill_states")
    sys.exit(run(faults, str(Path.cwd()), words))
