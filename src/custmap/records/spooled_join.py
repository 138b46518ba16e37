"""Two snapshots of any format: what is no plain NDJSON is first written to a file as such."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from custmap.diagnostics.errors import RecordError
from custmap.records.inputs import Many as Read
from custmap.records.inputs import One
from custmap.records.keys import Key
from custmap.records.ndjson import BadLine, Record, Schema
from custmap.records.outputs import naming
from custmap.records.sides import SIDES, Side, on_side
from custmap.records.snapshots import OneSided, Pair, Rejected, SnapshotJoin
from custmap.records.tally import Tally
from custmap.values.json_text import json_bytes

Open: TypeAlias = Callable[[], AbstractContextManager["One | Read"]]
Plain: TypeAlias = Callable[[Any], Any]
"""Makes JSON values of a row; RecordError for what has none."""


class SpooledJoin:
    """`SnapshotJoin` of two inputs, each a path to NDJSON or what opens another format.

    `plain`  makes JSON values of records; None: they are as they were read.
    """

    def __init__(
        self,
        inputs: Sequence[Path | Open],
        key: Key,
        *,
        schema: Schema | None = None,
        plain: Plain | None = None,
        every: bool = False,
    ) -> None:
        self._inputs = inputs
        self._key, self._schema, self._plain, self._every = key, schema, plain, every
        self._stack = ExitStack()
        self._rejected = 0
        units = ("line" if isinstance(one, Path) else "row" for one in inputs)
        self.units: dict[Side, str] = dict(zip(SIDES, units, strict=True))
        self._join: SnapshotJoin | None = None

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="custmap-")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[Pair | Rejected | OneSided]:
        paths: list[Path] = []
        skipped: list[list[int]] = [[], []]
        for number, given in enumerate(self._inputs):
            if isinstance(given, Path):
                paths.append(given)
                continue
            path = self._folder / f"{SIDES[number]}.ndjson"
            yield from self._spool(given, SIDES[number], path, skipped[number])
            paths.append(path)
        before, after = paths
        join = SnapshotJoin(
            before,
            after,
            self._key,
            schema=self._schema,
            every=self._every,
            skipped=skipped,
            units=tuple(self.units.values()),
        )
        self._join = self._stack.enter_context(join)
        yield from join

    @property
    def tally(self) -> Tally:
        """The rows of both, those that could not be written included."""
        found = Tally() if self._join is None else self._join.tally
        return Tally(
            found.came_in + self._rejected,
            found.went_out,
            found.rejected + self._rejected,
            found.one_sided,
        )

    @property
    def alone(self) -> dict[Side, int]:
        return dict.fromkeys(SIDES, 0) if self._join is None else self._join.alone

    @property
    def unchanged(self) -> int:
        return 0 if self._join is None else self._join.unchanged

    @property
    def digests(self) -> list[str]:
        return [] if self._join is None else self._join.digests

    def equal(self) -> Iterator[Record]:
        return iter(()) if self._join is None else self._join.equal()

    def _spool(self, given: Open, side: Side, path: Path, skipped: list[int]) -> Iterator[Rejected]:
        """Write the records of an input, one a line; those that cannot be written are yielded."""
        with given() as read, naming(path), path.open("wb") as out:
            unit = "line" if isinstance(read, One) else read.format.unit
            for found in [read.record] if isinstance(read, One) else read.records:
                rejected = None
                if isinstance(found, BadLine):
                    rejected = Rejected(side, found.line, on_side(side, found.error), unit=unit)
                else:
                    try:
                        out.write(_line(found, self._plain) + b"\n")
                    except RecordError as error:
                        rejected = Rejected(side, found.line, on_side(side, error), found.given(), unit=unit)
                if rejected is not None:
                    self._rejected += 1
                    skipped.append(rejected.line.index)
                    yield rejected


def write_lines(read: One | Read, plain: Plain | None, path: Path) -> None:
    """Write records as NDJSON; one that cannot be written is `null`, so that each keeps its place."""
    with naming(path), path.open("wb") as out:
        for found in [read.record] if isinstance(read, One) else read.records:
            try:
                line = b"null" if isinstance(found, BadLine) else _line(found, plain)
            except RecordError:
                line = b"null"
            out.write(line + b"\n")


def _line(found: Record, plain: Plain | None) -> bytes:
    data = found.place[3]
    if data is not None and b"\n" not in data and b"\r" not in data:
        return data
    return json_bytes(found.value if plain is None else plain(found.value))
