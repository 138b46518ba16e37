"""`requests` of a mapping with several: the options of `apply`, for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from custmap.border.intake import take
from custmap.plan.engine import Absent, Nulls, OnRejected
from custmap.plan.maker import Maker
from custmap.tables.through import through_of
from custmap.values.words import require_one_of
from custmap.wire.request import Request

if TYPE_CHECKING:
    from custmap.tables.source import Source


def requests_of(
    engine: Maker,
    customer: object,
    params: Mapping[str, Any] | None,
    *,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    check: bool = True,
    strict: bool = False,
    source: Source | None = None,
) -> tuple[Request, ...]:
    """The requests that have something to say; RecordError with all that cannot be said."""
    require_one_of("on_rejected", on_rejected, ("raise", "drop"))
    require_one_of("absent", absent, ("keep", "clear"))
    require_one_of("nulls", nulls, ("clear", "absent"))
    bound = engine.binder.bind(params)
    if source is not None:
        through = through_of(source, engine, nulls)
        return through.requests(customer, bound, on_rejected, absent, check=check, strict=strict)
    if type(customer) is dict and engine.quick.direct and nulls == "clear" and (check or not strict):
        try:
            return engine.quick_requests(customer, bound, check)
        except Exception:  # whatever is unusual: the careful way says what it is, and whether it is wrong
            pass
    taken = take(customer, engine.checked.canonical, nulls=nulls, check=check, strict=strict)
    return engine.requests(taken, bound, on_rejected, absent)
