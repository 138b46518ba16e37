"""`settle` for files: the snapshot to compare with the next time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from custmap.border.intake import Nulls, Taken, take_parsed
from custmap.border.unsettled import UNSETTLED
from custmap.diagnostics.errors import RecordError
from custmap.model.change import Change, Rejection
from custmap.model.nodes import Leaf
from custmap.model.walkers import is_of_record, tables
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.records.ndjson import SETTLED, BadLine, read_record
from custmap.records.night import Night, NightError, Planned
from custmap.records.tally import LostRecords
from custmap.records.zipper import Row, Zipped, Zipper, key_reader
from custmap.running.draft import Draft, read
from custmap.settle.sent import NOTHING, Sent, Told
from custmap.settle.settle import Settler
from custmap.tables.reader import Reader
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.json_text import dump_json, json_bytes, parse_json
from custmap.values.unusual import Unusual
from custmap.values.words import counted

Count: TypeAlias = Literal["unchanged", "as_before"]
_OPEN: Final = UNSETTLED.encode()
_LARGEST: Final = 1e300
"""Numbers that are larger may be no doubles."""


@dataclass(slots=True)
class Settled:
    """The counts of a run: what became of the customers of before and after."""

    customers: int = 0
    unchanged: int = 0
    applied: int = 0
    refused: int = 0
    unknown: int = 0
    as_before: int = 0
    left_out: int = 0

    def __str__(self) -> str:
        parts = self.unchanged + self.applied + self.refused + self.unknown + self.as_before + self.left_out
        if parts != self.customers:
            raise LostRecords(f"{self.customers} in, {parts} accounted for")
        return (
            f"{counted(self.customers, 'customer')}: {self.unchanged:,} unchanged, {self.applied:,} applied, "
            f"{self.refused:,} not applied, {self.unknown:,} not known, {self.as_before:,} as before, "
            f"{self.left_out:,} left out"
        )


class SettlingFiles:
    """Settles a night: iterate it once for the lines of the next snapshot, each with its line end.

    `key` is the names of the path to the key; `complete` and `nulls` as `diff` had them. `reader`: the lines
    are rows, those of before unless it is `settled`; the next snapshot has customers.

    NightError if plans and snapshots are not of one night.
    """

    def __init__(
        self,
        engine: Maker,
        settler: Settler,
        night: Night,
        *,
        key: tuple[str, ...],
        complete: bool,
        nulls: Nulls,
        reader: Reader | None = None,
        settled: bool = False,
    ) -> None:
        self._engine = engine
        self._settler = settler
        self._night = night
        self._key = key
        self._key_of = key_reader(key)
        self._complete = complete
        self._nulls = nulls
        self._reader = reader
        self._before_reader = None if settled else reader
        self._direct = engine.quick.direct and nulls == "clear"
        self._made_of_parameters = {
            slot.span.line
            for one in engine.ruled
            for table in tables(one.engine.checked.operation)
            for slot in table.slots
            if isinstance(slot, Leaf) and not is_of_record(slot.origin)
        }
        self.counts = Settled()

    def lines(self, zipper: Zipper) -> Iterator[bytes]:
        yield SETTLED + b'"mapping":' + json_bytes(self._engine.checked.name) + b"}\n"
        for one in zipper:
            self.counts.customers += 1
            line = self._line(one)
            if line is not None:
                yield line + b"\n"
        self._night.require_taken()

    def _line(self, one: Zipped) -> bytes | None:
        """The line to keep of a customer; None if there is nothing to keep."""
        if one.key is None and (one.before is None or one.after is None):
            self._require_seen(one)
        if one.after is None:
            if one.key in self._night.taken and one.before is not None:
                raise NightError(
                    f"BEFORE, line {one.before.number}: another row with this key has a plan, and the run did"
                    " not see this one: is it the file that was compared?"
                )
            return self._as_before(one)
        data, key = _data(one.after), one.key
        if one.before is not None and one.before.data == data:
            if _OPEN not in data:  # nothing can have been said
                return self._kept_line(one.before, self._before_reader, "unchanged")
            key = self._key_of(data)
        planned = None if key is None else self._night.take(key)
        if planned is None:
            return self._unplanned(one, one.after)
        if planned.sent is None:
            return self._as_before(one)
        if not planned.made and (one.before is None or planned.index != one.after.index):
            missing = " and BEFORE does not have it" if one.before is None else ""
            raise NightError(
                f"the plan of record {planned.index} was not made of these snapshots: AFTER has the customer "
                f"as record {one.after.index}{missing}"
            )
        return self._planned(one, one.after, planned, planned.sent)

    def _unplanned(self, one: Zipped, after: Row) -> bytes | None:
        """A customer for whom nothing was planned: there was nothing to say, or the record was rejected."""
        if one.before is None:
            self.counts.left_out += 1
            return None
        taken = self._taken(after, self._reader)
        held = self._taken(one.before, self._before_reader)
        if taken is None or held is None:
            return self._as_before(one)
        pair = self._engine.pair(held, taken, complete=self._complete)
        told = self._engine.told(pair)
        lines = {one.line for one in (*told.changes, *told.rejected)}
        if not lines <= self._made_of_parameters:
            raise NightError(
                f"record {after.index} of AFTER has changed, and there is no plan for it: is PLANS whole, "
                "and are `--absent` and `--nulls` those of the run?"
            )
        self.counts.unchanged += 1
        kept = self._settler.settle(pair, NOTHING) or {}
        return json_bytes(self._with_key(kept, _data(after)))

    def _planned(self, one: Zipped, after: Row, planned: Planned, sent: Sent) -> bytes | None:
        taken = self._taken(after, self._reader)
        held = None if one.before is None else self._taken(one.before, self._before_reader)
        if taken is None:
            raise self._unread("AFTER", after, self._reader, planned)
        if held is None and one.before is not None and not planned.made:  # else it is that of a new customer
            raise self._unread("BEFORE", one.before, self._before_reader, planned)
        pair = self._engine.pair(held, taken, complete=self._complete)
        told = self._engine.told(pair)
        if planned.made:
            sent = sent._replace(
                changes=list(self._carried(told.changes, taken)),
                rejected=[Told(one.target, one.line) for one in told.rejected],
            )
        elif not _are_the_same(told.changes, sent.changes) or told.rejected or sent.rejected:
            self._require_same(told, sent, planned.index)
        kept = self._settler.settle(pair, sent)
        if kept is None:
            return self._as_before(one)
        self._count(sent)
        return json_bytes(self._with_key(kept, _data(after)))

    def _require_same(self, told: Draft | Plan, sent: Sent, index: int) -> None:
        """NightError if a plan is not what is told of these records: by its rules, or by its values."""
        if self._lines(told.changes, told.rejected) != self._lines(sent.changes, sent.rejected):
            raise NightError(
                f"the plan of record {index} is not that of these snapshots: are `--absent` and `--nulls`"
                " those of the run, and has the mapping been edited since?"
            )
        if not _are_the_same(self._known(told.changes), self._known(sent.changes)):
            raise NightError(
                f"the plan of record {index} was made of other values than BEFORE and AFTER have: are they"
                " the files that were compared?"
            )

    def _lines(self, *told: Iterable[Told | Change | Rejection]) -> list[list[int]]:
        """The lines of the rules that say something: targets may be hidden in a plan."""
        return [sorted(one.line for one in part if one.line not in self._made_of_parameters) for part in told]

    def _known(self, changes: Iterable[Told | Change]) -> list[Told | Change]:
        """Changes in which no parameter is, in an order: those of the run are not known."""
        known = (one for one in changes if one.line not in self._made_of_parameters)
        return sorted(known, key=lambda one: (one.line, dump_json([one.before, one.after])))

    def _carried(self, changes: Iterable[Change], taken: Taken) -> Iterator[Told]:
        """Changes with the requests of `apply` that carry them: of several, the one with the same target."""
        if not self._engine.checked.steps:
            yield from (Told(one.target, one.line, 0) for one in changes)
            return
        made = self._engine.told(self._engine.pair(None, taken, complete=False)).changes
        places = {one.target: one.request for one in made}
        yield from (Told(one.target, one.line, places.get(one.target)) for one in changes)

    def _count(self, sent: Sent) -> None:
        if sent.verdicts and sent.has_arrived:
            self.counts.applied += 1
            return
        became = [self._settler.known(sent, at) for at in range(len(sent.verdicts))]
        if not became:
            self.counts.as_before += 1
        elif any(one.applied is None for one in became):
            self.counts.unknown += 1
        elif any(one.applied is False or one.errors for one in became):
            self.counts.refused += 1
        else:
            self.counts.applied += 1

    def _require_seen(self, one: Zipped) -> None:
        """NightError for a line without a key that the run did not see: half a file, or another one."""
        name, row = ("BEFORE", one.before) if one.after is None else ("AFTER", one.after)
        assert row is not None
        if not self._night.take_unread(row.index):
            raise NightError(
                f"{name}, line {row.number}: no record with the key, and the run did not see such a line: "
                "is the file whole, and is it the one that was compared?"
            )

    def _as_before(self, one: Zipped) -> bytes | None:
        if one.before is None:
            self.counts.left_out += 1
            return None
        return self._kept_line(one.before, self._before_reader, "as_before")

    def _kept_line(self, line: Row, reader: Reader | None, count: Count) -> bytes | None:
        """A line that is kept: as it is, or the customer that a row states, if it states one."""
        data = _data(line)
        if reader is not None:
            taken = self._taken(line, reader)
            if taken is None:
                self.counts.left_out += 1
                return None
            data = json_bytes(self._with_key(taken.record, data))
        setattr(self.counts, count, getattr(self.counts, count) + 1)
        return data

    def _with_key(self, kept: dict[str, Any], line: bytes) -> dict[str, Any]:
        """What is kept is found again by its key, which may be no field of a customer."""
        if read(kept, self._key) is not ABSENT:
            return kept
        into, value = kept, parse_json(line)
        for name in self._key[:-1]:
            value = value[name]
            into = into.setdefault(name, {})
        into[self._key[-1]] = value[self._key[-1]]
        return kept

    def _unread(self, name: str, line: Row, reader: Reader | None, planned: Planned) -> NightError:
        try:
            self._read(line, reader)
        except RecordError as error:
            return NightError(
                f"{name}, line {line.number}: record {planned.index} has a plan, and cannot be read: "
                f"{error.diagnostics[0]}"
            )
        raise AssertionError("a record can be read now, and could not before")

    def _taken(self, line: Row, reader: Reader | None) -> Taken | None:
        """The record of a line, or what a row states; None for one that `diff` rejects."""
        try:
            return self._read(line, reader)
        except RecordError:
            return None

    def _read(self, line: Row, reader: Reader | None) -> Taken:
        canonical = self._engine.checked.canonical
        found = read_record(line, canonical if reader is None else None)
        if isinstance(found, BadLine):
            raise found.error
        if reader is not None:
            return reader.take(found.value)
        try:
            if found.fits and self._direct:
                return Taken(*self._engine.quick.take(found.value, False), ())
        except Unusual:
            pass
        return take_parsed(found.value, canonical, nulls=self._nulls, check=not found.fits)


def _are_the_same(told: Sequence[Told | Change], sent: Sequence[Told | Change]) -> bool:
    """Are they the same changes, in one order? Nearly all are."""
    return len(told) == len(sent) and all(
        one.line == other.line and _is_alike(one.before, other.before) and _is_alike(one.after, other.after)
        for one, other in zip(told, sent, strict=True)
    )


def _is_alike(one: Any, other: Any) -> bool:
    """Are two values the same, or written as the same JSON? A double holds 17 digits."""
    if same(one, other):
        return True
    if type(one) in (int, float) and type(other) in (int, float):
        return max(abs(one), abs(other)) < _LARGEST and float(one) == float(other)
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(_is_alike(one[name], other[name]) for name in one)
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(_is_alike, one, other))
    return False


def _data(line: Row | None) -> bytes:
    if line is None or line.data is None:
        raise NightError("a line is longer than the limit")
    return line.data
