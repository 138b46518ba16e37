"""Plans of what a join of two snapshots finds: in the process of the command, or in workers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from custmap.cli.by_workers import by_workers, reported
from custmap.cli.pairs import Comparison, given_pair
from custmap.cli.plans import PlanForm
from custmap.cli.report import Part, Report, json_line
from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.records.checkpoints import Checkpoints
from custmap.records.clear_counts import ClearCounts
from custmap.records.identity import RequestIds, Who
from custmap.records.ndjson import Place, Record, read_record
from custmap.records.outputs import Blocks, Sink
from custmap.records.packed_lines import PackedLines
from custmap.records.request_lines import RequestLines
from custmap.records.sides import Side
from custmap.records.snapshots import OneSided, Pair, Rejected
from custmap.records.tally import PairTally
from custmap.records.told_errors import told_errors
from custmap.records.workers import in_parts
from custmap.wire.packing import alone

if TYPE_CHECKING:
    from custmap.plan.plan import Plan
    from custmap.tables.source import Source
    from custmap.tables.through import Through

Item: TypeAlias = Pair | Rejected | OneSided
_Sent: TypeAlias = Item | tuple[Place, Place, str]
"""What workers get: pairs of lines unparsed, all else as it is."""


@dataclass(frozen=True, slots=True)
class Diffing:
    """How plans are made and written; it is picklable if the parameters are bare.

    `all_plans`  plans without a change are written, too.
    `source`     records are its rows; those of a settled before are customers all the same.
    `narrow`     rows have the columns that are read, and perhaps no others.
    `units`      what the number of a row counts, on each side.
    """

    comparison: Comparison
    form: PlanForm
    all_plans: bool
    source: Source | None
    settled: bool
    narrow: bool
    units: dict[Side, str]

    def through(self) -> Through | None:
        if self.source is None:
            return None
        through = self.source.through(self.comparison.mapping.engine)
        return (through.narrow() if self.narrow else through).once()

    def in_workers(
        self,
        count: int,
        items: Iterable[Item],
        run: Callable[[], str],
        lines: PlanLines,
        states: Checkpoints,
    ) -> None:
        """Write what `lines` would write of items, by so many processes; `run`: its digest, once known."""
        bare = replace(self.comparison, params=self.comparison.params.bare())
        job = _Job(replace(self, comparison=bare), lines.report.rejects is not None)
        left = iter(items)
        states.pass_over(left)
        parts = ((run(), part) for part in in_parts(map(_sent, left), _size))
        by_workers(job, count, parts, lines.add, states)


@dataclass(slots=True)
class PairPart(Part):
    """A part of the items; `alone` is what is written for customers of one snapshot only."""

    alone: bytes = b""
    pairs: PairTally = field(default_factory=PairTally)
    clears: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class PlanLines:
    """Writes what a join finds as lines, and counts it.

    `compare`  makes the plans of pairs.
    `only_in`  where customers of one snapshot only are written, if anywhere.
    `requests` writes requests, once both snapshots were read.
    `packed`   requests carry many customers; each has a line of its own, and plans name them.
    """

    diffing: Diffing
    compare: Comparison
    report: Report
    output: Sink
    only_in: Sink | None
    clears: ClearCounts
    requests: Callable[[], RequestLines]
    packed: PackedLines | None = None
    pairs: PairTally = field(default_factory=PairTally)

    def take(self, item: Item) -> None:
        self.report.tally.came_in += 1
        match item:
            case Pair():
                self._pair(item)
            case Rejected(side, line, error, value, key, unit):
                label = f"record {line.index} ({side}, {unit} {line.number})"
                self._reject(Who(line.index, key), label, error, value)
            case OneSided(side, record, key):
                self.report.tally.one_sided += 1
                if self.only_in is not None:
                    who = Who(record.line.index, key)
                    told = who.members | {"side": side, "record": record.value}
                    self.only_in.write(json_line(told))

    def add(self, part: PairPart) -> None:
        """Write and count what was made elsewhere."""
        self.report.add(part)
        self.pairs.add(part.pairs)
        self.clears.add(part.clears)
        self.output.write(part.written)
        if self.only_in is not None:
            self.only_in.write(part.alone)

    def _pair(self, pair: Pair) -> None:
        before, after = pair.before, pair.after
        who = Who(after.place[0], pair.key)
        try:
            plan = self.clears.plan(lambda: self.compare.plan(before, after), *self._customers(pair))
            packed = self._pack(plan, who, after)
        except RecordError as error:
            self.pairs.rejected += 1
            label = f"record {who.index} (after, {self.diffing.units['after']} {after.line.number})"
            self._reject(who, label, error, given_pair(before, after))
            return
        self.report.tally.went_out += 1
        if plan.notes:
            self.report.note(plan.notes)
        self.report.found |= self.compare.finds(plan)
        self.pairs.count(plan)
        if not packed and (plan or self.diffing.all_plans):
            self._write(self.diffing.form.line(plan, who, self.requests()))

    def _pack(self, plan: Plan, who: Who, after: Record) -> bool:
        """Put the request of a plan to others; is there one? Its line is written after the request's."""
        if self.packed is None or plan.request is None:
            return False
        request = alone(self.compare.mapping.checked.operation, plan.request)
        line = partial(self.diffing.form.packed_line, plan, who)
        self.packed.request(who, request, self.compare.params.of(after.value), line)
        return True

    def _write(self, line: bytes) -> None:
        if self.packed is None:
            self.output.write(line)
        else:
            self.packed.line(line)

    def _customers(self, pair: Pair) -> tuple[Record, Record]:
        """The customers of a pair of rows; those that are there if a row states none."""
        through = self.compare.through
        if through is None:
            return pair.before, pair.after
        try:
            then = pair.before.value if self.diffing.settled else through.customer(pair.before.value)
            now = through.customer(pair.after.value)
        except CustmapError:  # the comparison says what is wrong
            then = now = {}
        return Record(pair.before.place, then), Record(pair.after.place, now)

    def _reject(self, who: Who, label: str, error: RecordError, value: Any) -> None:
        self.report.reject(who, label, error, value)
        if not self.diffing.form.is_text:
            self._write(json_line(told_errors(who, error)))


