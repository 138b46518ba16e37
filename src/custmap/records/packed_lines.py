"""The lines of a run whose requests carry many customers: each request, and after it what waited for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.plan.maker import Maker
from custmap.records.identity import RequestIds, Who
from custmap.values.json_text import json_bytes
from custmap.wire.packing import Packs
from custmap.wire.request import Request


class Those(Struct, frozen=True):
    """The records that a request carries: their places in the file, and their keys, if those are known."""

    records: tuple[int, ...]
    keys: tuple[str | None, ...]

    @property
    def members(self) -> dict[str, Any]:
        """The members that a line begins with."""
        told: dict[str, Any] = {"records": list(self.records)}
        return told if None in self.keys else told | {"keys": list(self.keys)}


Show: TypeAlias = Callable[[Request, Those], tuple[str, bytes]]
"""From a request and its records to its id and its line."""
Line: TypeAlias = Callable[[str, int], bytes]
"""From the id of a request and the place of a record in it, from 0, to the record's line."""


def json_lines(ids: Callable[[], RequestIds], *, secrets: bool) -> Show:
    """Requests as lines of NDJSON; the ids of the run may be known late."""

    def show(request: Request, those: Those) -> tuple[str, bytes]:
        told = ids().marked(request, those, secrets=secrets)
        return told["id"], json_bytes(told) + b"\n"

    return show


class PackedLines:
    """Writes lines in the order of the records.

    `show`   makes the line of a request.
    `write`  takes a line.
    """

    def __init__(self, engine: Maker, show: Show, write: Callable[[bytes], None]) -> None:
        self._packs = Packs(engine.checked.operation, engine.binder)
        self._show = show
        self._write = write
        self._keys: list[str | None] = []
        self._waiting: list[tuple[Line | bytes, int]] = []
        self.requests = 0

    def request(self, who: Who, request: Request, params: Any, line: Line | None = None) -> None:
        """A record with a request, whose body is its item; RecordError (CM815) if that is too large."""
        if (full := self._packs.add(who.index, request, params)) is not None:
            self._flush(full)
        if line is not None:
            self._waiting.append((line, len(self._keys)))
        self._keys.append(who.key)

    @property
    def opened(self) -> int | None:
        """The number of the request that takes more records, if there is one."""
        return self.requests if self._keys else None

    def state(self) -> int:
        return self.requests

    def load(self, state: int) -> None:
        self.requests = state

    def line(self, data: bytes) -> None:
        """The line of a record without a request."""
        if self._keys:
            self._waiting.append((data, 0))
        else:
            self._write(data)

    def end(self) -> None:
        """Write what is left."""
        if (last := self._packs.close()) is not None:
            self._flush(last)

    def _flush(self, pack: Request) -> None:
        self.requests += 1
        id, shown = self._show(pack, Those(pack.records, tuple(self._keys)))
        self._write(shown)
        for line, place in self._waiting:
            self._write(line if isinstance(line, bytes) else line(id, place))
        self._keys, self._waiting = [], []
