"""How far a run over many records is: one line on a terminal, drawn again and again, and erased at its end.

A thread draws it, so that the records themselves cost nothing, and a run that waits shows that it does.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from threading import Event, Thread
from typing import Final, NamedTuple, TypeAlias

_PAUSE: Final = 0.25
"""Seconds between two pictures."""
_RECENT: Final = 20
"""So many pictures tell the rate."""
_ERASED: Final = "\r\x1b[K"
_SURE: Final = 0.01
"""The share of the input after which the time left is told."""


class Seen(NamedTuple):
    """What a run has done so far: a number of records or rows, and how many of them are rejected.

    `share`  how much of the input that is; None if that is not known.
    """

    number: int
    noun: str
    rejected: int
    share: float | None = None


Look: TypeAlias = Callable[[], Seen]


@contextmanager
def progress(look: Look, *, quiet: bool = False) -> Iterator[None]:
    """Show progress on standard error within the block, if that is a terminal.

    `look` is called by another thread; `quiet`: results go to the terminal meanwhile.
    """
    if quiet or not _is_terminal():
        yield
        return
    ended = Event()
    thread = Thread(target=_draw, args=(look, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def share_of(stream: BufferedIOBase | None) -> Callable[[], float | None]:
    """What tells how much of a regular file was read since now; of all else that is not known."""
    with suppress(OSError, ValueError):
        if stream is not None and stat.S_ISREG((found := os.fstat(stream.fileno())).st_mode):
            handle, size = stream.fileno(), found.st_size
            begin = os.lseek(handle, 0, os.SEEK_CUR)
            if size > begin:
                return lambda: (os.lseek(handle, 0, os.SEEK_CUR) - begin) / (size - begin)
    return lambda: None


def _is_terminal() -> bool:
    with suppress(OSError, ValueError):
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return False


def _draw(look: Look, ended: Event) -> None:
    """Draw the line until the run has ended, then erase it. A terminal that is gone is no error."""
    began = time.monotonic()
    recent: deque[tuple[float, int]] = deque(maxlen=_RECENT)
    with suppress(OSError, ValueError):
        while not ended.wait(_PAUSE):
            now, seen = time.monotonic(), look()
            if recent and recent[-1][1] > seen.number:
                recent.clear()  # it counts something else
            recent.append((now, seen.number))
            line = _line(seen, _rate(recent), now - began)
            # The last column stays free: some terminals begin another line there.
            _show(_ERASED + line[: shutil.get_terminal_size().columns - 1])
        if recent:
            _show(_ERASED)


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _line(seen: Seen, rate: float | None, passed: float) -> str:
    parts = [f"{seen.number:,} {seen.noun}"]
    if rate is not None:
        parts.append(f"{rate:,.0f}/s")
    parts.append(f"{seen.rejected:,} rejected")
    if seen.share is not None and _SURE <= seen.share <= 1:
        parts.append(f"{_clock(passed / seen.share - passed)} left")
    return ", ".join(parts)


def _rate(recent: deque[tuple[float, int]]) -> float | None:
    (then, before), (now, after) = recent[0], recent[-1]
    return (after - before) / (now - then) if now > then else None


def _clock(seconds: float) -> str:
    """`0:07`, `12:00`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
