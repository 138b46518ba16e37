"""Law 16, settled nights converge, as a judge of one schedule.

Two worlds are run: one with the schedule's faults, and its twin, in which all nights pass. After a clean
night the vendor of the first holds what that of the second holds. While nights pass, each is judged, too:
what comes back, what is not said again, what is kept.

The judge reads the language page (§ 8) from the vendor's side. It knows nothing of how settle works.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import pairwise
from typing import Any

from nights_schedule import Schedule
from nights_world import Step, World
from whole_records import Customer

from custmap.back.outcome import Outcome
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.expressions.inference import format_source
from custmap.model.change import Change, Rejection
from custmap.model.nodes import Leaf, ObjectNode
from custmap.model.note import KEPT
from custmap.plan.plan import Plan
from custmap.prove.blame import rules_below
from custmap.prove.cells import Cells, cells, is_within
from custmap.prove.store import Refused
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from oracle.records import laid_over, taken


class Exempt(StrEnum):
    """Where the law is silent: all that it is not held to, and nothing else.

    The first four are of a customer, the next of a target that differs between the two vendors, the last of
    a change that is said again.
    """

    NO_PLAN = "the last record is refused, with or without faults: nothing is sent"
    NOBODY = "in some night nobody, or somebody else, was named: which vendor's customer it is is not told"
    NOT_CLEAN = "the declared vendor refuses the last request: the night was not without fault"
    ABSENT = "the customer is in no record"
    LOOK_UP = "CM817: somebody has to look it up at the vendor"
    REJECTED = "the last plan rejects it: each vendor keeps what it holds"
    LEFT = "a note said that the vendor keeps an old value, which it never got where that night was lost"
    ONE_NIGHT = "even without faults it is not what the last record says: law 1 does not hold for this mapping"
    SHARED = "a rule reads what another one reads whose change was rejected, or refused: it says its own again"


class Broken(AssertionError):
    """The law is broken; `what` says how, in the same words for the same fault."""

    def __init__(self, what: str, schedule: Schedule, world: World, facts: str) -> None:
        super().__init__(f"seed {schedule.seed}: {what}: {facts}")
        self.what, self.schedule, self.world, self.facts = what, schedule, world, facts


def judge(schedule: Schedule, engine: Any = None) -> Counter[str]:
    """Counts of what was judged, exempted and done. Raises Broken, or Unsound of the world."""
    world = World(schedule, engine)
    world.run()
    twin = World(schedule.without_faults, engine)
    twin.run()
    count = Counter(world.count)
    for key in schedule.last:
        for one in (world, twin):
            _Nights(schedule, one, key, count).judge()
        _Ends(schedule, world, twin, key, count).judge()
    return count


class _Nights:
    """What is asked of every night of one customer."""

    def __init__(self, schedule: Schedule, world: World, key: str, count: Counter[str]) -> None:
        self.schedule, self.world, self.count = schedule, world, count
        self.steps = world.of(key)
        checked = schedule.trial.loaded.checked
        self.canonical = checked.canonical
        self.rules = {one.span: one for one in rules_below(checked.operation.table.root)}
        self.once = _once(checked.operation.table.root)
        self.keep = schedule.options.get("absent") != "clear"
        self.nulls = schedule.options.get("nulls", "clear")

    def broken(self, what: str, step: Step, facts: object = "") -> Broken:
        return Broken(what, self.schedule, self.world, f"{step.key}, night {step.night}: {facts}")

    def judge(self) -> None:
        for step in self.steps:
            self.none_lost(step)
            self.none_invented(step)
            self.arrived(step)
        for step, following in pairwise(self.steps):
            self.comes_back(step, following)
            self.silent(step, following)
        self.only_what_is_open()
        self.never_twice()

    def plain(self, record: Customer | None) -> Customer:
        """A record as rules see it, without what is unsettled."""
        known = {name: value for name, value in (record or {}).items() if name != "unsettled"}
        return taken(known, self.canonical, nulls=self.nulls)

    def none_lost(self, step: Step) -> None:
        """A night never loses a record, nor a field of one."""
        if step.before is None:
            return
        if step.kept is None:
            raise self.broken("a record is lost", step)
        lost = self.plain(step.before).keys() - self.plain(step.kept).keys()
        if lost and self.keep:
            raise self.broken("a field of a record is lost", step, sorted(lost))

    def none_invented(self, step: Step) -> None:
        """What is kept is before's, or after's."""
        if step.kept is None:
            return
        before, after = self.plain(step.before), self.plain(step.record)
        if not _made_of(self.plain(step.kept), before, after):
            raise self.broken("a value is invented", step, step.kept)
        unsettled = step.kept.get("unsettled", [])
        if unsettled != sorted(set(unsettled)):
            raise self.broken("unsettled is no sorted list of paths", step, unsettled)

    def arrived(self, step: Step) -> None:
        """Of a night of which all arrived, after laid over before is kept."""
        if not step.arrived or isinstance(step.plan, RecordError) or step.plan.rejected:
            return
        before, after = self.plain(step.before), self.plain(step.record)
        wanted = laid_over(before, after, step.record, self.canonical) if self.keep else after
        if not same(self.plain(step.kept), wanted):
            raise self.broken("what arrived is not kept", step, (step.kept, wanted))

    def comes_back(self, step: Step, following: Step) -> None:
        """What was rejected is rejected, or said, in the next night of the same record."""
        if isinstance(step.plan, RecordError) or not same(step.record, following.record):
            return
        if isinstance(following.plan, RecordError):
            raise self.broken("the same record is refused in the next night", step, following.plan)
        told = {one.target for one in (*following.plan.rejected, *following.plan.changes)}
        gone = [one.target for one in step.plan.rejected if not _touches(one.target, told)]
        if gone:
            raise self.broken("what was rejected does not come back", step, gone)

    def silent(self, step: Step, following: Step) -> None:
        """What arrived is not said again, but with what was rejected or refused and reads the same."""
        if isinstance(step.plan, RecordError) or step.unknown or not same(step.record, following.record):
            return
        if step.plan.request is not None and not _is_applied(step):
            return
        assert isinstance(following.plan, Plan)
        back = [self.reads(one) for one in step.plan.rejected]
        back += [self.reads(one) for one in step.plan.changes if one.target in step.refused]
        for change in following.plan.changes:
            if not any(_overlap(self.reads(change), reads) for reads in back):
                raise self.broken("what arrived is said again", following, change)
            self.count[f"exempt: {Exempt.SHARED}"] += 1

    def only_what_is_open(self) -> None:
        """What before has already is said only where it may not have arrived."""
        open_: dict[tuple[Span, str], set[str]] = {}
        for step in self.steps:
            if isinstance(step.plan, RecordError):
                continue
            for change in step.plan.changes:
                reads = self.reads(change)
                if _says_the_same(change) and not any(_overlap(reads, one) for one in open_.values()):
                    raise self.broken("more is said than what may not have arrived", step, change)
            said = {(change.span, change.target): self.reads(change) for change in step.plan.changes}
            if step.unknown:
                open_ |= said
            elif step.arrived:
                open_ = {one: reads for one, reads in open_.items() if one not in said}

    def reads(self, told: Change | Rejection) -> set[str]:
        """The canonical paths that a change reads; where an entry or an item is traced, only that."""
        rule = self.rules.get(told.span)
        leaves = [one for one in rules_below(rule) if isinstance(one, Leaf)] if rule is not None else []
        paths = {format_source(path) for leaf in leaves for path in (*leaf.reads, *leaf.asks)}
        if told.source is None:
            return paths
        parts = isinstance(rule, Leaf) and not rule.kind.is_one
        traced = parts and any(told.source != path and is_within(told.source, path) for path in paths)
        return {told.source} if traced else paths | {told.source}

    def never_twice(self) -> None:
        """What must not be said twice is named, and is not said again when it may have arrived."""
        credited: set[tuple[Span, str]] = set()
        for step in self.steps:
            if isinstance(step.plan, RecordError) or step.plan.request is None:
                continue
            said = {
                (change.span, change.target)
                for change in step.plan.changes
                if change.span in self.once and change.action == "set"
            }
            noted = [note.target for note in step.plan.notes]
            if any(not _touches(target, noted) for _, target in said):
                raise self.broken("no note says that it must not be sent twice", step, said)
            if again := said & credited:
                raise self.broken("what is not repeatable is sent again", step, again)
            if step.unknown:
                credited |= said


class _Ends:
    """What one customer's vendor holds after the clean night, with faults and without."""

    def __init__(self, schedule: Schedule, world: World, twin: World, key: str, count: Counter[str]) -> None:
        self.schedule, self.world, self.twin = schedule, world, twin
        self.key, self.count = key, count
        self.steps = (world.of(key), twin.of(key))
        self.clean = [steps[-2] for steps in self.steps]

    def judge(self) -> None:
        why = self.whole()
        if why is not None:
            self.count[f"exempt: {why}"] += 1
            return
        self.count["customers judged"] += 1
        ours, theirs = self.world.vendor.cells(self.key), self.twin.vendor.cells(self.key)
        for target in sorted(ours.keys() | theirs.keys()):
            self.count["targets judged"] += 1
            if _mark(ours, target) == _mark(theirs, target) or _same(ours, theirs, target):
                continue
            why = self.part(target, theirs)
            if why is None:
                facts = (target, _mark(ours, target), _mark(theirs, target))
                raise Broken("does not converge", self.schedule, self.world, f"{self.key}: {facts}")
            self.count[f"exempt: {why}"] += 1
        self.settled()

    def whole(self) -> Exempt | None:
        """Why nothing is judged of this customer."""
        if any(isinstance(step.plan, RecordError) for step in self.clean):
            return Exempt.NO_PLAN
        codes = {one.code for steps in self.steps for step in steps for one in _plan(step).rejected}
        if codes & {"CM801", "CM814"}:
            return Exempt.NOBODY
        if any(_plan(step).request is not None and not step.arrived for step in self.clean):
            return Exempt.NOT_CLEAN
        return None

    def part(self, target: str, theirs: Cells) -> Exempt | None:
        """Why it is of no matter that the two vendors differ at a target."""
        ours = _plan(self.clean[0]).rejected
        if _touches(target, [one.target for one in ours if one.code == "CM817"]):
            return Exempt.LOOK_UP
        if _touches(target, [one.target for step in self.clean for one in _plan(step).rejected]):
            return Exempt.REJECTED
        left = [
            note.target
            for steps in self.steps
            for step in steps
            for note in _plan(step).notes
            if note.fact in KEPT
        ]
        if _touches(target, left):
            return Exempt.LEFT
        if not _same(theirs, self.ideal(), target):
            return Exempt.ONE_NIGHT
        return None

    def ideal(self) -> Cells:
        """What a vendor holds that was sent the last record alone."""
        vendor, trial = self.twin.vendor, self.schedule.trial
        options = {name: value for name, value in self.schedule.options.items() if name == "nulls"}
        try:
            request = trial.loaded.apply(
                self.clean[1].record, trial.params, on_rejected="drop", **options
            )
            return cells(vendor.root, vendor.store.receive({}, request.body))
        except (RecordError, Refused):
            return {}

    def settled(self) -> None:
        """After a clean night, what is unsettled was rejected, or could not be said."""
        left = (self.clean[0].kept or {}).get("unsettled", [])
        plan = _plan(self.clean[0])
        if left and not plan.rejected and not any(note.fact in KEPT for note in plan.notes):
            raise Broken("what arrived is unsettled", self.schedule, self.world, f"{self.key}: {left}")


