"""The command line without a process: arguments and standard input in, exit code and bytes out."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from custmap.cli.ending import ending_signals, run


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Cli = Callable[..., Ended]
Redirected = Callable[..., Ended]
STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Cli]:
    """`cli("apply", "a/b", stdin=b"…")` runs it in this process."""
    handlers = {number: signal.getsignal(number) for number in ending_signals()}
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str | Path, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in out + err
        return Ended(code, out.decode(), err.decode())

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def redirected(cli: Cli) -> Redirected:
    """`redirected("apply a/b", stdout=7)` runs it with the file of that number as its standard output.

    It gets each stream that is not given as a process does: nothing to read, pipes to write to.
    """

    def call(arguments: str, **given: int) -> Ended:
        with ExitStack() as stack:
            files = {"stdin": os.open(os.devnull, os.O_RDONLY)}
            pipes = {name: os.pipe() for name in ("stdout", "stderr")}
            for number in (files["stdin"], *pipes["stdout"], *pipes["stderr"]):
                stack.callback(os.close, number)
            files |= {name: written for name, (_, written) in pipes.items()}
            with _streams(files | given):
                code = run(arguments.split())
            said = {}
            for name, (read, written) in pipes.items():
                os.write(written, b"\n")  # there is something to read
                said[name] = os.read(read, 1 << 16).decode()[:-1]
        assert "Traceback" not in "".join(said.values())
        return Ended(code, said["stdout"], said["stderr"])

    return call


@contextmanager
def _streams(files: dict[str, int]) -> Iterator[None]:
    """These files are the standard streams, for the system and for Python."""
    kept = [(name, getattr(sys, name), os.dup(number)) for number, name in enumerate(STREAMS)]
    try:
        for number, (name, mode) in enumerate(STREAMS.items()):
            os.dup2(files[name], number)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
        yield
    finally:
        for number, (name, stream, old) in enumerate(kept):
            setattr(sys, name, stream)
            os.dup2(old, number)
            os.close(old)
