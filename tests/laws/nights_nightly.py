"""What is asked of every night of one customer: what is kept, what comes back, what is not said again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from nights_reading import (
    Path,
    Reading,
    below,
    found_at,
    has_null,
    is_all_said,
    is_inside,
    is_mentioned,
    overlap,
    path_of,
)
from nights_schedule import stated
from nights_verdict import Broken, Exempt
from nights_world import Step, World, unsettled
from whole_records import Customer

from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection
from custmap.model.nodes import Leaf
from custmap.model.note import KEPT, Fact
from custmap.model.privacy import shown_target
from custmap.prove.scene import touches
from custmap.running.states import is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.types import ANY
from oracle.records import laid_over, taken


class Nights:
    """`keep`: records are partial, so what after does not mention stays."""

    def __init__(self, world: World, key: str, count: Counter[str]) -> None:
        self.world, self.count = world, count
        self.steps = world.of(key)
        checked = world.schedule.trial.loaded.checked
        self.canonical = checked.canonical
        self.reading = Reading(checked)
        self.keep = world.schedule.options.get("absent") != "clear"
        self.nulls = world.schedule.options.get("nulls", "clear")

    def judge(self) -> None:
        for step in self.steps:
            self.none_lost(step)
            self.none_invented(step)
            self.arrived(step)
            self.named(step)
            self.settled(step)
            self.mentioned(step)
            self.noted(step)
            self.moved(step)
        for step, following in pairwise(self.steps):
            self.comes_back(step, following)
            self.silent(step, following)
        self.only_what_is_open()
        self.never_twice()

    def broken(self, what: str, step: Step, facts: object = "") -> Broken:
        return Broken(what, self.world, f"{step.key}, night {step.night}: {facts}")

    def plain(self, record: Customer | None) -> Customer:
        """A record as rules see it, without what is unsettled."""
        known = {name: value for name, value in (record or {}).items() if name != "unsettled"}
        return taken(known, self.canonical, nulls=self.nulls)

    def laid(self, step: Step) -> Customer:
        """After laid over before."""
        before, after = self.plain(step.before), self.plain(step.record)
        return laid_over(before, after, step.record, self.canonical) if self.keep else after

    # what is kept

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
        if not _is_made_of(self.plain(step.kept), self.plain(step.before), self.plain(step.record)):
            raise self.broken("a value is invented", step, step.kept)
        if step.unsettled != sorted(set(step.unsettled)):
            raise self.broken("unsettled is no sorted list of paths", step, step.unsettled)

    def arrived(self, step: Step) -> None:
        """Of a night of which all arrived, after laid over before is kept."""
        if not step.is_over or step.plan.rejected or step.refused:
            return
        if not same(self.plain(step.kept), self.laid(step)):
            raise self.broken("what arrived is not kept", step, (step.kept, self.laid(step)))

    def named(self, step: Step) -> None:
        """What names the customer is never put back."""
        kept, wanted = self.plain(step.kept), self.laid(step)
        for path in self.reading.identities if step.is_over else ():
            if not same(found_at(kept, path), found_at(wanted, path)):
                raise self.broken("an identity is put back", step, path)

    def settled(self, step: Step) -> None:
        """What arrived is settled: after does not mention what is left, or it was rejected or refused."""
        if not step.is_over:
            return
        left = [note.span for note in step.plan.notes if note.fact in {*KEPT, Fact.UNSETTLED}]
        excused = self.shared(step).union(*map(self.reading.at, left))
        silent = {path for path in map(path_of, step.unsettled) if not self.mentions(step, {path})}
        excused |= self.reading.reading(silent)
        for path in map(path_of, step.unsettled):
            said = path not in silent or self.is_made_anew(step, path)
            if said and not overlap({path}, excused):
                raise self.broken("what arrived is unsettled", step, path)

    def lists(self, path: Path) -> Iterator[Path]:
        """The list that an item by its position is in: it stands as before had it, with all that is in it."""
        type_ = self.canonical.type
        for end, name in enumerate(path, 1):
            type_ = type_.member(name) or ANY
            if type_.only("array", "null") and end < len(path):
                yield path[:end]
                return

    def mentioned(self, step: Step) -> None:
        """What after does not mention is not said; but a default speaks for what nobody mentions."""
        for change in step.plan.changes:
            reads = self.reading.at(change.span)
            if () in reads or self.mentions(step, reads) or self.revived(step, reads):
                continue
            if _says_the_same(change) and self.reading.has_default(change):
                continue
            if self.holds(step, reads):
                raise self.broken("what is not mentioned is said", step, change)

    def noted(self, step: Step) -> None:
        """What is unsettled, and not mentioned, is in a note; but where the whole plan is rejected."""
        if step.error or step.names_nobody:
            return
        told = [self.reading.of(one) for one in step.plan.changes]
        rejected = step.plan.rejected  # a container stands for all in it
        told += [self.reading.at(one.span) | self.reading.of(one) for one in rejected]
        told += [self.reading.at(note.span) for note in step.plan.notes]
        told += self.empty(step)
        for path in map(path_of, unsettled(step.before)):
            if self.mentions(step, {path}) or any(overlap({path}, reads) for reads in told):
                continue
            if () not in self.reading.reading({path}):
                raise self.broken("no note says that it is unsettled", step, path)
            self.count[f"exempt: {Exempt.EVERYTHING}"] += 1

    def empty(self, step: Step) -> list[set[Path]]:
        """What rules read that say an empty map or list again: of that there is nothing to say."""
        after = self.laid(step)
        empty = [one for one in self.reading.containers() if self.value(one, after) in ({}, [])]
        found = [self.reading.at(one.span) for one in empty]
        return [reads for reads in found if self.mentions(step, reads)]

    def moved(self, step: Step) -> None:
        """`immutable` and `transitions` are judged from before's value, whatever may have arrived."""
        said = {change.span for change in step.plan.changes if change.action == "set"}
        for leaf in self.reading.moves():
            if leaf.span not in said or step.before is None:
                continue
            then, now = self.value(leaf, self.plain(step.before)), self.value(leaf, self.laid(step))
            if not is_value(then) or not is_value(now) or _is_one_value(leaf, then, now):
                continue
            allowed = (leaf.policy.transitions or {}).get(fingerprint(then), ())
            if leaf.policy.immutable or fingerprint(now) not in allowed:
                raise self.broken("a move that the vendor does not take is said", step, leaf.target)

    def value(self, leaf: Leaf, record: Customer) -> Any:
        """What a rule makes of a record."""
        trial = self.world.schedule.trial
        riders = trial.loaded.engine.binder.bind(trial.params).own()
        return trial.loaded.functions.values(record, riders)[leaf.slot]

    def is_made_anew(self, step: Step, path: Path) -> bool:
        """Does the plan say all that is made of a path of which both sides say nothing, as a default does?"""
        return not self.holds(step, {path}) and self.reading.says_all(step.plan.changes, path)

    def mentions(self, step: Step, paths: set[Path]) -> bool:
        """Does the record mention one of the paths, or something in it?"""
        record = stated(step.record, self.canonical, self.nulls)
        return not self.keep or any(is_mentioned(record, path, self.canonical.type) for path in paths)

    def revived(self, step: Step, paths: set[Path]) -> bool:
        """Is an object around one of the paths null before, and does the record mention it?"""
        before = self.plain(step.before)
        around = {path[:end] for path in paths for end in range(1, len(path))}
        return any(found_at(before, one) is None and self.mentions(step, {one}) for one in around)

    def holds(self, step: Step, paths: set[Path]) -> bool:
        """Does before have a value at one of the paths?"""
        before = self.plain(step.before)
        exact = [path for path in paths if not any(is_inside(other, path) for other in paths)]
        return any(found_at(before, path) not in (ABSENT, None, {}, []) for path in exact)

    def back(self, step: Step) -> list[Change | Rejection]:
        """What was rejected, and what the vendor refused."""
        refused = [one for one in step.plan.changes if one.target in step.refused]
        return [*step.plan.rejected, *refused]

    def not_taken(self, step: Step) -> set[Path]:
        return {path for one in self.back(step) for path in self.reading.of(one)}

    def shared(self, step: Step) -> set[Path]:
        """The same, with all that other rules read that read one of these paths, and the lists around."""
        back = self.not_taken(step).union(*map(self.reading.around, self.back(step)))
        return back.union(*map(self.lists, back))

    # from one night to the next

    def comes_back(self, step: Step, following: Step) -> None:
        """What was rejected is rejected, or said, in the next night whose record says the same of it."""
        again = same(step.record, following.record)
        if step.names_nobody or following.names_nobody or following.error:  # it has no plan
            return
        others = set().union(*map(self.reading.of, (*following.plan.changes, *following.plan.rejected)))
        for rejection in step.plan.rejected:
            reads = self.reading.of(rejection)
            shown = shown_target(rejection.place)  # an error hides the keys that are values
            told = touches(rejection.target, following.told) or touches(shown, following.told)
            if told or not self.says_the_same(step, following, reads):
                continue
            if overlap(reads, self.reading.identities):  # what names the customer is not put back
                continue
            if not again and overlap(reads, others):  # said as a part of something else
                continue
            if self.is_told_otherwise(rejection, following):
                continue
            if () not in reads and self.mentions(step, self.reading.sources(rejection)):
                raise self.broken("what was rejected does not come back", step, rejection)
            self.count[f"exempt: {Exempt.EVERYTHING if () in reads else Exempt.UNMENTIONED}"] += 1

    def says_the_same(self, step: Step, following: Step, paths: set[Path]) -> bool:
        """Do two records say the same at the paths? A plain text says more than it has."""
        if any(self.mentions(step, {path}) != self.mentions(following, {path}) for path in paths):
            return False
        one, other = (self.plain(side.record) for side in (step, following))
        around = {path[:-1] for path in paths if len(path) > 1}
        if any((found_at(one, path) is None) != (found_at(other, path) is None) for path in around):
            return False
        return all(same(found_at(one, path), found_at(other, path)) for path in paths)

    def silent(self, step: Step, following: Step) -> None:
        """What arrived is not said again, but with what was rejected or refused and reads the same, or a list
        that is in."""
        if not step.is_over or not same(step.record, following.record):
            return
        back, open_ = self.not_taken(step), set(map(path_of, step.unsettled))
        back = back.union(*map(self.lists, back | open_))
        for change in following.plan.changes:
            reads = self.reading.of(change)
            if self.is_partly_rejected(step, change, reads):
                self.count[f"exempt: {Exempt.PART}"] += 1
                continue
            if not overlap(reads, open_ | back):
                raise self.broken("what arrived is said again", following, change)
            self.count[f"exempt: {Exempt.OPEN if overlap(reads, open_) else Exempt.SHARED}"] += 1

    def is_partly_rejected(self, step: Step, change: Change, reads: set[Path]) -> bool:
        """Is it cleared since an object became null, of which another part is rejected and stays?"""
        record = self.plain(step.record)
        gone = {path[:-1] for path in reads if path[:-1] and found_at(record, path[:-1]) is None}
        return change.action == "clear" and overlap(gone, self.not_taken(step))

    def is_told_otherwise(self, rejection: Rejection, following: Step) -> bool:
        """Is another part of the rule rejected, or does a note say that what is around stays or is not there?

        Of a record that is refused it is not told what would have been said: that an object is cleared as a
        whole, in place of its members. Nothing was, and all stands as before.
        """
        if following.error and self.reading.is_cleared_around(rejection.target):
            return True
        reads = self.reading.of(rejection)
        cleared = (one for one in following.plan.changes if one.action == "clear")
        if any(overlap(reads, self.reading.at(one.span)) for one in cleared):
            return True  # with all that is around it
        if any(one.span == rejection.span for one in following.plan.rejected):
            self.count[f"exempt: {Exempt.PART}"] += 1
            return True
        return any(
            note.fact in (Fact.CLEAR_SKIPPED, Fact.NOT_THERE) and touches(rejection.target, [note.target])
            for note in following.plan.notes
        )

    # over all nights

    def only_what_is_open(self) -> None:
        """What before has already is said, and something unsettled, only where it may not have arrived."""
        open_: set[Path] = set()
        for step in self.steps:
            for change in step.plan.changes:
                if _says_the_same(change) and not self.may_be_said(step, self.reading.of(change), open_):
                    raise self.broken("more is said than what may not have arrived", step, change)
            open_ = self.open_after(step, open_)
            for path in map(path_of, step.unsettled):
                if any(path[: len(one)] == one or _is_list_around(path, one) for one in open_):
                    continue
                if () not in self.reading.reading({path}):
                    raise self.broken("more is unsettled than what may not have arrived", step, path)
                self.count[f"exempt: {Exempt.EVERYTHING}"] += 1

    def may_be_said(self, step: Step, reads: set[Path], open_: set[Path]) -> bool:
        """A null is said where before says nothing: who knows what the vendor holds."""
        record = self.plain(step.record)
        return overlap(reads, open_) or any(has_null(found_at(record, path)) for path in reads)

    def open_after(self, step: Step, open_: set[Path]) -> set[Path]:
        """The paths of what may not have arrived, after a night."""
        if step.unknown:
            told = (*step.plan.changes, *step.plan.rejected)
            never = self.reading.defaults if step.before is None else set()
            return open_ | never | {path for one in told for path in self.reading.of(one)}
        if not step.is_over:
            return open_
        record = self.plain(step.record)
        silent = {path for path in open_ if self.keep and not is_all_said(record, path)}
        kept = [note.span for note in step.plan.notes if note.fact in {*KEPT, Fact.UNSETTLED}]
        excused = self.reading.reading(silent).union(*map(self.reading.at, kept))
        left = {path for path in open_ if path in silent or overlap({path}, excused)}
        left |= self.shared(step)
        return left | self.reading.asking(left)

    def never_twice(self) -> None:
        """What must not be said twice is named, and is not said again when it may have arrived."""
        credited: set[tuple[Span, str]] = set()
        for step in self.steps:
            said = {
                (change.span, change.target)
                for change in step.plan.changes
                if change.span in self.reading.once and change.action == "set" and change.request is not None
            }
            noted = [note.target for note in step.plan.notes if note.fact == Fact.NOT_REPEATABLE]
            if any(not touches(target, noted) for _, target in said):
                raise self.broken("no note says that it must not be sent twice", step, said)
            if again := said & credited:
                raise self.broken("what is not repeatable is sent again", step, again)
            if step.unknown:
                credited |= said
            elif step.is_over and not step.refused:
                cleared = (change.span for change in step.plan.changes if change.action == "clear")
                gone = {one for span in cleared for one in self.reading.below(span)}
                credited = {one for one in credited if one[0] not in gone}


def _is_one_value(leaf: Leaf, then: Any, now: Any) -> bool:
    """Are two values the same to the vendor, who sees no order in a set?"""
    if leaf.kind.is_set and isinstance(then, list) and isinstance(now, list):
        return {fingerprint(one) for one in then} == {fingerprint(one) for one in now}
    return same(then, now)


def _says_the_same(change: Change) -> bool:
    return change.action == "set" and change.request is not None and same(change.before, change.after)


def _is_made_of(kept: Any, before: Any, after: Any) -> bool:
    """Is a value put together of two others?"""
    if same(kept, before) or same(kept, after):
        return True
    if isinstance(kept, dict):
        return all(
            _is_made_of(value, below(before, name), below(after, name)) for name, value in kept.items()
        )
    if isinstance(kept, list):
        known = [item for side in (before, after) if isinstance(side, list) for item in side]
        return all(any(same(item, one) for one in known) for item in kept)
    return False


def _is_list_around(path: Path, inner: Path) -> bool:
    """Is it the list that a path leads into by a position? Positions are not kept."""
    rest = inner[len(path) :]
    return inner[: len(path)] == path and bool(rest) and (rest[0] == "*" or str(rest[0]).isdecimal())
