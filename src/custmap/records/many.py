"""Many records through one mapping: a bad record does not affect the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from custmap.diagnostics.errors import RecordError
from custmap.model.checked import Checked
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.running.calls import fresh
from custmap.wire.packing import Packs, alone
from custmap.wire.request import Request

if TYPE_CHECKING:
    from custmap.tables.source import Source

Params: TypeAlias = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None


class Packed(Protocol):
    """The part of a mapping that packing uses."""

    @property
    def checked(self) -> Checked: ...
    @property
    def engine(self) -> Maker: ...


class Applies(Packed, Protocol):
    """The part of a mapping that `apply_many` uses."""

    @property
    def alone(self) -> Applies: ...

    def apply(
        self,
        customer: Any,
        params: Any = None,
        /,
        *,
        on_rejected: Any,
        absent: Any,
        nulls: Any,
        check: bool,
        strict: bool,
        source: Any,
    ) -> Request: ...

    def requests(self, customer: Any, params: Any = None, **options: Any) -> tuple[Request, ...]: ...


class Diffs(Packed, Protocol):
    """The part of a mapping that `diff_many` uses."""

    def diff(
        self,
        before: Any,
        after: Any,
        params: Any = None,
        /,
        *,
        absent: Any,
        nulls: Any,
        check: bool,
        strict: bool,
        source: Any,
    ) -> Any: ...


class Result(Struct, frozen=True):
    """The result for one record.

    `index`    its position among the records, from 0.
    `request`  set by `apply_many`; with `bulk`, by `diff_many` too: the one that carries the whole pack.
    `requests` all of them, set by `apply_many`; of a mapping with several requests `request` is None.
    `plan`     set by `diff_many`.
    `error`    the RecordError, if there is none of them.
    """

    index: int
    request: Request | None = None
    plan: Any = None
    error: RecordError | None = None
    requests: tuple[Request, ...] = ()

    @property
    def ok(self) -> bool:
        return self.error is None


def apply_many(
    mapping: Applies,
    records: Iterable[Any],
    params: Params = None,
    *,
    on_rejected: Literal["raise", "drop"] = "raise",
    absent: Literal["keep", "clear"] = "keep",
    nulls: Literal["clear", "absent"] = "clear",
    check: bool = True,
    strict: bool = False,
    source: Source | None = None,
    bulk: bool = False,
) -> Iterator[Result]:
    """`mapping.apply` of each record, lazily and in order.

    `params` is a dict for all records, or a callable that returns one for a record. Exceptions of that
    callable, and ValueError or TypeError for misuse, end the iteration.
    `bulk`: requests carry several customers; ValueError for a mapping without `bulk`.
    """
    mapping = mapping.alone if bulk else mapping
    make = _several if mapping.checked.steps else _one
    options = {
        "on_rejected": on_rejected,
        "absent": absent,
        "nulls": nulls,
        "check": check,
        "strict": strict,
        "source": source,
    }

    def each() -> Iterator[tuple[Result, Any]]:
        for index, record in enumerate(records):
            given = params(record) if callable(params) else params
            try:
                yield make(mapping, index, record, given, options), given
            except RecordError as error:
                yield Result(index, error=error), given

    return _packed(mapping, each()) if bulk else (result for result, _ in each())


def _one(mapping: Applies, index: int, record: Any, params: Any, options: Any) -> Result:
    request = mapping.apply(record, params, **options)
    return Result(index, request, requests=(request,))


def _several(mapping: Applies, index: int, record: Any, params: Any, options: Any) -> Result:
    return Result(index, requests=mapping.requests(record, params, **options))


def diff_many(
    mapping: Diffs,
    pairs: Iterable[tuple[Any, Any]],
    params: Params = None,
    *,
    absent: Literal["keep", "clear"] = "keep",
    nulls: Literal["clear", "absent"] = "clear",
    check: bool = True,
    strict: bool = False,
    source: Source | None = None,
    bulk: bool = False,
) -> Iterator[Result]:
    """`mapping.diff` of each (before, after), lazily and in order.

    `params`, `bulk` as in `apply_many`; a callable is called with after.
    """

    def each() -> Iterator[tuple[Result, Any]]:
        for index, (before, after) in enumerate(pairs):
            given = params(after) if callable(params) else params
            try:
                plan: Plan = mapping.diff(
                    before,
                    after,
                    given,
                    absent=absent,
                    nulls=nulls,
                    check=check,
                    strict=strict,
                    source=source,
                )
            except RecordError as error:
                yield Result(index, error=error), given
            else:
                yield Result(index, _own(mapping.checked, plan.request) if bulk else None, plan), given

    return _packed(mapping, each()) if bulk else (result for result, _ in each())


def _own(checked: Checked, request: Request | None) -> Request | None:
    """The request of a plan with the item as its body; it shares nothing with the plan."""
    if request is None:
        return None
    bare = alone(checked.operation, request)
    return replace(bare, body=fresh(bare.body))


def _packed(mapping: Packed, each: Iterable[tuple[Result, Any]]) -> Iterator[Result]:
    """The results, each with the request of its pack; those after a pack's first wait for its end."""
    if mapping.checked.bulk is None:
        raise ValueError(f"{mapping.checked.name} has no `bulk`: each of its requests is for one customer")
    return _in_packs(Packs(mapping.checked.operation, mapping.engine.binder), each)


Waiting: TypeAlias = Result | tuple[int, Any]
"""A result that waits for the end of a pack: of one that the pack carries, its index and plan.

A request may have many thousands: what Python's collector would look at again and again is not kept.
"""


def _in_packs(packs: Packs, each: Iterable[tuple[Result, Any]]) -> Iterator[Result]:
    waiting: list[Waiting] = []
    for result, params in each:
        if result.request is not None:
            try:
                full = packs.add(result.index, result.request, params)
            except RecordError as error:
                result, full = Result(result.index, error=error), None
            if full is not None:
                yield from _with(full, waiting)
                waiting = []
        if result.request is None and not waiting:
            yield result
            continue
        waiting.append(result if result.request is None else (result.index, result.plan))
    if (last := packs.close()) is not None:
        yield from _with(last, waiting)


def _with(pack: Request, waiting: Iterable[Waiting]) -> Iterator[Result]:
    for one in waiting:
        yield one if isinstance(one, Result) else Result(one[0], pack, one[1], requests=(pack,))
