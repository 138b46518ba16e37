"""Work in several processes, its results in order.

Each worker is a new Python process: a copy of this one (`fork`) would have copies of locks that threads of
DuckDB or Arrow hold. It gets the job once, then one part of the work after another. So that nobody waits for
a full pipe, two threads stand between this process and each worker.

    parts ──▶ queue ──▶ pipe ──▶ worker ──▶ pipe ──▶ queue ──▶ results
    (at most three a worker are under way)           (taken in the order of the parts)

A worker whose pipe is closed ends: none outlives the run, however that ends.
"""

from __future__ import annotations

import atexit
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

from custmap.diagnostics.bug import told_bug
from custmap.diagnostics.errors import CustmapError
from custmap.records.worker_errors import WorkerDied, WorkerFailed

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

_UNDER_WAY: Final = 3
"""Parts for each worker: one that is worked at, one that waits for that, and one that is done."""
_HELD: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
"""Signals that a terminal or a system sends to all processes of a run: only the first one acts on them."""


_ITEMS: Final = 500
_SIZE: Final = 1 << 20
"""A part of the work is so many items, or so many bytes of them."""


def in_parts(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Items in parts; `size` says the bytes of one. What came before an error is a part."""
    part: list[T] = []
    total = 0
    error = None
    try:
        for item in items:
            part.append(item)
            total += size(item)
            if len(part) >= _ITEMS or total >= _SIZE:
                yield part
                part, total = [], 0
    except Exception as found:
        error = found
    if part:
        yield part
    if error is not None:
        raise error


class Job(Protocol):
    """What workers do; it is pickled."""

    def begin(self) -> Callable[[Any], Any]:
        """Called once in each worker: what makes a result of a part. Both are pickled."""
        ...


class Workers:
    """Up to `count` processes, started as they are needed; used in a `with` block, which ends them."""

    def __init__(self, job: Job, count: int) -> None:
        self._job = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        self._count = count
        self._all: list[_Worker] = []

    def __enter__(self) -> Self:
        atexit.register(self._kill)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kill()
        for worker in self._all:
            worker.forget()
        atexit.unregister(self._kill)

    def results(self, parts: Iterable[Any]) -> Iterator[Any]:
        """The results of parts, in their order.

        WorkerDied if a worker ends, WorkerFailed for a bug in it; an error of `parts` is raised after the
        results of those that came before it.
        """
        ended: Exception | None = None
        taken: deque[_Worker] = deque()
        coming = iter(parts)
        while ended is None:
            try:
                part = next(coming)
            except Exception as error:
                ended = error
            else:
                worker = self._idlest()
                worker.give(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))
                taken.append(worker)
            while taken and (ended is not None or len(taken) >= _UNDER_WAY * self._count):
                yield taken.popleft().take()
        if not isinstance(ended, StopIteration):
            raise ended

    def _idlest(self) -> _Worker:
        """The worker with the least to do; a new one rather than one that is busy."""
        free = min(self._all, key=lambda worker: worker.open, default=None)
        if free is not None and (free.open == 0 or len(self._all) == self._count):
            return free
        with _signals_held():
            self._all.append(_Worker(self._job))
        return self._all[-1]

    def _kill(self) -> None:
        for worker in self._all:
            worker.kill()


class _Worker:
    """A process, and the threads that write to it and read from it."""

    def __init__(self, job: bytes) -> None:
        from multiprocessing import get_context  # imported when used: 8 ms

        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._parts: SimpleQueue[bytes | None] = SimpleQueue()
        self._results: SimpleQueue[bytes | None] = SimpleQueue()
        self._given = self._done = 0
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # else the pipe of a worker that died would not end
        self._parts.put(job)
        for run in (self._write, self._read):
            Thread(target=run, daemon=True).start()

    @property
    def open(self) -> int:
        """How many parts wait or are worked at."""
        return self._given - self._done

    def give(self, part: bytes) -> None:
        self._given += 1
        self._parts.put(part)

    def take(self) -> Any:
        """The next result."""
        data = self._results.get()
        if data is None:
            self._process.join()
            raise WorkerDied(self._process.exitcode)
        result = pickle.loads(data)
        if isinstance(result, _Failed):
            raise result.error
        return result

    def kill(self) -> None:
        with suppress(ValueError):  # it is closed
            self._process.kill()

    def forget(self) -> None:
        self._parts.put(None)
        self._process.join()

    def _write(self) -> None:
        with suppress(OSError):  # it died, which `_read` says
            while (data := self._parts.get()) is not None:
                self._pipe.send_bytes(data)

    def _read(self) -> None:
        with suppress(OSError, EOFError):
            while True:
                self._results.put(self._pipe.recv_bytes())
                self._done += 1
        self._results.put(None)


class _Failed:
    """The answer of a worker whose job failed."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def sendable(error: Exception) -> Exception:
    """What a worker sends for an error."""
    return error if isinstance(error, CustmapError) else WorkerFailed(*told_bug(error))


def _work(pipe: Connection) -> None:
    """What a worker does until the pipe is closed."""
    with suppress(OSError, EOFError):
        job = pipe.recv_bytes()
        work: Callable[[Any], Any] | None = None
        while True:
            part = pipe.recv_bytes()
            try:
                work = work or pickle.loads(job).begin()
                result = work(pickle.loads(part))
            except Exception as error:
                result = _Failed(sendable(error))
            pipe.send_bytes(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))


@contextmanager
def _signals_held() -> Iterator[None]:
    """Processes that are started within do not get signals of the terminal; this one gets them after it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # as above

    resource_tracker.ensure_running()  # it would let the signals through
    held = [number for number in signal.Signals if number.name in _HELD]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
