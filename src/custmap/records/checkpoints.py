"""How far a run has come, kept beside its output, so that another can go on after it was interrupted.

    requests.ndjson.4711.part    what is written so far
    requests.ndjson.4711.state   what makes the run; records that are done, bytes of each file, counts

A run that goes on passes over the records that are done, and takes the counts from the state. Those in a
request that was still open are done once more, to fill it again; what that writes and counts is forgotten.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TypeVar

from msgspec import MsgspecError, Struct, json

from custmap.records.input_error import InputError
from custmap.records.outputs import WholeFile, is_free, leftovers, named_after, naming, number_of
from custmap.records.worker_errors import WorkerDied
from custmap.values.files import exists, read_start

T = TypeVar("T")

_PAUSE: Final = 5.0
"""Seconds of work between two states, at least."""
_SHARE: Final = 20
"""After a state, the work goes on for so many times as long as it took."""
_LARGEST: Final = 1 << 26
"""Bytes of a state: it grows with kinds of errors, and not with records."""
_INTERRUPTIONS: Final = (KeyboardInterrupt, OSError, WorkerDied)
"""What ends a run that could go on: a signal, a full disk, a worker that was killed."""


class Counted(Protocol):
    """What counts during a run."""

    def state(self) -> Any:
        """The counts, as JSON values."""
        ...

    def load(self, state: Any) -> None:
        """Count on from a state, whatever was counted before."""
        ...


class Packing(Protocol):
    """What puts records into requests that carry several."""

    @property
    def opened(self) -> int | None:
        """The number of the request that takes more records, if there is one."""
        ...


class _State(Struct):
    """How far a run has come.

    `run`     what makes it, by what people call that.
    `done`    the number of records, or other items, that are done; `begin` those that are not needed again.
    `sizes`   the bytes of its files, by their options.
    `counts`  the states of what counts.
    """

    run: dict[str, str]
    begin: int
    done: int
    sizes: dict[str, int]
    counts: dict[str, Any]


class Checkpoints:
    """Keeps the states of a run; used in a `with` block around those of its files.

    `outputs`  its files, by their options. The state is kept beside the first; without files, nowhere.
    `run`      what makes the run, by what people call that.
    `resume`   go on with a run that was interrupted, if there is one, and keep what an interruption leaves.
               InputError if that run was made of something else.
    """

    def __init__(self, outputs: Mapping[str, Path], run: dict[str, str], *, resume: bool) -> None:
        self._outputs = outputs
        self._run = run
        self._resume = resume
        self._files: dict[str, WholeFile] = {}
        self._counted: dict[str, Counted] = {}
        self._found: _State | None = None
        self._path: Path | None = None
        self._opened: int | None = None
        self._done = self._begin = 0
        self._due = time.monotonic() + _PAUSE
        self._number = os.getpid()

    def __enter__(self) -> Self:
        if self._outputs:
            if self._resume:
                self._find()
            self._path = named_after(next(iter(self._outputs.values())), self._number, "state")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is not None:
            kept = kind is not None and self.keeps(kind)
            _forget(_new(self._path) if kept else self._path)

    def size(self, option: str) -> int:
        """The bytes that the run that is gone on with has written for an option."""
        return 0 if self._found is None else self._found.sizes[option]

    def begun(self, option: str) -> int | None:
        """The number of the run whose file of this option is gone on with."""
        return None if self._found is None or option not in self._outputs else self._number

    @property
    def resumed(self) -> int | None:
        """How many records were done by the run that is gone on with; None if there is none."""
        return None if self._found is None else self._found.done

    def keeps(self, kind: type[BaseException]) -> bool:
        """Can another run go on, after such an exception has ended this one?"""
        if self._path is None or not self._resume:
            return False
        return issubclass(kind, _INTERRUPTIONS) and exists(self._path)

    def write(self, option: str, file: WholeFile) -> None:
        """An open file of the run."""
        if option in self._outputs:
            self._files[option] = file
            file.keeps = self.keeps

    def count(self, **counted: Counted) -> None:
        """What counts in this run."""
        self._counted |= counted

    def rest(self, items: Iterable[T], packing: Packing | None = None) -> Iterator[T]:
        """The items that are left, in order; one is done when the next is asked for."""
        coming = iter(items)
        if self._found is not None:
            begin, again = self._found.begin, self._found.done - self._found.begin
            self._done = self._begin = sum(1 for _ in islice(coming, begin))
            for item in islice(coming, again):
                yield item
                self._add(1, packing)
            self._load(self._found)
            self._opened = None if packing is None else packing.opened
        for item in coming:
            yield item
            self.add(1, packing)

    def pass_over(self, items: Iterator[Any]) -> None:
        """Take the items that are done; nothing is packed."""
        if self._found is not None:
            self._done = self._begin = sum(1 for _ in islice(items, self._found.done))
            self._load(self._found)

    def add(self, number: int, packing: Packing | None = None) -> None:
        """So many more items are done."""
        self._add(number, packing)
        if self._path is not None and time.monotonic() >= self._due:
            self._save(self._path)

    def _add(self, number: int, packing: Packing | None) -> None:
        self._done += number
        opened = None if packing is None else packing.opened
        if opened is None:
            self._begin = self._done
        elif opened != self._opened:
            self._begin = self._done - 1
        self._opened = opened

    def _save(self, path: Path) -> None:
        began = time.monotonic()
        state = _State(
            self._run,
            self._begin,
            self._done,
            {option: file.safe() for option, file in self._files.items()},
            {name: counted.state() for name, counted in self._counted.items()},
        )
        try:
            with naming(path), _new(path).open("wb") as file:
                file.write(json.encode(state))
                file.flush()
                os.fsync(file.fileno())
            _new(path).replace(path)
        except OSError:
            if self._resume:
                raise
            self._path = None  # nobody has asked for it: the name may be too long
            _forget(path)
            return
        now = time.monotonic()
        self._due = now + max(_PAUSE, _SHARE * (now - began))

    def _load(self, found: _State) -> None:
        for option, file in self._files.items():
            file.cut(found.sizes[option])
        for name, counted in self._counted.items():
            counted.load(found.counts[name])

    def _find(self) -> None:
        """Find the state to go on from."""
        others: list[_State] = []
        for path in leftovers(next(iter(self._outputs.values()))):
            found = _read(path) if path.suffix == ".state" else None
            number = number_of(path)
            if found is None or not self._is_left(number):
                continue
            if found.run != self._run:
                others.append(found)
            elif self._has_files(found, number) and found.done >= (self.resumed or 0):
                self._found, self._number = found, number
        if self._found is None and others:
            raise self._refused(others[0])

    def _is_left(self, number: int) -> bool:
        """Is there a part of a run that is dead? It may have ended before it could remove its state."""
        return is_free(named_after(next(iter(self._outputs.values())), number, "part"))

    def _has_files(self, found: _State, number: int) -> bool:
        """Is everything there that the run had written, and is it dead?"""
        parts = {option: named_after(path, number, "part") for option, path in self._outputs.items()}
        with suppress(OSError):
            return found.sizes.keys() == parts.keys() and all(
                is_free(part) and part.stat().st_size >= found.sizes[option] for option, part in parts.items()
            )
        return False

    def _refused(self, other: _State) -> InputError:
        names = " and ".join(what for what, made_of in self._run.items() if other.run.get(what) != made_of)
        return InputError(
            f"`--resume`: the run that was interrupted had {names}",
            "Leave `--resume` out to begin again; what that run has written is then removed.",
        )


def _new(path: Path) -> Path:
    """Where a state is written, before it takes the place of the last one."""
    return path.with_name(f"{path.name}.new")


def _forget(path: Path) -> None:
    """Remove a state, or what was to become one."""
    for one in (path, _new(path)):
        with suppress(OSError):
            one.unlink(missing_ok=True)


def _read(path: Path) -> _State | None:
    with suppress(OSError, MsgspecError):
        return json.decode(read_start(path, _LARGEST), type=_State)
    return None