def _plan(step: Step) -> Plan:
    """A plan; an empty one where the record was refused."""
    return Plan("", (), (), (), ()) if isinstance(step.plan, RecordError) else step.plan


def _is_applied(step: Step) -> bool:
    return isinstance(step.outcome, Outcome) and step.outcome.applied is True


def _overlap(some: set[str], others: set[str]) -> bool:
    """Is a path one of the others, in one, or around one?"""
    return any(_touches(one, others) for one in some)


def _touches(target: str, others: Any) -> bool:
    """Is it one of the others, in one, or around one?"""
    return any(is_within(target, other) or is_within(other, target) for other in others)


def _same(a: Cells, b: Cells, target: str) -> bool:
    return same(_mark(a, target), _mark(b, target))


def _mark(held: Cells, target: str) -> Any:
    return held[target].mark if target in held else ABSENT


def _says_the_same(change: Change) -> bool:
    return change.action == "set" and change.request is not None and same(change.before, change.after)


def _made_of(kept: Any, before: Any, after: Any) -> bool:
    """Is a value put together of two others?"""
    if same(kept, before) or same(kept, after):
        return True
    sides = [one for one in (before, after) if type(one) is type(kept)]
    if isinstance(kept, dict):
        return all(
            _made_of(value, *[one.get(name, ABSENT) if isinstance(one, dict) else ABSENT for one in (before, after)])
            for name, value in kept.items()
        )
    if isinstance(kept, list):
        return all(any(same(item, one) for side in sides for one in side) for item in kept)
    return False


def _once(root: ObjectNode) -> set[Span]:
    """The rules that must not be said twice, and those in containers that must not."""
    found: set[Span] = set()
    for rule in rules_below(root):
        if not rule.policy.repeatable:
            found |= {one.span for one in rules_below(rule)}
    return found
