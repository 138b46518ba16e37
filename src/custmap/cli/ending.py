"""How a run ends: each way has an exit code and a message on standard error.

`cli/__init__` promises that there is never a traceback; this is implemented here, in one place.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click

from custmap.cli.call_error import CLEAN, FINDINGS, WRONG_CALL, CallError, unreadable
from custmap.cli.places import spare
from custmap.diagnostics.bug import told_bug
from custmap.diagnostics.plain import plain, plain_lines
from custmap.records.extras import ExtraMissing
from custmap.records.input_error import InputError
from custmap.records.outputs import is_full
from custmap.records.worker_errors import WorkerDied, WorkerFailed

_OCCUPIED: Final[list[object]] = []
"""Keeps the numbers of closed standard streams, which a file that is opened later would get."""


class _Closed(io.RawIOBase):
    """Standard output that the calling process closed (`>&-`): results that nobody gets are no success."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> NoReturn:
        raise OSError(errno.EBADF, "Standard output is closed")


_ENDING: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU")
"""The signals by which a person, a terminal or a system ends a process, and waits for it to clean up."""
_CLEANING: Final = 1.0
"""Seconds in which no other signal ends the clean-up: a terminal that is closed sends two at once. Later ones
count again, since Python loses what is raised while it collects garbage."""


class Terminated(KeyboardInterrupt):
    """One of those signals; no `Exception`, so that only clean-up code handles it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    _prepare()
    _listen()
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _silence()
        return _say("Nobody reads the output any more", WRONG_CALL)
    except OSError as error:
        _silence()
        return _os_error(error)
    except Terminated as ended:
        _silence()
        return _say(signal.strsignal(ended.number) or "Terminated", 128 + ended.number)


def _prepare() -> None:
    """Make sure that streams exist and write the same bytes in every locale."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by the calling process; the new one lives as long as this process
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # no file may get its number
            closed = io.TextIOWrapper(_Closed(), encoding="utf-8", write_through=True)  # type: ignore[type-var]
            setattr(sys, name, closed if name == "stdout" else nothing)
            _OCCUPIED.append(nothing)
        elif name != "stdin" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(arguments: Sequence[str]) -> int:
    from custmap.cli.complete import VARIABLE, complete
    from custmap.cli.root import root

    if instruction := os.environ.get(VARIABLE):
        return complete(root, instruction)

    def whole() -> int:
        # Not `root.main`, which handles interrupts and broken pipes itself.
        with root.make_context("custmap", list(arguments)) as context:
            # Errors are reported inside the context, which knows about colour.
            return _ended(lambda: root.invoke(context), arguments)

    return _ended(whole, arguments)


def _ended(call: Callable[[], object], arguments: Sequence[str]) -> int:
    """The exit code of a call, for every way that it may end."""
    try:
        answer = call()
        return answer if isinstance(answer, int) else CLEAN
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except OSError:
        raise
    except Exception as error:
        # A call that ends before its inputs are known has named them all the same.
        spare(Path(part) for word in arguments for part in (word, *re.split("[=:]", word)))
        return _told(error)


def _told(error: Exception) -> int:
    """The exit code of an error, after its message."""
    if isinstance(error, click.UsageError):
        return _usage(error)
    if isinstance(error, click.ClickException):
        return _say(plain(error.format_message()), WRONG_CALL)
    if isinstance(error, InputError):
        return _usage(CallError(error.message, error.advice))
    if isinstance(error, WorkerDied):
        return _usage(CallError(str(error), error.advice))
    if isinstance(error, ExtraMissing):
        return _usage(CallError(str(error)))
    return _custmap_error(error) or _bug(error)


def _usage(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return WRONG_CALL
    message = error.format_message()
    # In click's own messages, what the caller wrote is already quoted, and choices are listed line by line.
    code = _say(plain(message) if isinstance(error, CallError) else plain_lines(message), WRONG_CALL)
    advice = error.advice if isinstance(error, CallError) else _try_help(error)
    if advice:
        click.echo(f"  = help: {plain(advice)}", err=True)
    return code


def _try_help(error: click.UsageError) -> str | None:
    return f"Try `{error.ctx.command_path} --help`." if error.ctx else None


def _custmap_error(error: Exception) -> int | None:
    """Exit 2 for a mapping that cannot be used, 1 for a record; None for anything else."""
    from custmap.diagnostics.errors import CustmapError, MappingError

    if not isinstance(error, CustmapError):
        return None
    from custmap.cli.stderr import show_findings

    show_findings(error.diagnostics)
    return WRONG_CALL if isinstance(error, MappingError) else FINDINGS


def _bug(error: Exception) -> int:
    """Type and place, never the exception's text: it may contain a value of a record."""
    kind, place = (error.kind, error.place) if isinstance(error, WorkerFailed) else told_bug(error)
    click.echo(f"error[CM901]: This is a bug in custmap: {kind} {place}", err=True)
    click.echo("  = help: Please report it with this line; it contains no data.", err=True)
    return WRONG_CALL


def _os_error(error: OSError) -> int:
    name = error.filename
    if isinstance(name, str | os.PathLike):
        return _usage(unreadable(Path(name), error))
    if is_full(error):  # all other files are named
        return _say(f"Standard output: {error.strerror}", WRONG_CALL)
    return _say(plain(error.strerror or str(error) or type(error).__name__), WRONG_CALL)


def _say(message: str, code: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        click.echo(f"error: {message}", err=True)
    return code


def _silence() -> None:
    """Redirect standard output to nothing, or the interpreter complains when flushing at exit."""
    own = sys.__stdout__
    if own is None or sys.stdout is not own:
        return  # a stream of another program, which may continue to use it
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, own.fileno())
        os.close(nothing)


def _listen() -> None:
    """Make signals that end the run an exception; they can only be set in the main thread.

    One that is ignored stays so: `nohup` asks for that.
    """
    began: list[float] = []

    def end(number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not began or now > began[-1] + _CLEANING:
            began.append(now)
            raise Terminated(number)

    if threading.current_thread() is threading.main_thread():
        for number in ending_signals():
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, end)


def ending_signals() -> list[signal.Signals]:
    """Those of `_ENDING` that the system has."""
    return [number for number in signal.Signals if number.name in _ENDING]
