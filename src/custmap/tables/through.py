"""Requests and plans of a table's rows: a source's reader, and what a mapping makes of what it reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from custmap.border.intake import Taken, take
from custmap.plan.engine import Absent, Nulls, OnRejected
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.tables.reader import Reader, Stated
from custmap.values.unusual import Unusual
from custmap.wire.request import Request


class Through:
    """A mapping that takes rows. Settled customers carry the `key` of their rows.

    The quick way takes rows in which nothing is unusual; for all others `Reader.take` says what it is.
    """

    def __init__(self, maker: Maker, reader: Reader, key: str | None = None) -> None:
        self.maker, self.reader = maker, reader
        self._key = key if key not in maker.checked.canonical.type.members else None

    def for_table(self, columns: Collection[str]) -> Through:
        """The same for rows of a table with these columns, of which rows need only have those that are read.

        MappingError (CM716) if the table does not have all columns that the source's file names.
        """
        return Through(self.maker, self.reader.for_table(columns))

    def narrow(self) -> Through:
        """The same for rows that have the columns that are read, and perhaps no others."""
        return Through(self.maker, self.reader.narrow(), self._key)

    def once(self) -> Through:
        """The same for one thread: of a pair that is asked for again, what its rows state is known."""
        return _Once(self.maker, self.reader, self._key)

    def customer(self, row: object) -> dict[str, Any]:
        """What a row states of what the mapping reads, without what cannot be made; RecordError."""
        try:
            return self.quick(row).customer
        except Exception:  # as below
            return self.reader.take(row).record

    def apply(
        self,
        row: object,
        bound: object,
        on_rejected: OnRejected = "raise",
        absent: Absent = "keep",
        *,
        check: bool = True,
        strict: bool = False,
    ) -> Request:
        """The request of a row, as `Mapping.apply` gives it."""
        try:
            stated = self.quick(row, check=check, strict=strict)
            return self.maker.request(stated.customer, bound, stated.notes)
        except Exception:  # the careful way says what is unusual, and whether it is wrong
            pass
        return self.maker.apply(self._take(row, check, strict), bound, on_rejected, absent)

    def requests(
        self,
        row: object,
        bound: object,
        on_rejected: OnRejected = "raise",
        absent: Absent = "keep",
        *,
        check: bool = True,
        strict: bool = False,
    ) -> tuple[Request, ...]:
        """The requests of a row, as `Mapping.requests` gives them."""
        if not self.maker.checked.steps:
            return (self.apply(row, bound, on_rejected, absent, check=check, strict=strict),)
        try:
            stated = self.quick(row, check=check, strict=strict)
            if not stated.notes:
                return self.maker.quick_requests(stated.customer, bound, False)
        except Exception:  # as above
            pass
        return self.maker.requests(self._take(row, check, strict), bound, on_rejected, absent)

    def plan(
        self,
        before: object,
        after: object,
        bound: object,
        absent: Absent = "keep",
        *,
        check: bool = True,
        strict: bool = False,
        settled: bool = False,
    ) -> Plan:
        """The plan for two rows, as `Mapping.diff` gives it; `settled`: before is a customer, and no row."""
        try:
            now = self.quick(after, check=check, strict=strict)
            if before is None:
                then = None
            elif settled:
                then = Stated(self._settled(before).record, (), {})
            else:
                then = self.quick(before, check=check, strict=strict)
            customer = now.customer
            if then is not None and absent == "keep":
                customer = self.reader.kept(then.customer, now)
            plan = self.maker.compare(then and then.customer, customer, bound, absent, False)
            if not now.notes and not (then and then.notes):
                return plan
        except Exception:  # as above
            pass
        return self._carefully(before, after, bound, absent, check, strict, settled)

    def beside(
        self, vendor: object, row: object, bound: object, absent: Absent, *, check: bool, strict: bool
    ) -> Plan:
        """The plan for a row and the vendor's copy."""
        return self.maker.beside(vendor, self._take(row, check, strict), bound, absent)

    def _carefully(
        self,
        before: object,
        after: object,
        bound: object,
        absent: Absent,
        check: bool,
        strict: bool,
        settled: bool,
    ) -> Plan:
        taken = self._take(after, check, strict)
        held: Taken | None = None
        if before is not None and settled:
            held = self._settled(before)
        elif before is not None:
            held = self._take(before, check, strict)
        return self.maker.carefully(held, taken, bound, absent)

    def _settled(self, before: object) -> Taken:
        if self._key is not None and isinstance(before, dict):
            before = {name: value for name, value in before.items() if name != self._key}
        return take(before, self.maker.checked.canonical)

    def quick(self, row: object, *, check: bool = True, strict: bool = False) -> Stated:
        """What a row in which nothing is unusual states; any exception for others."""
        stated = self._read(row, check)
        if strict and stated.notes:
            raise Unusual
        return stated

    def _read(self, row: object, check: bool) -> Stated:
        return self.reader.quick(row, check)

    def _take(self, row: object, check: bool, strict: bool) -> Taken:
        return self.reader.take(row, check=check, strict=strict)


class _Once(Through):
    """Remembers the last two rows that were checked."""

    def __init__(self, maker: Maker, reader: Reader, key: str | None) -> None:
        super().__init__(maker, reader, key)
        self._last: list[tuple[object, Stated]] = []

    def _read(self, row: object, check: bool) -> Stated:
        for known, stated in self._last:
            if known is row:
                return stated
        stated = self.reader.quick(row, check)
        if check:
            self._last = [*self._last[-1:], (row, stated)]
        return stated


class Rows(Protocol):
    """What says how rows become customers: a source, or a source for one table."""

    def through(self, maker: Maker, nulls: Nulls = "clear") -> Through: ...


def through_of(source: Rows, maker: Maker, nulls: Nulls) -> Through:
    """What makes a mapping's requests and plans of a source's rows; TypeError for what is no source."""
    if not hasattr(source, "through"):
        raise TypeError(f"`source` is what `custmap.source` gives, not {type(source).__name__}")
    return source.through(maker, nulls)
