"""Requests and plans of records: quickly or, where anything is unusual, carefully."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from custmap.border.intake import Taken, take
from custmap.border.quick import QuickBorder, require_text
from custmap.codegen.define import Functions, Parts
from custmap.codegen.facts import mixed
from custmap.codegen.reads import reads_everything
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.change import Change, Rejection
from custmap.model.checked import Checked
from custmap.model.failed import Failed
from custmap.model.filled_list import misfits
from custmap.model.note import Note
from custmap.plan.beside import Beside, Reading
from custmap.plan.doubts import Doubts
from custmap.plan.failing import marked, with_failures
from custmap.plan.masking import Masking
from custmap.plan.noting import add_notes, joined_notes, with_notes
from custmap.plan.open_paths import open_path
from custmap.plan.overlay import Overlay
from custmap.plan.plan import Plan
from custmap.plan.sides import Pair, Sides, laid_over
from custmap.plan.unsettled import Readers
from custmap.plan.vendor_document import VendorDocument
from custmap.plan.whole_record import with_rest
from custmap.running.draft import Draft, View
from custmap.running.requests import refusal
from custmap.running.rows import equal
from custmap.schema.unknown import drop_unknown
from custmap.values.absent import ABSENT
from custmap.values.unusual import Unusual
from custmap.wire.binding import Binder, Bound, bind
from custmap.wire.request import Request
from custmap.wire.sending import Sender

if TYPE_CHECKING:
    from custmap.back.answers import Answers

Nulls: TypeAlias = Literal["clear", "absent"]
Absent: TypeAlias = Literal["keep", "clear"]
OnRejected: TypeAlias = Literal["raise", "drop"]
Told = TypeVar("Told", Change, Rejection)
_PLACE: Final = itemgetter(1)


class Ruled(NamedTuple):
    """An engine whose rules say what of the customer goes to the vendor.

    `inner`  the mappings of the calls for each entry of what its one rule makes, if there are such.
    """

    engine: Engine
    inner: tuple[Checked, ...] = ()


class Engine:
    """Makes the requests and plans of one operation.

    `request` and `compare` are quick and raise anything where a record is unusual; `apply` and `carefully`
    take records that came through the careful border, and raise RecordError alone.
    """

    def __init__(self, checked: Checked) -> None:
        operation = checked.operation
        self.checked = checked
        self.binder = Binder(partial(bind, checked))
        self.code = Functions(checked, operation)
        self.doubts = Doubts(operation, checked.functions)
        self.reads = [path for slot in operation.table.slots for path in (*slot.reads, *slot.asks)]
        self.quick = QuickBorder(checked.canonical, direct=not reads_everything(self.reads))
        self.sender = Sender(checked, operation)
        self._lists = operation.lists
        self._slots = operation.table.slots
        self.masking = None if operation.mask is None else Masking(operation, operation.mask)
        self.mixed = mixed(operation)
        self.overlay = Overlay(checked.canonical, self.reads)
        self._no_plan = Plan(checked.name, (), (), (), ())
        self._goes_on = True

    @property
    def ruled(self) -> list[Ruled]:
        return [Ruled(self)]

    @cached_property
    def answers(self) -> Answers:
        """What reads answers."""
        from custmap.back.answers import Answers  # imported when used: 10 ms

        return Answers(self.checked, self.code)

    def alone(self) -> Engine:
        """An engine whose requests have the item of one customer as their body."""
        made = copy(self)
        made.sender = Sender(self.checked, self.checked.operation, alone=True)
        return made

    def raising(self) -> Engine:
        """An engine whose plans raise any exception where something is unusual."""
        made = copy(self)
        made._goes_on = False
        return made

    def apply(self, taken: Taken, bound: Bound, on_rejected: OnRejected, absent: Absent) -> Request:
        """The request of a record; RecordError with all that is wrong with it, and the notes about it."""
        try:
            return self._apply(taken, bound, on_rejected, partial=absent == "clear")
        except RecordError as error:
            add_notes(error, taken.notes)
            raise

    def requests(
        self, taken: Taken, bound: Bound, on_rejected: OnRejected, absent: Absent
    ) -> tuple[Request, ...]:
        """The one request of a record, as `apply` gives it."""
        return (self.apply(taken, bound, on_rejected, absent),)

    def quick_requests(self, record: dict[str, Any], bound: Bound, check: bool) -> tuple[Request, ...]:
        """The one request of a record, as `request` gives it."""
        if check:
            self.quick.require_fit(record)
        return (self.request(record, bound, ()),)

    def request(self, record: dict[str, Any], bound: Bound, more: tuple[Note, ...]) -> Request:
        """The request of a record in which nothing is unusual; any exception if something is."""
        riders = bound.own() if bound.shares else bound.riders
        body, path, query, headers, notes = self.code.apply(record, riders)
        if bound.missing:
            raise Unusual
        if self.completed is not None:
            query = self.completed(body, query)
        require_text(body)
        if (doubts := self.doubts.of(record)) or more:
            notes = (*notes, *doubts, *more)
        return self.sender.send(bound, body, path, query, headers, notes)

    @cached_property
    def completed(self) -> Callable[[Any, Any], Any] | None:
        """What gives the query of a request that was written quickly: with the names of a mask.

        Unusual where a list does not fit the contract. None: the query is as it was written.
        """
        masking, lists = self.masking, self._lists
        if masking is None and not lists:
            return None

        def complete(body: Any, query: Any) -> Any:
            if masking is not None:
                query = masking.filled_plainly(body, query)
            if misfits(lists, body, query):
                raise Unusual
            return query

        return complete

    def _apply(self, taken: Taken, bound: Bound, on_rejected: OnRejected, *, partial: bool) -> Request:
        record, riders = taken.record, bound.own()
        if not taken.failed:
            try:
                return self.request(record, bound, taken.notes)
            except Exception:  # the careful code finds out what is unusual, and goes on with the rest
                pass
        doubts = [*self.doubts.of(record), *taken.notes]
        row = with_failures(self.code.own(record, riders), self._slots, taken.failed, record)
        parts, draft = self.code.carefully(record, riders, row, partial=partial)
        if parts is None:
            raise refusal(draft, bound.missing)
        return self.send(bound, parts, draft, tuple(draft.notes + doubts), strict=on_rejected == "raise")

    def send(
        self, bound: Bound, parts: Parts, draft: Draft, notes: tuple[Note, ...], *, strict: bool
    ) -> Request:
        """The request of its parts; RecordError with all that stands in its way.

        `strict`: a rejection does, too.
        """
        wrong = bound.missing
        if not (draft.missing or draft.unstated or wrong):
            try:
                if self.masking is not None:
                    parts = self.masking.filled(parts, draft)
                if self._lists and (found := misfits(self._lists, parts[0], parts[2])):
                    raise RecordError(Diagnostic("CM706", reason, target=target) for target, reason in found)
                request = self.sender.send(bound, *parts, notes)
                if not (strict and draft.rejected):
                    return request
            except RecordError as error:
                wrong = error.diagnostics
        raise refusal(draft, wrong)

    def compare(self, before: object, after: object, bound: Bound, absent: Absent, check: bool) -> Plan:
        """The plan for records in which nothing is unusual; any exception if something is."""
        riders = bound.own() if bound.shares else bound.riders
        now, texts = self.quick.take(after, check)
        old, then = self.code.nothing, None
        if before is not None:
            then, _ = self.quick.take(before, check)
            if absent == "keep":
                now = self.overlay.over(then, now, texts)
            old = self.code.slots(then, riders)
        new = self.code.slots(now, riders)
        if equal(old, new, self.mixed):
            return self._no_plan
        view = _compared(then, now, riders, complete=absent == "clear")
        return with_texts(self._plan(old, new, view, bound))

    def carefully(self, held: Taken | None, taken: Taken, bound: Bound, absent: Absent) -> Plan:
        """The plan for records that were taken in carefully, with the notes about both."""
        notes = taken.notes if held is None else joined_notes(taken.notes, held.notes)
        pair = Pair.laid(held, taken, self.overlay, complete=absent == "clear")
        return with_notes(lambda: self.plan(pair, bound), notes)

    def plan(self, pair: Pair, bound: Bound) -> Plan:
        """The plan for two records, without the notes about them."""
        before = pair.held and pair.held.record
        view = _compared(before, pair.after, bound.own(), complete=pair.complete)
        old, new = self.rows(pair, view)
        if not pair.unsettled and equal(old, new, self.mixed):
            return self._no_plan
        return self._plan(old, new, view, bound)

    def beside(self, document: Any, taken: Taken, bound: Bound, absent: Absent) -> Plan:
        """The plan for a vendor that holds `document`, in its own form; the record was taken in carefully."""
        plain, complete = self.answers.reverse.plain(document), absent == "clear"
        return with_notes(lambda: self.plan_beside(plain, taken, bound, complete=complete), taken.notes)

    def plan_beside(self, document: Any, taken: Taken, bound: Bound, *, complete: bool) -> Plan:
        """The same, of a document of plain JSON values, without the notes about the record."""
        riders = bound.own()
        reverse = self.answers.reverse
        copy = reverse.copy(document)
        joint = self._reading(copy.record, taken, riders, complete)
        beside = Beside(
            self.checked.operation,
            VendorDocument(document, reverse.inverse.ways, copy.unread),
            joint,
            {rule: self._reading(read, taken, riders, complete) for rule, read in copy.apart.items()},
            marked(self.overlay.stated(taken.record, taken.texts), taken.failed),
            complete,
        )
        old, new, notes = beside.sides()
        # What the vendor does not hold is known not to be there.
        view = View(
            joint.before, joint.after, Draft(notes=notes), riders, True, complete, nothing=True, partial=True
        )
        return self._plan(old, new, view, bound, document)

    def _reading(
        self, read: dict[str, Any], taken: Taken, riders: tuple[Any, ...], complete: bool
    ) -> Reading:
        """What a document reads back as, taken in as any customer, and after laid over it."""
        before = take(read, self.checked.canonical, check=False).record
        drop_unknown(before, self.checked.canonical.type)
        after = taken.record if complete else laid_over(before, taken, self.overlay)
        new = self.row(after, riders, taken.failed)
        return Reading(before, marked(after, taken.failed), self.row(before, riders), new)

    def _open_rows(self, pair: Pair, view: View) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The slots of both sides, those of before marked where they are not settled."""
        sides = self.sides(pair, view.riders)
        paths = [open_path(one) for one in pair.unsettled]
        return self.readers.row(paths, sides, view.draft), sides.new

    def pair(self, held: Taken | None, taken: Taken, *, complete: bool) -> Pair:
        """Two records, the second laid over the first with all its fields, those that no rule reads, too."""
        return Pair.laid(held, taken, self._whole_overlay, complete=complete)

    def sides(self, pair: Pair, riders: tuple[Any, ...]) -> Sides:
        """What is compared, with its slots."""
        before, taken = pair.before, pair.taken
        old = self._before(pair, riders)
        stated = marked(self.overlay.stated(taken.record, taken.texts), taken.failed)
        new = self.row(pair.after, riders, taken.failed)
        own = self.row(taken.record, riders, taken.failed)
        return Sides(before, pair.after, old, new, stated, own, pair.complete)

    def told(self, pair: Pair) -> Draft:
        """What a plan would say, without its parameters; of no before what `apply` says."""
        riders, held = self.stand_ins, pair.held
        before = held and held.record
        view = _compared(before, pair.after, riders, complete=pair.complete)
        self.code.changes(*self.rows(pair, view), view, False)
        return view.draft

    def rows(self, pair: Pair, view: View) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The slots of both sides; those of before marked where they are not settled."""
        if pair.unsettled:
            return self._open_rows(pair, view)
        new = self.row(pair.after, view.riders, pair.taken.failed)
        return self._before(pair, view.riders), new

    def _before(self, pair: Pair, riders: tuple[Any, ...]) -> tuple[Any, ...]:
        held = pair.held
        return self.code.nothing if held is None else self.row(held.record, riders, held.failed)

    @cached_property
    def readers(self) -> Readers:
        """The rules by what they read."""
        return Readers(self.checked, self.stand_ins)

    @cached_property
    def stand_ins(self) -> tuple[Any, ...]:
        """Riders for what needs no parameters: their names stand for those that have no default."""
        origins = self.checked.operation.riders
        values = [one.value if one.param is None else one.default for one in origins]
        named = [f"{{{{{one.param}}}}}" for one in origins]
        return tuple(name if one is ABSENT else one for one, name in zip(values, named, strict=True))

    @cached_property
    def _whole_overlay(self) -> Overlay:
        return Overlay(self.checked.canonical, [()])

    def _plan(
        self,
        old: tuple[Any, ...],
        new: tuple[Any, ...],
        view: View,
        bound: Bound,
        document: Any = ABSENT,
    ) -> Plan:
        """The plan of two rows; `document` is the vendor's copy, if there is one."""
        parts = self.code.changes(old, new, view, False)
        draft, operation = view.draft, self.checked.operation
        if parts is not None and document is not ABSENT and operation.body.whole:
            parts = (with_rest(operation, parts[0], document, old, new, view), *parts[1:])
        requests: tuple[Request, ...] = ()
        draft.notes += self.doubts.about(view.after_record, draft.changes)
        if parts is not None:
            requests = (self.send(bound, parts, draft, (), strict=False),)
        return Plan(
            self.checked.name,
            in_order(draft.changes),
            in_order(draft.rejected),
            tuple(sorted(draft.notes)) if draft.notes else (),
            requests,
        )

    def row(
        self, record: dict[str, Any], riders: tuple[Any, ...], failed: tuple[Failed, ...] = ()
    ) -> tuple[Any, ...]:
        """The slots of a record; those that read what failed are failures."""
        try:
            row = self.code.slots(record, riders)
        except Exception:
            if not self._goes_on:
                raise
            row = self.code.own(record, riders)  # the careful code says what is unusual
        return with_failures(row, self._slots, failed, record)


def with_texts(plan: Plan) -> Plan:
    """A plan that was made quickly; any exception where half of a surrogate pair is in it."""
    require_text([(str(change.place), change.before, change.after) for change in plan.changes])
    if plan.rejected:
        require_text([rejected.target for rejected in plan.rejected])
    return plan


def in_order(told: list[Told]) -> tuple[Told, ...]:
    """Changes or rejections by their targets."""
    return tuple(sorted(told, key=_PLACE) if len(told) > 1 else told)


def _compared(before: Any, after: Any, riders: tuple[Any, ...], *, complete: bool) -> View:
    """The view of two records: of a new customer, whose before is None, nothing can be gone."""
    known = before is not None
    return View(before, after, Draft(), riders, known, known and complete, partial=complete)
