"""The command line without a process: arguments and standard input in, exit code and bytes out."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator
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
