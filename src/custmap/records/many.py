"""Many records through one mapping, one by one: a bad record does not affect the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from custmap.diagnostics.errors import RecordError
from custmap.wire.request import Request

Params: TypeAlias = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None


class Applies(Protocol):
    """The part of a mapping that `apply_many` uses."""

    def apply(
        self, customer: Any, params: Any = None, /, *, on_rejected: Any, nulls: Any, check: bool, strict: bool
    ) -> Request: ...


class Diffs(Protocol):
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
    ) -> Any: ...


@dataclass(frozen=True, slots=True)
class Result:
    """The result for one record.

    `index`    its position among the records, from 0.
    `request`  set by `apply_many`; `plan` by `diff_many`.
    `error`    the RecordError, if there is neither.
    """

    index: int
    request: Request | None = None
    plan: Any = None
    error: RecordError | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


def apply_many(
    mapping: Applies,
    records: Iterable[Any],
    params: Params = None,
    *,
    on_rejected: Literal["raise", "drop"] = "raise",
    nulls: Literal["clear", "absent"] = "clear",
    check: bool = True,
    strict: bool = False,
) -> Iterator[Result]:
    """`mapping.apply` of each record, lazily and in order.

    `params` is a dict for all records, or a callable that returns one for a record. Exceptions of that
    callable, and ValueError or TypeError for misuse, end the iteration.
    """
    for index, record in enumerate(records):
        given = params(record) if callable(params) else params
        try:
            request = mapping.apply(
                record, given, on_rejected=on_rejected, nulls=nulls, check=check, strict=strict
            )
        except RecordError as error:
            yield Result(index, error=error)
        else:
            yield Result(index, request=request)


def diff_many(
    mapping: Diffs,
    pairs: Iterable[tuple[Any, Any]],
    params: Params = None,
    *,
    absent: Literal["keep", "clear"] = "keep",
    nulls: Literal["clear", "absent"] = "clear",
    check: bool = True,
    strict: bool = False,
) -> Iterator[Result]:
    """`mapping.diff` of each (before, after), lazily and in order.

    `params` as in `apply_many`; a callable is called with after.
    """
    for index, (before, after) in enumerate(pairs):
        given = params(after) if callable(params) else params
        try:
            plan = mapping.diff(before, after, given, absent=absent, nulls=nulls, check=check, strict=strict)
        except RecordError as error:
            yield Result(index, error=error)
        else:
            yield Result(index, plan=plan)
