"""Law 16, settled nights converge, as a judge of one schedule.

Two worlds are run: one with the schedule's faults, and its twin, in which all nights pass. After a clean
night the vendor of the first holds what that of the second holds. While nights pass, each is judged, too:
what comes back, what is not said again, what is kept.

The judge reads the language page (§ 8) from the vendor's side. It knows nothing of how settle works.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise, takewhile
from typing import Any

from nights_schedule import Schedule, mentions_all
from nights_world import Step, Unsound, World
from whole_records import Customer

from custmap.back.outcome import Outcome
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection
from custmap.model.nodes import Leaf, ObjectNode, Presence
from custmap.model.note import KEPT, Fact
from custmap.model.walkers import eaches
from custmap.plan.plan import Plan
from custmap.prove.blame import rules_below
from custmap.prove.cells import Cell, Cells, cells, is_within
from custmap.prove.store import Refused, State
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Member, PathError, parse_path
from oracle.records import laid_over, taken


Path = tuple[Any, ...]
"""A canonical path by its names."""


class Exempt(StrEnum):
    """Where the law is silent: all that it is not held to, and nothing else.

    The first four are of a customer, the next of a target that differs between the two vendors, the last of
    a change that is said again.
    """

    NOT_ALL = "the last record does not mention all that others mentioned"
    NO_PLAN = "the last record is refused, with or without faults: nothing is sent"
    NOBODY = "in some night nobody, or somebody else, was named: which vendor's customer it is is not told"
    NOT_CLEAN = "the declared vendor refuses the last request: the night was not without fault"
    LOOK_UP = "CM817: somebody has to look it up at the vendor"
    REJECTED = "the last plan rejects it: each vendor keeps what it holds"
    LEFT = "a note said that the vendor keeps an old value, which it never got where that night was lost"
    ONE_NIGHT = "law 1 does not hold for this target: one diff alone does not lead to what the record says"
    OPEN = "what after did not mention is unsettled still: a rule that reads it says its own again"
    UNMENTIONED = "what is rejected is made of nothing that the record mentions"
    EVERYTHING = "what is rejected reads the whole customer, which cannot stand as before had it"
    SHARED = "a rule reads what another one reads whose change was rejected, or refused: it says its own again"


class Broken(AssertionError):
    """The law is broken; `what` says how, in the same words for the same fault."""

    def __init__(self, what: str, schedule: Schedule, world: World, facts: str) -> None:
        super().__init__(f"seed {schedule.seed}: {what}: {facts}")
        self.what, self.schedule, self.world, self.facts = what, schedule, world, facts


def judge(schedule: Schedule, engine: Any = None) -> Counter[str]:
    """Counts of what was judged, exempted and done. Raises Broken."""
    world, twin = World(schedule, engine), World(schedule.without_faults, engine)
    for one in (world, twin):
        try:
            one.run()
        except Unsound as unsound:
            raise Broken(unsound.what, schedule, one, unsound.facts) from unsound
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
        self.table = checked.operation.table
        self.rules = {span: rule for root in checked.operation.parts.values() for span, rule in _rules(root)}
        self.identities = {
            path
            for rule in self.rules.values()
            if rule.policy.identity
            for path in self.values_at(rule.span)
        }
        self.once = _once(checked.operation.table.root)
        self.keep = schedule.options.get("absent") != "clear"
        self.nulls = schedule.options.get("nulls", "clear")

    def broken(self, what: str, step: Step, facts: object = "") -> Broken:
        return Broken(what, self.schedule, self.world, f"{step.key}, night {step.night}: {facts}")

    def judge(self) -> None:
        for step in self.steps:
            self.settled(step)
            self.none_lost(step)
            self.none_invented(step)
            self.arrived(step)
            self.named(step)
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
        unsettled = _unsettled(step.kept)
        if unsettled != sorted(set(unsettled)):
            raise self.broken("unsettled is no sorted list of paths", step, unsettled)

    def arrived(self, step: Step) -> None:
        """Of a night of which all arrived, after laid over before is kept."""
        if not step.arrived or isinstance(step.plan, RecordError) or step.plan.rejected:
            return
        if not same(self.plain(step.kept), self.laid(step)):
            raise self.broken("what arrived is not kept", step, (step.kept, self.laid(step)))

    def named(self, step: Step) -> None:
        """What names the customer is never put back."""
        if not _is_over(step):
            return
        wanted = self.laid(step)
        for path in self.identities:
            if not same(_at(self.plain(step.kept), path), _at(wanted, path)):
                raise self.broken("an identity is put back", step, path)

    def laid(self, step: Step) -> Customer:
        """After laid over before."""
        before, after = self.plain(step.before), self.plain(step.record)
        return laid_over(before, after, step.record, self.canonical) if self.keep else after

    def comes_back(self, step: Step, following: Step) -> None:
        """What was rejected is rejected, or said, in the next night of the same record."""
        if isinstance(step.plan, RecordError) or not same(step.record, following.record):
            return
        told = _told(following)
        for rejection in step.plan.rejected:
            if _touches(rejection.target, told):
                continue
            reads = self.reads(rejection)
            if () not in reads and self.mentions(step, reads):
                raise self.broken("what was rejected does not come back", step, rejection)
            self.count[f"exempt: {Exempt.EVERYTHING if () in reads else Exempt.UNMENTIONED}"] += 1

    def silent(self, step: Step, following: Step) -> None:
        """What arrived is not said again, but with what was rejected or refused and reads the same."""
        if not _is_over(step) or not same(step.record, following.record):
            return
        back, open_ = self.not_taken(step), set(map(_path, _unsettled(step.kept)))
        for change in _plan(following).changes:
            if _overlap(self.reads(change), open_):
                self.count[f"exempt: {Exempt.OPEN}"] += 1
            elif _overlap(self.reads(change), back):
                self.count[f"exempt: {Exempt.SHARED}"] += 1
            else:
                raise self.broken("what arrived is said again", following, change)

    def settled(self, step: Step) -> None:
        """What arrived is settled: after does not mention what is left, or it was rejected or refused."""
        if not _is_over(step):
            return
        left = [note.span for note in _plan(step).notes if note.fact in KEPT]
        excused = self.not_taken(step).union(*map(self.reads_at, left))
        for path in map(_path, _unsettled(step.kept)):
            said = self.mentions(step, {path}) or self.is_made_anew(step, path)
            if said and not _overlap({path}, excused):
                raise self.broken("what arrived is unsettled", step, path)

    def is_made_anew(self, step: Step, path: Path) -> bool:
        """Does the plan say all that is made of a path of which both sides say nothing, as a default does?"""
        if _is_mentioned(self.plain(step.before), path):
            return False
        said = {self.rules[change.span].span for change in _plan(step).changes if change.span in self.rules}
        reading = {one.span for one in self.reading({path}) if isinstance(one, Leaf)}
        return bool(reading) and reading <= said

    def reading(self, paths: set[Path]) -> list[Leaf | ObjectNode]:
        """The rules that read one of the paths."""
        return [one for one in self.rules.values() if _overlap(paths, self.reads_at(one.span))]

    def only_what_is_open(self) -> None:
        """What before has already is said, and something unsettled, only where it may not have arrived."""
        open_: set[Path] = set()
        for step in self.steps:
            for change in _plan(step).changes:
                reads = self.reads(change)
                if _says_the_same(change) and not _overlap(reads, open_) and not self.has_null(step, reads):
                    raise self.broken("more is said than what may not have arrived", step, change)
            if step.unknown:
                open_ |= {path for change in _plan(step).changes for path in self.reads(change)}
            elif _is_over(step):
                back = self.not_taken(step)
                shared = {path for one in self.reading(back) for path in self.reads_at(one.span)}
                open_ = {path for path in open_ if not self.is_all_said(step, path)} | back | shared
            for path in map(_path, _unsettled(step.kept)):
                if not any(path[: len(one)] == one for one in open_):
                    raise self.broken("more is unsettled than what may not have arrived", step, path)

    def is_all_said(self, step: Step, path: Path) -> bool:
        """Does the record say all of what is at a path? It may mention some members of an object only."""
        found: Any = self.plain(step.record)
        for name in path:
            if not isinstance(found, dict):
                return True
            if name not in found:
                return not self.keep
            found = found[name]
        return not self.keep or not isinstance(found, dict)

    def has_null(self, step: Step, paths: set[Path]) -> bool:
        """Does the record say that there is no value, at a path or in it? Who knows what the vendor holds."""
        return any(_has_null(_at(self.plain(step.record), path)) for path in paths)

    def not_taken(self, step: Step) -> set[Path]:
        """The paths of what was rejected, and of what the vendor refused."""
        refused = [one for one in _plan(step).changes if one.target in step.refused]
        return {path for one in (*_plan(step).rejected, *refused) for path in self.reads(one)}

    def mentions(self, step: Step, paths: set[Path]) -> bool:
        """Does the record mention one of the paths, or something in it?"""
        return not self.keep or any(_is_mentioned(self.plain(step.record), path) for path in paths)

    def reads(self, told: Change | Rejection) -> set[Path]:
        """The canonical paths that a change reads; where an entry or an item is traced, only that."""
        rule, source = self.rules.get(told.span), _path(told.source or "")
        asks, values = self.asks_at(told.span), self.values_at(told.span)
        parts = isinstance(rule, Leaf) and rule.span == told.span and not rule.kind.is_one and len(values) == 1
        return asks | ({source} if parts and _is_inside(source, min(values)) else values)

    def reads_at(self, span: Span | None) -> set[Path]:
        return self.values_at(span) | self.asks_at(span)

    def values_at(self, span: Span | None) -> set[Path]:
        """What the values of a rule, or of those in a container, are made of: a list is one value."""
        return {_names(path) for leaf in self.leaves(span) for path in leaf.reads}

    def asks_at(self, span: Span | None) -> set[Path]:
        """What their conditions read, and those of objects around them."""
        return {_names(path) for leaf in self.leaves(span) for one in self.around(leaf) for path in one.asks}

    def leaves(self, span: Span | None) -> list[Leaf]:
        rule = self.rules.get(span) if span is not None else None
        return [] if rule is None else [one for one in rules_below(rule) if isinstance(one, Leaf)]

    def around(self, leaf: Leaf) -> Iterator[Leaf | Presence]:
        """A rule, and the objects that it stands in."""
        slot: int | None = leaf.slot
        while slot is not None:
            yield self.table.slots[slot]
            slot = self.table.inside[slot]

    def never_twice(self) -> None:
        """What must not be said twice is named, and is not said again when it may have arrived."""
        credited: set[tuple[Span, str]] = set()
        for step in self.steps:
            said = {
                (change.span, change.target)
                for change in _plan(step).changes
                if change.span in self.once and change.action == "set" and change.request is not None
            }
            noted = [note.target for note in _plan(step).notes if note.fact == Fact.NOT_REPEATABLE]
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
        self.trial, self.options = schedule.trial, schedule.options
        self.nulls = {name: value for name, value in self.options.items() if name == "nulls"}
        self.root, self.store = twin.vendor.root, twin.vendor.store

    def judge(self) -> None:
        why = self.whole()
        if why is not None:
            self.count[f"exempt: {why}"] += 1
            return
        self.count["customers judged"] += 1
        ours, theirs = self.world.vendor.cells(self.key), self.twin.vendor.cells(self.key)
        self.compare("does not converge", ours, theirs)
        if (ideal := self.alone(self.clean[1].record)) is not None:
            self.compare("does not converge, even without faults", theirs, ideal)

    def compare(self, what: str, held: Cells, wanted: Cells) -> None:
        targets = {name for cells_ in (held, wanted) for name, cell in cells_.items() if _is_managed(name, cell)}
        for target in sorted(targets):
            self.count["targets judged"] += 1
            if _same(held, wanted, target):
                continue
            why = self.part(target)
            if why is None:
                facts = (target, _mark(held, target), _mark(wanted, target))
                raise Broken(what, self.schedule, self.world, f"{self.key}: {facts}")
            self.count[f"exempt: {why}"] += 1

    def whole(self) -> Exempt | None:
        """Why nothing is judged of this customer."""
        if not mentions_all(self.schedule, self.key):
            return Exempt.NOT_ALL
        if any(isinstance(step.plan, RecordError) for step in self.clean):
            return Exempt.NO_PLAN
        if any(_names_nobody(step) for steps in self.steps for step in steps):
            return Exempt.NOBODY
        if any(_plan(step).request is not None and not step.arrived for step in self.clean):
            return Exempt.NOT_CLEAN
        return None

    def part(self, target: str) -> Exempt | None:
        """Why it is of no matter what the vendor holds at a target."""
        ours = _plan(self.clean[0]).rejected
        if _touches(target, [one.target for one in ours if one.code == "CM817"]):
            return Exempt.LOOK_UP
        if _touches(target, [one.target for step in self.clean for one in _plan(step).rejected]):
            return Exempt.REJECTED
        if any(_touches(target, _left(_plan(step))) for steps in self.steps for step in steps):
            return Exempt.LEFT
        return Exempt.ONE_NIGHT if target in self.astray() else None

    def alone(self, record: Customer) -> Cells | None:
        """What a vendor holds that was sent one record alone; None where it cannot be sent."""
        state = self.state(record)
        return None if state is None else cells(self.root, state)

    def state(self, record: Customer) -> State | None:
        try:
            request = self.trial.loaded.apply(record, self.trial.params, on_rejected="drop", **self.nulls)
            return self.store.receive({}, request.body)
        except (RecordError, Refused):
            return None

    def astray(self) -> set[str]:
        """The targets at which law 1 does not hold for a pair of these records: settle has no part in it."""
        canonical = self.trial.loaded.checked.canonical
        found: set[str] = set()
        before: Customer = {}
        for step in self.steps[1]:
            after = taken(step.record, canonical, **self.nulls)
            whole = after
            if self.options.get("absent") != "clear":
                whole = laid_over(before, after, step.record, canonical)
            start, aim = self.state(before), self.alone(whole)
            if start is not None and aim is not None:
                found |= self.missed(before, step.record, start, aim)
            before = whole
        return found

    def missed(self, before: Customer, after: Customer, start: State, aim: Cells) -> set[str]:
        try:
            plan = self.trial.loaded.diff(before, after, self.trial.params, **self.options)
            body = plan.request.body if plan.request else None
            end = cells(self.root, self.store.receive(start, body))
        except (RecordError, Refused):
            return set(aim)
        excused = [*_left(plan), *(one.target for one in plan.rejected)]
        targets = {one for one in end.keys() | aim.keys() if not _same(end, aim, one)}
        return {one for one in targets if not _touches(one, excused)}


def _left(plan: Plan) -> list[str]:
    """The targets at which the vendor keeps what it holds, as notes say."""
    return [note.target for note in plan.notes if note.fact in KEPT]


def _plan(step: Step) -> Plan:
    """A plan; an empty one where the record was refused."""
    return Plan("", (), (), (), ()) if isinstance(step.plan, RecordError) else step.plan


def _unsettled(record: Customer | None) -> list[str]:
    found: list[str] = (record or {}).get("unsettled", [])
    return found


def _told(step: Step) -> set[str]:
    """The targets that a night says, or rejects; also one that refuses the record."""
    if isinstance(step.plan, RecordError):
        return {one.target or "" for one in step.plan.diagnostics}
    return {one.target for one in (*step.plan.rejected, *step.plan.changes)}


def _at(record: Any, path: Path) -> Any:
    for name in path:
        record = _below(record, name)
    return record


def _has_null(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_null, value.values() if isinstance(value, dict) else value))
    return value is None


def _is_managed(target: str, cell: Cell) -> bool:
    """Is it what a rule says, and no member beside?"""
    return not isinstance(cell.rule, ObjectNode) or cell.rule.target == target


def _rules(root: ObjectNode) -> Iterator[tuple[Span, Leaf | ObjectNode]]:
    """The rule at each place; for a place in an item, the rule of the list."""
    for rule in rules_below(root):
        yield rule.span, rule
        if isinstance(rule, Leaf):
            yield from ((span, rule) for each in eaches(rule.origin) for span, _ in _rules(each.table.root))


def _names(path: tuple[Any, ...]) -> Path:
    return tuple(takewhile(_is_name, path))


def _is_name(segment: Any) -> bool:
    return isinstance(segment, str) and segment != "*"


def _path(text: str) -> Path:
    """A canonical path: names, and whatever names an item; () for all of the customer."""
    try:
        found = parse_path(text.replace(".@", ""))
        return tuple(one.name if isinstance(one, Member) else one for one in found)
    except PathError:
        return ()


def _is_mentioned(record: Any, path: Path) -> bool:
    """Does a record say something at a path, or in it? Of a list it says all."""
    for name in path:
        if not isinstance(record, dict):
            return True
        if name not in record:
            return False
        record = record[name]
    return bool(path) or bool(record)


def _is_over(step: Step) -> bool:
    """Is it known what became of all of the plan?"""
    if isinstance(step.plan, RecordError) or step.unknown or _names_nobody(step):
        return False
    applied = isinstance(step.outcome, Outcome) and step.outcome.applied is True
    return applied or step.plan.request is None


def _names_nobody(step: Step) -> bool:
    """Is the whole plan rejected, since it is not known, or not the same, who it is about?"""
    return any(one.code in ("CM801", "CM814") for one in _plan(step).rejected)


def _is_inside(path: Path, outer: Path) -> bool:
    return path != outer and path[: len(outer)] == outer


def _overlap(some: set[Path], others: set[Path]) -> bool:
    """Is a path one of the others, in one, or around one?"""
    return any(one[: len(other)] == other or other[: len(one)] == one for one in some for other in others)


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
            _made_of(value, _below(before, name), _below(after, name)) for name, value in kept.items()
        )
    if isinstance(kept, list):
        return all(any(same(item, one) for side in sides for one in side) for item in kept)
    return False


def _below(side: Any, name: str) -> Any:
    """A member; of null, null."""
    if side is None:
        return None
    return side.get(name, ABSENT) if isinstance(side, dict) else ABSENT


def _once(root: ObjectNode) -> set[Span]:
    """The rules that must not be said twice, and those in containers that must not."""
    found: set[Span] = set()
    for rule in rules_below(root):
        if not rule.policy.repeatable:
            found |= {one.span for one in rules_below(rule)}
    return found
