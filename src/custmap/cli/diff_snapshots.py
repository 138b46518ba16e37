"""Two snapshots, customer by customer: plans, and what no plan can be made of, as lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

from custmap.cli.joins import Join, join_of
from custmap.cli.pairs import Comparison, given_pair
from custmap.cli.places import STDIN
from custmap.cli.plans import PlanForm
from custmap.cli.progress import Seen, progress
from custmap.cli.report import Report, json_line
from custmap.cli.run_guard import RunGuard
from custmap.cli.settled import check_settled
from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.records.identity import RequestIds, Who
from custmap.records.keys import Key
from custmap.records.locations import Location
from custmap.records.ndjson import Record, settled_by
from custmap.records.outputs import Sink, naming
from custmap.records.packed_lines import PackedLines, json_lines
from custmap.records.snapshots import OneSided, Pair, Rejected, SnapshotJoin
from custmap.records.table_join import TableJoin
from custmap.records.tally import PairTally
from custmap.records.told_errors import told_errors
from custmap.values.words import counted
from custmap.wire.packing import alone

if TYPE_CHECKING:
    from custmap.plan.plan import Plan
    from custmap.tables.source import Source
    from custmap.tables.through import Through


@dataclass(slots=True)
class SnapshotDiff:
    """One run over two snapshots.

    `run_of`    the run's digest, from those of the two files.
    `all_plans` plans without a change are written, too.
    `only_in`   where customers of one snapshot only are written, if anywhere.
    `bulk`      requests carry many customers; each has a line of its own, and plans name them.
    `source`    records are its rows; those of a settled before are customers all the same.
    """

    comparison: Comparison
    form: PlanForm
    run_of: Callable[[Sequence[str]], str]
    report: Report
    output: Sink
    only_in: Sink | None
    guard: RunGuard
    all_plans: bool
    bulk: bool = False
    source: Source | None = None
    pairs: PairTally = field(default_factory=PairTally)
    _ids: RequestIds | None = None
    _packed: PackedLines | None = None
    _through: Through | None = None
    _settled: bool = False

    def run(self, before: Location, after: Location, key: Key) -> bool:
        """Write the lines of all customers; did any change? A guard may end the run (exit code 4)."""
        with _on_disk(before) as left, _on_disk(after) as right:
            engine = self.comparison.mapping.engine
            check_settled(left.path, right.path, engine.checked.name)
            settled = self._settled = settled_by(left.path) is not None
            every = self.all_plans or self.comparison.verify
            join = join_of([left, right], key, engine, self.source, self.report, settled=settled, every=every)
            if self.source is not None:
                through = self.source.through(engine)
                self._through = (through.narrow() if isinstance(join, TableJoin) else through).once()
            self.comparison = self.comparison.of(self._through, settled=settled)
            with join:
                if isinstance(join, SnapshotJoin):
                    _forget_copies(left, right, before, after)
                if self.bulk:
                    show = json_lines(partial(self._marked, join), secrets=self.form.secrets)
                    self._packed = PackedLines(self.comparison.mapping.engine, show, self.output.write)
                with progress(partial(self._seen, join)):
                    for item in join:
                        self._take(item, join)
                if self._packed is not None:
                    self._packed.end()
                self._summarize(join)
        return self.pairs.changed > 0

    def _seen(self, join: Join) -> Seen:
        if not join.digests:  # the files are still being read
            return Seen(join.tally.came_in, "rows read", join.tally.rejected)
        return Seen(self.report.tally.came_in, "customers compared", self.report.tally.rejected)

    def _take(self, item: Pair | Rejected | OneSided, join: Join) -> None:
        self.report.tally.came_in += 1
        match item:
            case Pair():
                self._pair(item, join)
            case Rejected(side, line, error, value, key, unit):
                label = f"record {line.index} ({side}, {unit} {line.number})"
                self._reject(Who(line.index, key), label, error, value)
            case OneSided(side, record, key):
                self.report.tally.one_sided += 1
                if self.only_in is not None:
                    who = Who(record.line.index, key)
                    told = who.members | {"side": side, "record": record.value}
                    self.only_in.write(json_line(told))

    def _pair(self, pair: Pair, join: Join) -> None:
        before, after = pair.before, pair.after
        who = Who(after.place[0], pair.key)
        try:
            plan = self.guard.plan(lambda: self.comparison.plan(before, after), *self._customers(pair))
            packed = self._pack(plan, who, after)
        except RecordError as error:
            self.pairs.rejected += 1
            label = f"record {who.index} (after, {join.units['after']} {after.line.number})"
            self._reject(who, label, error, given_pair(before, after))
            return
        self.report.tally.went_out += 1
        if plan.notes:
            self.report.note(plan.notes)
        self.report.found |= self.comparison.finds(plan)
        self.pairs.count(plan)
        if not packed and (plan or self.all_plans):
            self._write(self.form.line(plan, who, self._marked(join)))

    def _pack(self, plan: Plan, who: Who, after: Record) -> bool:
        """Put the request of a plan to others; is there one? Its line is written after the request's."""
        if self._packed is None or plan.request is None:
            return False
        request = alone(self.comparison.mapping.checked.operation, plan.request)
        line = partial(self.form.packed_line, plan, who)
        self._packed.request(who, request, self.comparison.params.of(after.value), line)
        return True

    def _write(self, line: bytes) -> None:
        if self._packed is None:
            self.output.write(line)
        else:
            self._packed.line(line)

    def _customers(self, pair: Pair) -> tuple[Record, Record]:
        """The customers of a pair of rows; those that are there if a row states none."""
        through = self._through
        if through is None:
            return pair.before, pair.after
        try:
            then = pair.before.value if self._settled else through.customer(pair.before.value)
            now = through.customer(pair.after.value)
        except CustmapError:  # the comparison says what is wrong
            then = now = {}
        return Record(pair.before.place, then), Record(pair.after.place, now)

    def _equal(self, join: Join) -> Iterator[Any]:
        """The customers of before in pairs that were equal."""
        for record in join.equal():
            with suppress(CustmapError):
                yield record.value if self._through is None else self._through.customer(record.value)

    def _marked(self, join: Join) -> RequestIds:
        """The ids of the run, once both files were read."""
        if self._ids is None:
            self._ids = RequestIds(self.run_of(join.digests))
        return self._ids

    def _reject(self, who: Who, label: str, error: RecordError, value: Any) -> None:
        self.report.reject(who, label, error, value)
        if not self.form.is_text:
            self._write(json_line(told_errors(who, error)))

    def _summarize(self, join: Join) -> None:
        rows, pairs = join.tally, self.pairs
        pairs.unchanged += join.unchanged
        self.report.tally.came_in += join.unchanged
        self.report.tally.went_out += join.unchanged
        pairs.check(rows.went_out // 2)
        alone = ", ".join(f"{count} only in {side}" for side, count in join.alone.items())
        told = f"{rows.went_out // 2} × 2 in pairs, {alone}, {rows.rejected} rejected"
        packs = [] if self._packed is None else [f"sent in {counted(self._packed.requests, 'request')}"]
        self.report.summarize(*pairs.lines(), *packs, f"{rows.came_in} rows: {told}")
        items = self.report.tally
        run, of = self._marked(join).run, items.came_in - items.one_sided
        self.guard.check(pairs, items.rejected, of, run, join.unchanged, self._equal(join))


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
