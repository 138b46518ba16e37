"""One request for each entry of a map or item of a list: which entries are set and cleared, and how.

An entry is compared by the request that it would make, so it is sent again when anything differs that its
request says. It is then sent whole, as the item of a list is: what it no longer has is cleared in the way of
its rule, so that it does not matter whether the vendor merges or replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import Any, Final, Literal, NamedTuple

from custmap.codegen.define import Parts
from custmap.diagnostics.errors import RecordError
from custmap.expressions.inference import SourcePath
from custmap.model.change import Change, Rejection
from custmap.model.checked import Checked, SequenceStep
from custmap.model.failed import Failed
from custmap.model.nodes import Leaf
from custmap.model.note import Fact, Note
from custmap.model.privacy import value_target
from custmap.model.walkers import identities, leaves, reads_beside
from custmap.plan.engine import Engine
from custmap.plan.sides import Pair
from custmap.running.draft import Draft, View, read
from custmap.running.item_keys import Keyed, Keyless, items_by_key
from custmap.running.lists import SETTLED, target_of
from custmap.running.maps import places_of
from custmap.running.requests import names_another, refusal
from custmap.running.rows import equal
from custmap.running.states import Failure, Unsettled, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.wire.binding import Bound
from custmap.wire.request import Request

Row = tuple[Any, ...]
Record = dict[str, Any]
_CUSTOMER: Final = ("customer",)
_NOT_THERE: Final = (None, ABSENT)
_UNKNOWN: Final = "cannot be cleared: without before its entries are not known"


class _Entry(NamedTuple):
    """An entry on both sides.

    `again`  nobody knows whether the vendor holds it as before has it.
    """

    key: Any
    was: Any
    now: Any
    again: bool

    @property
    def in_order(self) -> tuple[bool, Any]:
        return type(self.key) is str, self.key


class Said(NamedTuple):
    """What a step says: each change knows its request by its place among these."""

    changes: list[Change]
    rejected: list[Rejection]
    notes: list[Note]
    requests: list[Request]


class _Call:
    """One of the two calls of an entry."""

    def __init__(self, checked: Checked) -> None:
        self.engine = Engine(checked)
        operation = checked.operation
        self.identities = tuple(leaf for root in operation.parts.values() for leaf in identities(root))
        self._slots = operation.table.slots
        self.reads = list(reads_beside(self._slots))
        self._in_body = {leaf.span for leaf in leaves(operation.body)}

    def raising(self) -> _Call:
        """The same, but any exception is raised where something is unusual."""
        made = copy(self)
        made.engine = self.engine.raising()
        return made

    def parts(
        self, before: Record | None, after: Record, view: View, pair: Pair, *, again: bool
    ) -> Parts | None:
        """The parts of the request for an entry; None if there is nothing to say, or nothing can be said.

        The customer of `pair`, as before has it, may name whom the request is about.
        """
        changes, row = self.engine.code.changes, self.engine.row
        then, now = _failed_beside(pair)
        new = row(after, view.riders, now)
        old = self._named(pair.before, view.riders) if before is None else row(before, view.riders, then)
        if before is not None and not again:
            if equal(old, new, self.engine.mixed):
                return None
            trial = view.on_trial().whole()
            if changes(old, new, trial, False) is None:
                view.draft.rejected += trial.draft.rejected
                view.draft.notes += trial.draft.notes
                return None
        for leaf in self._may_remain(old, new) if again else ():
            view.draft.note(leaf.target, Fact.MAY_REMAIN, leaf)
        parts = changes(self._said_again(old, new, again=again), new, view.whole(), False)
        said = not self._in_body or any(one.span in self._in_body for one in view.draft.changes)
        return parts if said or not view.draft.rejected else None

    def _may_remain(self, old: Row, new: Row) -> Iterator[Leaf]:
        """The rules of which a lost request may have said what an entry neither has nor had: members that
        cannot be cleared, and entries and items whose names nobody knows."""
        for slot, was, now in zip(self._slots, old, new, strict=True):
            if not isinstance(slot, Leaf) or slot.policy.identity:
                continue
            nothing = now is ABSENT and not is_value(was)
            if not slot.kind.is_one or (nothing and not slot.policy.clear.says):
                yield slot

    def _named(self, customer: Record, riders: Row) -> Row:
        """The slots before of an entry that is new: what names the customer."""
        nothing = self.engine.code.nothing
        if not self.identities or not customer:
            return nothing
        held = self.engine.row({"customer": customer}, riders)
        slots = {leaf.slot for leaf in self.identities}
        return tuple(held[at] if at in slots else one for at, one in enumerate(nothing))

    def _said_again(self, old: Row, new: Row, *, again: bool) -> Row:
        """The slots before of an entry that is sent whole: all that it has is said, and what is gone.

        `again`: what a lost request may have had, too.
        """
        return tuple(
            Unsettled(was) if isinstance(slot, Leaf) and _is_said(slot, was, now, again=again) else was
            for slot, was, now in zip(self._slots, old, new, strict=True)
        )


def _is_said(leaf: Leaf, was: Any, now: Any, *, again: bool) -> bool:
    if leaf.policy.identity:
        return False
    if again:
        return is_value(was) or now is not ABSENT or leaf.policy.clear.says
    return (is_value(was) or (was is None and now is None)) and leaf.policy.repeatable


class ForEach:
    """Makes the requests of a step with `for_each`."""

    def __init__(self, step: SequenceStep) -> None:
        assert step.entries is not None and step.rule is not None
        self.entries = Engine(step.entries)
        self.calls = [_Call(call) for call in step.calls]
        self._leaf = step.rule
        self._of_calls = tuple(dict.fromkeys(read for call in self.calls for read in call.reads))
        self.reads = [*self.entries.reads, *self._of_calls]

    def raising(self) -> ForEach:
        """The same, but any exception is raised where something is unusual."""
        made = copy(self)
        made.entries = self.entries.raising()
        made.calls = [call.raising() for call in self.calls]
        return made

    def _has_same_customer(self, pair: Pair) -> bool:
        """Is what the calls read of the customer the same, and known?"""
        return pair.held is not None and not pair.failed and _are_same(pair, self._of_calls)

    def names_another(self, pair: Pair) -> list[Rejection]:
        """What is rejected where the two records name different customers."""
        if pair.held is None or self._has_same_customer(pair):
            return []
        for call in self.calls:
            naming = [leaf for leaf in call.identities if all(read[:1] == _CUSTOMER for read in leaf.reads)]
            riders = call.engine.stand_ins
            view = View(None, None, Draft(), riders, known=True)
            then, now = _failed_beside(pair)
            old = call.engine.row({"customer": pair.before}, riders, then)
            new = call.engine.row({"customer": pair.after}, riders, now)
            if names_another(naming, old, new, view):
                return [_of_customer(one) for one in view.draft.rejected]
        return []

    def plan(self, pair: Pair, bounds: Sequence[Bound]) -> Said:
        """The requests for a pair of records; `bounds` are those of `calls`."""
        said = Said([], [], [], [])
        is_same = self._has_same_customer(pair)
        if is_same and not pair.unsettled and _are_same(pair, self.entries.reads):
            return said
        entries = sorted(self._entries(pair, said), key=lambda one: one.in_order)
        for entry in entries:
            if not is_value(entry.now):
                self._clear(entry, pair, bounds, said)
        for entry in entries:
            if is_value(entry.now) and (entry.again or not (is_same and same(entry.was, entry.now))):
                self._set(entry, pair, bounds[0], said)
        return said

    def _entries(self, pair: Pair, said: Said) -> Iterator[_Entry]:
        """The entries of which something may have to be said."""
        leaf = self._leaf
        known = pair.held is not None
        view = View(
            pair.before if known else None, pair.after, Draft([], said.rejected, said.notes), (), known
        )
        (old,), (new,) = self.entries.rows(pair, view)
        doubts, old = (old if type(old) is Unsettled else SETTLED), bare(old)
        mentioned = type(old) in (dict, list) or old is None or bool(doubts.below) or view.known_missing(leaf)
        try:
            now = self._by_key(new)
        except _Unreadable as error:
            if doubts is not SETTLED or not view.sources_equal(leaf, old, new):
                view.reject(error.code, leaf.target, leaf, str(error))
            return
        try:
            then = self._by_key(old)
        except _Unreadable:
            view.draft.note(leaf.target, Fact.UNKNOWN_ITEMS, leaf)
            then, mentioned = {}, False
            new = new if now else None  # nothing is left of what nobody knows
        if new is None and not mentioned:
            view.reject("CM803", leaf.target, leaf, _UNKNOWN)
            return
        names = {mark: (mark if leaf.kind.is_map else key, ABSENT) for mark, key in doubts.below.items()}
        for mark, (key, _) in {**names, **then, **now}.items():
            was, held = then.get(mark, _NOT_THERE)[1], now.get(mark, _NOT_THERE)[1]
            again = doubts.whole or mark in doubts.below
            if type(held) is Failure:
                if again or not (type(was) is Failure and same(was.raw, held.raw)):
                    place, source = self._place(key)
                    said.rejected.append(Rejection(held.code, place, source, leaf.span, held.reason))
                continue
            was = ABSENT if type(was) is Failure else was
            never_there = not is_value(was) and not again and (mentioned or was is None or held is ABSENT)
            if is_value(held) or not never_there:
                yield _Entry(key, was, held, again)

    def _by_key(self, state: Any) -> Keyed:
        """Keys and values of the entries or items; _Unreadable where they cannot be told apart."""
        if type(state) is Failure:
            raise _Unreadable(state.code, state.reason)
        if type(state) is dict:
            return {key: (key, value) for key, value in state.items()}
        if type(state) is not list:
            return {}
        if self._leaf.kind.one_by_one:
            return {fingerprint(one): (one, one) for one in state}
        try:
            return items_by_key(self._leaf, state)
        except Keyless as error:
            raise _Unreadable("CM806", str(error)) from None

    def _place(self, key: Any) -> tuple[str, str | None]:
        """The target and the source path of an entry or item."""
        leaf = self._leaf
        if leaf.kind.is_map:
            return places_of(leaf, leaf.target, key)
        if leaf.kind.one_by_one:
            return value_target(leaf.target, key, leaf.privacy), leaf.source
        return target_of(leaf, key), leaf.source

    def _set(self, entry: _Entry, pair: Pair, bound: Bound, said: Said) -> None:
        after = {"key": entry.key, "value": entry.now, "customer": pair.after}
        before = None
        if is_value(entry.was):
            before = {"key": entry.key, "value": entry.was, "customer": pair.before}
        self._say("set", self.calls[0], entry, before, after, pair, bound, said)

    def _clear(self, entry: _Entry, pair: Pair, bounds: Sequence[Bound], said: Said) -> None:
        if len(self.calls) == 1:
            place, source = self._place(entry.key)
            said.rejected.append(Rejection("CM803", place, source, self._leaf.span, "cannot be cleared"))
            return
        after = {"key": entry.key, "customer": pair.after}
        if is_value(entry.was):
            after["value"] = entry.was
        self._say("clear", self.calls[1], entry, None, after, pair, bounds[1], said)

    def _say(
        self,
        action: Literal["set", "clear"],
        call: _Call,
        entry: _Entry,
        before: Record | None,
        after: Record,
        pair: Pair,
        bound: Bound,
        said: Said,
    ) -> None:
        """The request for one entry, or what stands in its way: an entry stands alone."""
        draft, known = Draft(), before is not None
        view = View(before, after, draft, bound.own(), known, complete=True)
        again = entry.again and action == "set"
        parts = call.parts(before, after, view, pair, again=again)
        place, source = self._place(entry.key)
        leaf = self._leaf
        said.notes.extend(Note(place, one.fact or one.text, one.span) for one in draft.notes)
        rejected = [(one.code, one.span, one.message) for one in draft.rejected]
        if parts is not None:
            if bound.missing:
                raise refusal(Draft(), bound.missing)
            was = entry.was if is_value(entry.was) else None
            now = entry.now if action == "set" else None
            try:
                said.requests.append(call.engine.send(bound, parts, draft, (), strict=False))
            except RecordError as error:
                rejected = [(one.code, one.span or leaf.span, one.message) for one in error.diagnostics]
            else:
                at = len(said.requests) - 1
                said.changes.append(Change(action, place, source, was, now, leaf.span, at, leaf.privacy))
        said.rejected.extend(Rejection(code, place, source, span, why) for code, span, why in rejected)


def _are_same(pair: Pair, paths: Iterable[SourcePath]) -> bool:
    return all(same(read(pair.before, path), read(pair.after, path)) for path in paths)


def _failed_beside(pair: Pair) -> list[tuple[Failed, ...]]:
    """What of both customers failed, as the calls read it."""
    both = (() if pair.held is None else pair.held.failed, pair.taken.failed)
    return [tuple(one._replace(path=(*_CUSTOMER, *one.path)) for one in failed) for failed in both]


def _of_customer(rejection: Rejection) -> Rejection:
    """A rejection of a rule that reads the customer, with the path in the customer."""
    source = rejection.source
    return rejection._replace(source=source and source.removeprefix("customer."))


class _Unreadable(Exception):
    """The entries of a record cannot be told apart, or could not be made."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
