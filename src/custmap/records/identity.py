"""What answers are matched by: a digest of the run, a record's place and key, and an id for each request.

Nothing here depends on a clock or on chance: the same run, started again, writes the same ids.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from custmap.values.json_text import json_bytes
from custmap.wire.request import Request

_SIZE: Final = 10
"""Bytes: with ten million requests in a run the chance that two ids are equal is one in twenty billion."""


class Who(Struct, frozen=True):
    """The record that a line is about: its place in its file, from 0, and its key, if that is known."""

    index: int
    key: str | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The members that a line begins with."""
        return {"index": self.index} if self.key is None else {"index": self.index, "key": self.key}

    @property
    def text(self) -> bytes:
        """The same as JSON text, without braces."""
        index = b'"index":%d' % self.index
        return index if self.key is None else b'%b,"key":%b' % (index, json_bytes(self.key))


class Named(Protocol):
    """What a line is about."""

    @property
    def members(self) -> dict[str, Any]: ...


class RequestIds:
    """The ids of the requests of one run; no two of its requests have the same one."""

    __slots__ = ("_begun", "run")

    def __init__(self, run: str) -> None:
        self.run = run
        self._begun = hashlib.blake2b(run.encode(), digest_size=_SIZE)

    def of(self, rest: bytes, place: int = 0) -> str:
        """The id of the request whose line continues with `rest`, secrets hidden.

        `place` is the request's place in its plan.
        """
        begun = self._begun.copy()
        begun.update(b"%d%b" % (place, rest) if place else rest)
        return begun.hexdigest()

    def marked(self, request: Request, who: Named, place: int = 0, *, secrets: bool) -> dict[str, Any]:
        """A request as JSON values, with its id and its record or records; `secrets=False` hides secrets."""
        hidden = who.members | request.to_dict(secrets=False)
        shown = who.members | request.to_dict() if secrets else hidden
        return {"id": self.of(json_bytes(hidden)[1:], place), **shown}


def run_digest(**parts: Any) -> str:
    """A digest of what makes a run: JSON values by name."""
    # Escaped, since arguments of a call need not be Unicode.
    return content_digest(json.dumps(parts, sort_keys=True).encode())


def content_digest(data: bytes) -> str:
    """A digest of what an input holds."""
    return hashlib.blake2b(data, digest_size=_SIZE).hexdigest()


def file_digest(path: Path) -> str:
    """`content_digest` of a file; OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_SIZE)).hexdigest()
