"""`apply` and `diff` of what custmap's own strict parser made: parameters bound once, and nothing copied."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from typing import TYPE_CHECKING, Any, TypeAlias

from custmap.border.intake import take_parsed
from custmap.model.note import Note
from custmap.plan.engine import Absent, Engine, Nulls, OnRejected
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.records.identity import RequestIds, Who
from custmap.records.per_record import Applier, LineApplier
from custmap.records.request_lines import RequestLines
from custmap.wire.request import Request

if TYPE_CHECKING:
    from custmap.tables.through import Rows, Through

Comparer: TypeAlias = Callable[[Any, Any, bool], Plan]


def applier(
    engine: Maker,
    params: MappingOf[str, Any] | None = None,
    *,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    source: Rows | None = None,
) -> Applier:
    """`requests` with bound parameters, for results of custmap's own strict JSON parser.

    The second argument: the record is known to fit the schema, and to have no unknown members.
    Records are not copied: a record may be changed, and its request share values with it.
    `source`: they are rows of it.
    """
    bound = engine.binder.bind(params)
    if source is not None:
        through = source.through(engine, nulls)
        return lambda row, _: through.requests(row, bound, on_rejected, absent, strict=strict)
    direct = engine.quick.direct and nulls == "clear"

    def requests(customer: Any, fits: bool) -> tuple[Request, ...]:
        if direct and customer.__class__ is dict:
            try:
                return engine.quick_requests(customer, bound, not fits)
            except Exception:  # the careful way says what is unusual, and whether it is wrong
                pass
        taken = take_parsed(customer, engine.checked.canonical, nulls=nulls, strict=strict)
        return engine.requests(taken, bound, on_rejected, absent)

    return requests


def line_applier(
    engine: Engine,
    ids: RequestIds,
    params: MappingOf[str, Any] | None = None,
    *,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    source: Rows | None = None,
) -> LineApplier:
    """`applier` of one request, but as a line of NDJSON, and its notes: the usual one is never made.

    The third argument says which record it is.
    """
    bound, lines, quick = engine.binder.bind(params), RequestLines(ids, secrets=secrets), engine.quick
    sender, doubts, write, complete = engine.sender, engine.doubts.of, engine.code.apply, engine.completed
    direct = (quick.direct or source is not None) and nulls == "clear" and not bound.missing
    through = None if source is None else source.through(engine, nulls)

    def line(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        customer = record
        if direct and customer.__class__ is dict:
            try:
                more: tuple[Note, ...] = ()
                if through is not None:
                    stated = through.quick(record, strict=strict)
                    customer, more = stated.customer, stated.notes
                elif not fits:
                    quick.require_fit(customer)
                body, path, query, headers, notes = write(customer, bound.own())
                if complete is not None:
                    query = complete(body, query)
                if (found := doubts(customer)) or more:
                    notes = (*notes, *found, *more)
                return lines.sent(sender, bound, who, body, path, query, headers), notes
            except Exception:  # the careful way says what is unusual, and whether it is wrong
                pass
        if through is not None:
            request = through.apply(record, bound, on_rejected, absent, strict=strict)
        else:
            taken = take_parsed(record, engine.checked.canonical, nulls=nulls, strict=strict)
            request = engine.apply(taken, bound, on_rejected, absent)
        return lines.line(request, who), request.notes

    return line


def comparer(
    engine: Maker,
    params: MappingOf[str, Any] | None = None,
    *,
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    through: Through | None = None,
    settled: bool = False,
) -> Comparer:
    """`diff` with bound parameters, for results of custmap's own strict JSON parser, as `applier`.

    The third argument: both records are known to fit the schema, and to have no unknown members.
    `through`: they are rows; `settled`: before is a customer all the same.
    """
    bound, canonical = engine.binder.bind(params), engine.checked.canonical
    if through is not None:
        rows = through
        return lambda before, after, _: rows.plan(
            before, after, bound, absent, strict=strict, settled=settled
        )
    direct = engine.quick.direct and nulls == "clear"

    def compare(before: Any, after: Any, fits: bool) -> Plan:
        if direct:
            try:
                return engine.compare(before, after, bound, absent, not fits)
            except Exception:  # the careful way says what is unusual, and whether it is wrong
                pass
        taken = take_parsed(after, canonical, nulls=nulls, strict=strict)
        held = before if before is None else take_parsed(before, canonical, nulls=nulls, strict=strict)
        return engine.carefully(held, taken, bound, absent)

    return compare
