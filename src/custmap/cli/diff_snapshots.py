"""Two snapshots, customer by customer: they are joined, and plans made of what differs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

from custmap.cli.diffing import Diffing, PlanLines
from custmap.cli.joins import Join, join_of
from custmap.cli.pairs import Comparison
from custmap.cli.places import STDIN
from custmap.cli.plans import PlanForm
from custmap.cli.progress import Seen, progress
from custmap.cli.report import Report
from custmap.cli.run_guard import RunGuard
from custmap.cli.settled import check_settled
from custmap.diagnostics.errors import CustmapError
from custmap.records.checkpoints import Checkpoints
from custmap.records.clear_counts import ClearCounts
from custmap.records.identity import RequestIds
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.ndjson import settled_by
from custmap.records.outputs import Sink, naming
from custmap.records.packed_lines import PackedLines, json_lines
from custmap.records.request_lines import RequestLines
from custmap.records.snapshots import SnapshotJoin
from custmap.records.table_join import TableJoin
from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.tables.source import Source


@dataclass(slots=True)
class SnapshotDiff:
    """One run over two snapshots.

    `run_of`     the run's digest, from those of the two files.
    `only_in`    where customers of one snapshot only are written, if anywhere.
    `guard`      looks at `clears`.
    `states`     those of the run.
    `all_plans`  plans without a change are written, too.
    `bulk`       requests carry many customers; each has a line of its own, and plans name them.
    `source`     records are its rows; those of a settled before are customers all the same.
    """

    comparison: Comparison
    form: PlanForm
    run_of: Callable[[Sequence[str]], str]
    report: Report
    output: Sink
    only_in: Sink | None
    clears: ClearCounts
    guard: RunGuard
    states: Checkpoints
    all_plans: bool
    bulk: bool = False
    source: Source | None = None
    workers: int = 1
    _requests: RequestLines | None = None

    def run(self, before: Location, after: Location, key: Key) -> bool:
        """Write the lines of all customers; did any change? A guard may end the run (exit code 4)."""
        with _on_disk(before) as left, _on_disk(after) as right:
            engine = self.comparison.mapping.engine
            check_settled(left.path, right.path, engine.checked.name)
            settled = settled_by(left.path) is not None
            every = self.all_plans or self.comparison.verify
            join = join_of(
                [left, right],
                key,
                engine,
                self.source,
                self.report,
                settled=settled,
                every=every,
                also=self.comparison.params.reads,
            )
            with join:
                if isinstance(join, SnapshotJoin):
                    _forget_copies(left, right, before, after)
                lines = self._lines(join, settled)
                with progress(partial(self._seen, join)):
                    self._take(join, lines)
                self._summarize(join, lines)
        return lines.pairs.changed > 0

    def _lines(self, join: Join, settled: bool) -> PlanLines:
        narrow = isinstance(join, TableJoin)
        diffing = Diffing(
            self.comparison, self.form, self.all_plans, self.source, settled, narrow, join.units
        )
        return PlanLines(
            diffing,
            self.comparison.of(diffing.through(), settled=settled),
            self.report,
            self.output,
            self.only_in,
            self.clears,
            partial(self._request_lines, join),
            self._packed(join) if self.bulk else None,
        )

    def _packed(self, join: Join) -> PackedLines:
        show = json_lines(lambda: self._request_lines(join).ids, secrets=self.form.secrets)
        return PackedLines(self.comparison.mapping.engine, show, self.output.write)

    def _take(self, join: Join, lines: PlanLines) -> None:
        self.states.count(report=self.report, pairs=lines.pairs, clears=self.clears)
        if self.workers > 1:
            lines.diffing.in_workers(self.workers, join, partial(self._known, join), lines, self.states)
            return
        packed = lines.packed
        if packed is not None:
            self.states.count(packed=packed)
        for item in self.states.rest(join, packed):
            lines.take(item)
        if packed is not None:
            packed.end()

    def _seen(self, join: Join) -> Seen:
        if not join.digests:  # the files are still being read
            return Seen(join.tally.came_in, "rows read", join.tally.rejected)
        return Seen(self.report.tally.came_in, "customers compared", self.report.tally.rejected)

    def _request_lines(self, join: Join) -> RequestLines:
        """What writes the requests of the run, once both files were read."""
        if self._requests is None:
            ids = RequestIds(self.run_of(join.digests))
            self._requests = RequestLines(ids, secrets=self.form.secrets)
        return self._requests

    def _known(self, join: Join) -> str:
        """The digest of the run, if both files were read."""
        return self._request_lines(join).ids.run if join.digests else ""

    def _equal(self, join: Join, lines: PlanLines) -> Iterator[Any]:
        """The customers of before in pairs that were equal."""
        through = lines.compare.through
        for record in join.equal():
            with suppress(CustmapError):
                yield record.value if through is None else through.customer(record.value)

    def _summarize(self, join: Join, lines: PlanLines) -> None:
        rows, pairs, packed = join.tally, lines.pairs, lines.packed
        pairs.unchanged += join.unchanged
        self.report.tally.came_in += join.unchanged
        self.report.tally.went_out += join.unchanged
        pairs.check(rows.went_out // 2)
        alone = ", ".join(f"{count} only in {side}" for side, count in join.alone.items())
        told = f"{rows.went_out // 2} × 2 in pairs, {alone}, {rows.rejected} rejected"
        packs = [] if packed is None else [f"sent in {counted(packed.requests, 'request')}"]
        self.report.summarize(*pairs.lines(), *packs, f"{rows.came_in} rows: {told}")
        items = self.report.tally
        run, of = self._request_lines(join).ids.run, items.came_in - items.one_sided
        self.guard.check(pairs, items.rejected, of, run, join.unchanged, self._equal(join, lines))


@contextmanager
def _on_disk(place: Location) -> Iterator[Location]:
    """The file itself, or standard input in a file: a join reads twice."""
    if place.path != STDIN:
        yield place
        return
    handle, name = mkstemp(prefix="custmap-")
    try:
        with naming(Path(name)), os.fdopen(handle, "wb") as file:
            copyfileobj(sys.stdin.buffer, file)
        yield Location(Path(name), place.query)
    finally:
        _forget(Path(name))


def _forget_copies(left: Location, right: Location, before: Location, after: Location) -> None:
    for copy in {left.path, right.path} - {before.path, after.path}:
        _forget(copy)


def _forget(copy: Path) -> None:
    """Take a copy's name away: it holds customers' data, and the run may be killed; what is open stays."""
    with suppress(OSError):
        copy.unlink(missing_ok=True)