@dataclass(frozen=True, slots=True)
class _Job:
    """The work of a worker; `rejects`: what is rejected is to be written."""

    diffing: Diffing
    rejects: bool

    def begin(self) -> Callable[[tuple[str, list[_Sent]]], PairPart]:
        bare = self.diffing.comparison
        checked = bare.mapping.checked
        comparison = replace(bare, params=bare.params.compiled(checked.functions))
        diffing = replace(self.diffing, comparison=comparison)
        compare = comparison.of(diffing.through(), settled=diffing.settled)
        schema = None if diffing.source is not None else checked.canonical
        clears = comparison.clears()
        nothing = clears.state()

        def work(given: tuple[str, list[_Sent]]) -> PairPart:
            run, items = given
            requests = RequestLines(RequestIds(run), secrets=diffing.form.secrets)
            part, written, alone = PairPart(), Blocks(), Blocks()
            clears.load(nothing)

            def take(report: Report) -> None:
                lines = PlanLines(
                    diffing, compare, report, written, alone, clears, lambda: requests, pairs=part.pairs
                )
                for item in items:
                    lines.take(_received(item, schema))

            reported(part, take, rejects=self.rejects)
            part.written, part.alone, part.clears = written.all(), alone.all(), clears.state()
            return part

        return work


def _sent(item: Item) -> _Sent:
    if isinstance(item, Pair) and item.before.place[3] is not None and item.after.place[3] is not None:
        return item.before.place, item.after.place, item.key
    return item


def _received(item: _Sent, schema: Any) -> Item:
    if not isinstance(item, tuple):
        return item
    before, after = (read_record(place, schema) for place in item[:2])
    assert isinstance(before, Record) and isinstance(after, Record)
    return Pair(before, after, item[2])


def _size(item: _Sent) -> int:
    return item[0][4] + item[1][4] if isinstance(item, tuple) else 0
