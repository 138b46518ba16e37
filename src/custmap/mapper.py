"""`load` and `Mapping`: connects the stages; each room does its own work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from custmap.border.careful import copy_carefully
from custmap.border.intake import Taken, take, take_parsed
from custmap.border.quick import QuickBorder, require_text
from custmap.codegen.define import Functions
from custmap.codegen.facts import mixed
from custmap.codegen.reads import reads_everything
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.functions.table import with_functions
from custmap.lineage.lineage import Lineage
from custmap.lineage.trace import lineage
from custmap.loader import check_mapping
from custmap.model.checked import Checked, Operation
from custmap.model.nodes import SourcePath
from custmap.model.note import Note, UnknownNote
from custmap.plan.doubts import Doubts
from custmap.plan.overlay import Overlay
from custmap.plan.plan import Plan, make_plan
from custmap.plan.vendor_document import vendor_slots
from custmap.running.draft import Draft, View
from custmap.running.rows import equal
from custmap.values.absent import ABSENT
from custmap.values.types import ANY
from custmap.values.unusual import Unusual
from custmap.wire.binding import Binder, Bound
from custmap.wire.request import Request
from custmap.wire.sending import Sender

if TYPE_CHECKING:
    from custmap.prove.proof import Proof

Nulls = Literal["clear", "absent"]
Absent = Literal["keep", "clear"]
OnRejected = Literal["raise", "drop"]
_TARGET = attrgetter("target")


def load(
    name_or_path: str | os.PathLike[str],
    *,
    functions: Sequence[ModuleType] = (),
    start: Path | None = None,
) -> Mapping:
    """Read, check and compile a mapping.

    `name_or_path`  a path to a file, or a name such as `fabric/update-attributes`.
    `functions`     modules whose functions (`@custmap.function`) expressions may call.
    `start`         the folder from which names are looked up; default: the working folder.

    MappingError with all errors when the mapping does not exist (CM204) or has errors; warnings do not stop
    loading. ValueError when a module declares no function, or one whose name is taken.
    """
    known = with_functions(functions)
    checked, found = check_mapping(name_or_path, known, start)
    if checked is None:
        raise MappingError(diagnostic for diagnostic in found if diagnostic.level == "error")
    return Mapping(checked, tuple(module.__name__ for module in functions))


class Mapping:
    """A compiled mapping: immutable, thread-safe, picklable. Made by `load`."""

    __slots__ = (
        "_binder",
        "_checked",
        "_code",
        "_doubts",
        "_mixed",
        "_modules",
        "_no_plan",
        "_nothing",
        "_overlay",
        "_quick",
        "_sender",
    )

    _binder: Binder
    _checked: Checked
    _code: Functions
    _doubts: Doubts
    _overlay: Overlay
    _quick: QuickBorder
    _modules: tuple[str, ...]
    _no_plan: Plan
    _nothing: tuple[Any, ...]
    _mixed: frozenset[int]
    _sender: Sender

    def __init__(self, checked: Checked, modules: tuple[str, ...] = ()) -> None:
        put = object.__setattr__
        operation = checked.operation
        put(self, "_modules", modules)
        put(self, "_binder", Binder(checked, operation))
        put(self, "_checked", checked)
        put(self, "_code", Functions(checked, operation))
        put(self, "_doubts", Doubts(operation, checked.functions))
        put(self, "_mixed", mixed(operation))
        put(self, "_quick", QuickBorder(checked.canonical, direct=not reads_everything(operation)))
        put(self, "_sender", Sender(checked, operation))
        put(self, "_overlay", Overlay(checked.canonical, _reads(operation)))
        put(self, "_no_plan", make_plan(checked.name, (), (), (), ()))
        put(self, "_nothing", (ABSENT,) * len(operation.table.slots))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a mapping is frozen: `{name}` cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a mapping is frozen: `{name}` cannot be taken away")

    def __reduce__(self) -> tuple[Callable[[Checked, tuple[str, ...]], Mapping], tuple[Any, ...]]:
        return _unpickled, (replace(self._checked, functions={}), self._modules)

    def __repr__(self) -> str:
        return f"<custmap.Mapping {self.name}>"

    @property
    def name(self) -> str:
        return self._checked.name

    @property
    def summary(self) -> str:
        return self._checked.summary

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters that the mapping declares, in the order of the file."""
        return tuple(param.name for param in self._checked.params)

    @property
    def code(self) -> str:
        """The generated Python, exactly as it runs."""
        return self._code.text

    @property
    def functions(self) -> Functions:
        """The generated functions, and their text."""
        return self._code

    @property
    def checked(self) -> Checked:
        """The checked mapping, for tools that inspect it."""
        return self._checked

    def apply(
        self,
        customer: object,
        params: MappingOf[str, Any] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        nulls: Nulls = "clear",
        check: bool = True,
        strict: bool = False,
    ) -> Request:
        """The request that sends everything the customer states.

        `customer`     a dict or a pydantic model such as `Customer`; it is not modified.
        `params`       parameter values by name.
        `on_rejected`  `"raise"`: RecordError if the vendor cannot be told something; `"drop"`: leave it out.
        `nulls`        `"clear"`: nulls of named fields clear; `"absent"`: they count as absent.
        `check`        False skips the check against the canonical schema, and nothing else.
        `strict`       True refuses unknown members (CM712); else they are ignored and listed in a note.

        RecordError with all problems of the record, of its parameters, or of what cannot be sent.
        ValueError or TypeError for misuse, such as an unknown parameter.
        """
        if on_rejected != "raise":
            _require_one_of("on_rejected", on_rejected, ("raise", "drop"))
        if nulls != "clear":
            _require_one_of("nulls", nulls, ("clear", "absent"))
        bound = self._binder.bind(params)
        quick = self._quick
        # A strict call looks at every member, and so does one that drops nulls.
        if customer.__class__ is dict and quick.direct and nulls == "clear" and (check or not strict):
            try:
                if check:
                    quick.require_fit(customer)
                return self._request(customer, bound, ())
            except Exception:  # whatever is unusual: the careful way says what it is, and whether it is wrong
                pass
        taken = take(customer, self._checked.canonical, nulls=nulls, check=check, strict=strict)
        try:
            return self._apply(taken, bound, on_rejected)
        except RecordError as error:
            _add_notes(error, taken.notes)
            raise

    def _request(self, record: dict[str, Any], bound: Bound, more: tuple[Note, ...]) -> Request:
        """The request of a record in which nothing is unusual; any exception if something is."""
        riders = bound.own() if bound.shares else bound.riders
        body, path, query, headers, notes = self._code.apply(record, riders)
        if bound.missing:
            raise Unusual
        require_text(body)
        if (doubts := self._doubts.of(record)) or more:
            notes = (*notes, *doubts, *more)
        return self._sender.send(bound, body, path, query, headers, notes)

    def _apply(self, taken: Taken, bound: Bound, on_rejected: OnRejected) -> Request:
        if bound.missing:
            raise RecordError(bound.missing)
        record, riders = taken.record, bound.own()
        try:
            return self._request(record, bound, taken.notes)
        except Exception:  # the careful code finds out what is unusual, and goes on with the rest
            pass
        doubts = [*self._doubts.of(record), *taken.notes]
        after = self._code.values(record, riders)
        draft = Draft()
        view = View(None, record, draft, riders, known=False)
        parts = self._code.changes(self._nothing, after, view, True)
        if (draft.rejected and on_rejected == "raise") or parts is None:
            raise RecordError(
                Diagnostic(
                    rejected.code,
                    rejected.message,
                    span=rejected.span,
                    path=rejected.source,
                    target=rejected.target,
                )
                for rejected in draft.rejected
            )
        return self._sender.send(bound, *parts, tuple(draft.notes + doubts))

    def requests(
        self,
        customer: object,
        params: MappingOf[str, Any] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        nulls: Nulls = "clear",
        check: bool = True,
        strict: bool = False,
    ) -> tuple[Request, ...]:
        """All requests of `apply`, as a tuple; today always one."""
        made = self.apply(customer, params, on_rejected=on_rejected, nulls=nulls, check=check, strict=strict)
        return (made,)

    def diff(
        self,
        before: object,
        after: object,
        params: MappingOf[str, Any] | None = None,
        *,
        absent: Absent = "keep",
        nulls: Nulls = "clear",
        check: bool = True,
        strict: bool = False,
        vendor: MappingOf[str, Any] | None = None,
    ) -> Plan:
        """The changes from `before` to `after`, and the smallest request that makes them.

        `before`  the customer as the vendor has it; None: nothing is known about the vendor's copy.
        `after`   the customer as it should be.
        `absent`  `"keep"`: fields that after does not mention keep before's value; `"clear"`: records are
                  complete, so these fields are gone.
        `vendor`  with `before=None`: the vendor's copy in the vendor's own form.
        `params`, `nulls`, `check`, `strict`  as in `apply`.

        What the vendor cannot be told is in `plan.rejected`, not raised. RecordError when a record does not
        fit the schema, or a request is needed and cannot be made. ValueError or TypeError for misuse.
        """
        if absent != "keep":
            _require_one_of("absent", absent, ("keep", "clear"))
        if nulls != "clear":
            _require_one_of("nulls", nulls, ("clear", "absent"))
        if vendor is not None and before is not None:
            raise ValueError("give `before`, or `vendor`, not both")
        bound = self._binder.bind(params)
        quick = self._quick
        if quick.direct and nulls == "clear" and vendor is None and (check or not strict):
            try:
                return self._compare(before, after, bound, absent, check)
            except Exception:  # the careful way says what is unusual, and whether it is wrong
                pass
        canonical = self._checked.canonical
        taken = take(after, canonical, nulls=nulls, check=check, strict=strict)
        if vendor is not None:
            vendor = copy_carefully(vendor, ANY)
        held = before if before is None else take(before, canonical, nulls=nulls, check=check, strict=strict)
        return self._carefully(held, taken, bound, absent, vendor)

    def _carefully(
        self,
        held: Taken | None,
        taken: Taken,
        bound: Bound,
        absent: Absent,
        vendor: MappingOf[str, Any] | None,
    ) -> Plan:
        """The plan for records that were taken in carefully, with the notes about both."""
        notes = taken.notes if held is None else _joined(taken.notes, held.notes)
        record = taken.record
        if held is not None and absent == "keep":
            record = self._overlay.over(held.record, record, taken.texts)
        try:
            plan = self._diff(held and held.record, record, bound, absent, vendor)
        except RecordError as error:
            _add_notes(error, notes)
            raise
        return replace(plan, notes=(*plan.notes, *notes)) if notes else plan

    def _compare(self, before: object, after: object, bound: Bound, absent: Absent, check: bool) -> Plan:
        """The plan for records in which nothing is unusual; any exception if something is."""
        riders = bound.own() if bound.shares else bound.riders
        now, texts = self._quick.take(after, check)
        old, then = self._nothing, None
        if before is not None:
            then, _ = self._quick.take(before, check)
            if absent == "keep":
                now = self._overlay.over(then, now, texts)
            old = self._code.slots(then, riders)
        new = self._code.slots(now, riders)
        if equal(old, new, self._mixed):
            return self._no_plan
        known = then is not None
        view = View(then, now, Draft(), riders, known, known and absent == "clear")
        plan = self._plan(old, new, view, bound)
        require_text([(change.target, change.before, change.after) for change in plan.changes])
        require_text([rejected.target for rejected in plan.rejected])
        return plan

    def _diff(
        self,
        before: dict[str, Any] | None,
        after: dict[str, Any],
        bound: Bound,
        absent: Absent,
        vendor: MappingOf[str, Any] | None,
    ) -> Plan:
        """The plan for records that were taken in carefully."""
        riders = bound.own()
        new = self._row(after, riders)
        old = self._nothing if before is None else self._row(before, riders)
        if vendor is None and equal(old, new, self._mixed):
            return self._no_plan
        draft = Draft()
        complete = absent == "clear" and (before is not None or vendor is not None)
        if vendor is not None:
            old, new = vendor_slots(self._checked.operation, vendor, after, new, draft, complete=complete)
        known = before is not None or vendor is not None
        nothing = vendor is not None  # what the vendor does not hold is known not to be there
        return self._plan(old, new, View(before, after, draft, riders, known, complete, nothing), bound)

    def _plan(self, old: tuple[Any, ...], new: tuple[Any, ...], view: View, bound: Bound) -> Plan:
        parts = self._code.changes(old, new, view, False)
        draft = view.draft
        requests: tuple[Request, ...] = ()
        draft.notes += self._doubts.about(view.after_record, draft.changes)
        if parts is not None:
            if bound.missing:
                raise RecordError(bound.missing)
            requests = (self._sender.send(bound, *parts, ()),)
        return make_plan(
            self._checked.name,
            tuple(sorted(draft.changes, key=_TARGET)),
            tuple(sorted(draft.rejected, key=_TARGET)) if draft.rejected else (),
            tuple(sorted(draft.notes)) if draft.notes else (),
            requests,
            self._checked.canonical,
        )

    def _row(self, record: dict[str, Any], riders: tuple[Any, ...]) -> tuple[Any, ...]:
        """The slots of a record."""
        try:
            return self._code.slots(record, riders)
        except Exception:  # the careful code says what is unusual
            return self._code.values(record, riders)

    def explain(self, path: str | None = None) -> Lineage:
        """Where targets come from, and what each state of a source becomes; `str()` of it is a table.

        `path` is a target path or a canonical path; default: all targets. ValueError when it is neither.
        """
        return lineage(self._checked, self._code.values, path)

    def prove(
        self, examples: int = 500, seed: int = 0, records: Sequence[dict[str, Any]] | None = None
    ) -> Proof:
        """Test the mapping against the vendor that it declares, with generated customers.

        `examples`  how many cases are generated; ValueError for fewer than 1.
        `seed`      the same seed gives the same cases.
        `records`   generate cases from these records instead; their values are never shown.

        ImportError without hypothesis: `pip install 'custmap[prove]'`.
        """
        from custmap.prove.prove import prove

        return prove(self, examples=examples, seed=seed, records=records)

    def apply_many(
        self,
        records: Iterable[object],
        params: MappingOf[str, Any] | Callable[[Any], MappingOf[str, Any]] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """`apply` for each record: a lazy iterator of `Result`, in order; `options` are those of `apply`.

        A bad record becomes a `Result` with an `error` and does not affect the others. `params` is a dict,
        or a function from a record to its parameters.
        """
        from custmap.records.many import apply_many

        return apply_many(self, records, params, **options)

    def diff_many(
        self,
        pairs: Iterable[tuple[object, object]],
        params: MappingOf[str, Any] | Callable[[Any], MappingOf[str, Any]] | None = None,
        **options: Any,
    ) -> Iterator[Any]:
        """`diff` for each pair (before, after): a lazy iterator of `Result`, in order, as `apply_many`.

        `options` are those of `diff`, without `vendor`. A function as `params` is called with after.
        """
        from custmap.records.many import diff_many

        return diff_many(self, pairs, params, **options)

    def applier(
        self,
        params: MappingOf[str, Any] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        nulls: Nulls = "clear",
        strict: bool = False,
    ) -> Callable[[Any, bool], Request]:
        """`apply` with bound parameters, for results of custmap's own strict JSON parser.

        The second argument: the record is known to fit the schema, and to have no unknown members.
        Records are not copied: a record may be changed, and its request share values with it.
        """
        bound, quick = self._binder.bind(params), self._quick
        direct = quick.direct and nulls == "clear"

        def apply(customer: Any, fits: bool) -> Request:
            if direct and customer.__class__ is dict:
                try:
                    if not fits:
                        quick.require_fit(customer)
                    return self._request(customer, bound, ())
                except Exception:  # the careful way says what is unusual, and whether it is wrong
                    pass
            return self._apply_parsed(customer, bound, on_rejected, nulls, strict)

        return apply

    def line_applier(
        self,
        params: MappingOf[str, Any] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        nulls: Nulls = "clear",
        strict: bool = False,
        secrets: bool = False,
    ) -> Callable[[Any, bool], tuple[bytes, tuple[Note, ...]]]:
        """`applier`, but with the request as a line of NDJSON, and its notes: the usual one is never made."""
        from custmap.records.request_lines import RequestLines

        bound, lines, quick = self._binder.bind(params), RequestLines(secrets=secrets), self._quick
        sender, doubts, code = self._sender, self._doubts.of, self._code.apply
        direct = quick.direct and nulls == "clear" and not bound.missing

        def line(customer: Any, fits: bool) -> tuple[bytes, tuple[Note, ...]]:
            if direct and customer.__class__ is dict:
                try:
                    if not fits:
                        quick.require_fit(customer)
                    body, path, query, headers, notes = code(customer, bound.own())
                    if found := doubts(customer):
                        notes = (*notes, *found)
                    return lines.sent(sender, bound, body, path, query, headers), notes
                except Exception:  # the careful way says what is unusual, and whether it is wrong
                    pass
            request = self._apply_parsed(customer, bound, on_rejected, nulls, strict)
            return lines.line(request), request.notes

        return line

    def _apply_parsed(
        self, customer: Any, bound: Bound, on_rejected: OnRejected, nulls: Nulls, strict: bool
    ) -> Request:
        taken = take_parsed(customer, self._checked.canonical, nulls=nulls, strict=strict)
        try:
            return self._apply(taken, bound, on_rejected)
        except RecordError as error:
            _add_notes(error, taken.notes)
            raise

    def comparer(
        self,
        params: MappingOf[str, Any] | None = None,
        *,
        absent: Absent = "keep",
        nulls: Nulls = "clear",
        strict: bool = False,
    ) -> Callable[[Any, Any, bool], Plan]:
        """`diff` with bound parameters, for results of custmap's own strict JSON parser, as `applier`.

        The third argument: both records are known to fit the schema, and to have no unknown members.
        """
        bound, canonical = self._binder.bind(params), self._checked.canonical
        direct = self._quick.direct and nulls == "clear"

        def compare(before: Any, after: Any, fits: bool) -> Plan:
            if direct:
                try:
                    return self._compare(before, after, bound, absent, not fits)
                except Exception:  # the careful way says what is unusual, and whether it is wrong
                    pass
            taken = take_parsed(after, canonical, nulls=nulls, strict=strict)
            held = before if before is None else take_parsed(before, canonical, nulls=nulls, strict=strict)
            return self._carefully(held, taken, bound, absent, None)

        return compare


def _unpickled(checked: Checked, modules: tuple[str, ...]) -> Mapping:
    """Unpickle a mapping; functions are imported again by the names of their modules."""
    known = with_functions([import_module(name) for name in modules])
    return Mapping(replace(checked, functions=known), modules)


def _joined(now: tuple[UnknownNote, ...], then: tuple[UnknownNote, ...]) -> tuple[UnknownNote, ...]:
    """One note about the unknown members of both records, each name once."""
    return (UnknownNote(now[0].unknown.joined(then[0].unknown)),) if now and then else now or then


def _add_notes(error: RecordError, notes: tuple[UnknownNote, ...]) -> None:
    for note in notes:
        error.add_note(note)


def _reads(operation: Operation) -> Iterator[SourcePath]:
    for slot in operation.table.slots:
        yield from slot.reads
        yield from slot.asks


def _require_one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {' or '.join(map(repr, allowed))}, not {value!r}")
