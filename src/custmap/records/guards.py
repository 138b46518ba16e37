"""Guards: how much a run may clear, change and reject before it is stopped and nothing is written.

`clears=1%,clears.email=100,rejected=5%`: the most that is allowed, as a count or as a share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from custmap.records.clear_counts import ClearCounts
from custmap.records.tally import PairTally
from custmap.values.nearest import nearest

_CLEARS: Final = "clears"
_NAMES: Final = (_CLEARS, "changes", "rejected")
_PART: Final = re.compile(r'((?:[^,="]|"(?:[^"\\]|\\.)*")*)=([^,]*)(?:,|\Z)')
_LIMIT: Final = re.compile(r"([0-9]{1,12})|([0-9]{1,3}(?:\.[0-9]{1,6})?)%")


class GuardError(ValueError):
    """A guard that cannot be read; `help` says what to write."""

    def __init__(self, reason: str, help: str) -> None:
        super().__init__(reason)
        self.help = help


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that is allowed: a count, or a share in percent. Below `least` nothing is too much."""

    most: Decimal
    is_share: bool
    least: int = 0

    def exceeded(self, count: int, of: int) -> bool:
        if count < self.least:
            return False
        return count * 100 > self.most * of if self.is_share else count > self.most

    def __str__(self) -> str:
        return f"{self.most}%" if self.is_share else f"{self.most:,}"


DEFAULT: Final = Limit(Decimal(10), True, least=20)
"""Of each field's clears in two snapshots: a tenth of the records that have it, and at least twenty."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """What was too much: `clears` of a field, `changes` or `rejected`.

    `untold`  of how many the vendor cannot be told.
    """

    name: str
    field: str | None
    count: int
    of: int
    limit: Limit
    untold: int = 0

    def __str__(self) -> str:
        share = f"{self.count * 100 / max(self.of, 1):.3g}%"
        what = {
            _CLEARS: f"`{self.field}` is cleared in {share} of the records that have it",
            "changes": f"{share} of the pairs change",
            "rejected": f"{share} of the pairs and rows are rejected",
        }[self.name]
        option = self.name if self.field is None else f"{self.name}.{self.field}"
        untold = f"; the vendor cannot be told of {self.untold:,} of these" if self.untold else ""
        return f"{what} ({self.count:,} of {self.of:,}); `{option}` allows {self.limit}{untold}"


class Guards:
    """The limits of a run."""

    __slots__ = ("_limits",)

    def __init__(self, texts: Sequence[str], fields: Sequence[str]) -> None:
        """`fields` are the canonical fields that may be named; GuardError for what cannot be read."""
        self._limits = {_CLEARS: DEFAULT} | dict(_read(texts, fields))

    def needs_all(self, clears: ClearCounts, rest: int) -> bool:
        """Does it depend on `rest` records that were not counted whether a share of clears is too large?"""
        for field, count, had in zip(clears.fields, clears.cleared, clears.had, strict=True):
            limit = self._limits.get(f"{_CLEARS}.{field}", self._limits[_CLEARS])
            if limit.is_share and limit.exceeded(count, had):
                return rest > 0
        return False

    def tripped(self, clears: ClearCounts, pairs: PairTally, rejected: int, of: int) -> Iterator[Tripped]:
        """All that is over its limit; `rejected` pairs and rows, of so many."""
        fields = zip(clears.fields, clears.cleared, clears.had, clears.untold, strict=True)
        for field, count, had, untold in fields:
            limit = self._limits.get(f"{_CLEARS}.{field}", self._limits[_CLEARS])
            if limit.exceeded(count, had):
                yield Tripped(_CLEARS, field, count, had, limit, untold)
        for name, count, whole in (("changes", pairs.changed, pairs.pairs), ("rejected", rejected, of)):
            found = self._limits.get(name)
            if found is not None and found.exceeded(count, whole):
                yield Tripped(name, None, count, whole, found)


def _read(texts: Sequence[str], fields: Sequence[str]) -> Iterator[tuple[str, Limit]]:
    seen: set[str] = set()
    for text in texts:
        at = 0
        while at < len(text) or not text:
            found = _PART.match(text, at)
            if found is None:
                raise GuardError(f"`{text[at:]}` is no guard", "Write `clears=1%`, or `clears.email=100`.")
            name, limit = found[1].strip(), found[2].strip()
            _check_name(name, fields)
            if name in seen:
                raise GuardError(f"`{name}` is given twice", "Give one limit for it.")
            seen.add(name)
            yield name, _limit(name, limit)
            at = found.end()


def _check_name(name: str, fields: Sequence[str]) -> None:
    whole, dot, field = name.partition(".")
    if whole not in _NAMES or (dot and whole != _CLEARS):
        meant = nearest(whole, _NAMES)
        there = f"Did you mean `{meant}`?" if meant else f"There are {', '.join(_NAMES)} and {_CLEARS}.FIELD."
        raise GuardError(f"Unknown guard `{name}`", there)
    if dot and field not in fields:
        meant = nearest(field, fields)
        there = f"Did you mean `{meant}`?" if meant else f"Fields that it reads: {', '.join(fields)}"
        raise GuardError(f"The mapping reads no field `{field}`", there)


def _limit(name: str, text: str) -> Limit:
    found = _LIMIT.fullmatch(text)
    if found is None or (found[2] and Decimal(found[2]) > 100):
        raise GuardError(
            f"`{name}={text}` is neither a count nor a share", f"Write `{name}=100` or `{name}=1%`."
        )
    return Limit(Decimal(found[1] or found[2]), found[2] is not None)
