"""What the values of a table mean as JSON: moments, decimals and the many forms of NULL.

Nearly all cells are texts, whole numbers, finite numbers and truths of the class that their column has; those
are taken as they are.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection
from copy import copy
from decimal import Decimal
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from custmap.border.careful import (
    MAX_DIGITS,
    SCALARS,
    RefusedError,
    Scalars,
    copy_carefully,
    exact,
    finite,
    moment,
)
from custmap.border.classes import inherits
from custmap.border.foreign import has_known_zone
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.schema.canonical import Canonical
from custmap.values.types import Type
from custmap.values.unusual import Unusual

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_FOLD: Final = dt.datetime.__dict__["fold"].__get__
_CLASSES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int,),  # a float is looked at: NaN is NULL
    "boolean": (bool,),
    "null": (type(None),),
}

_DIRECT: Final = (float, dt.datetime, dt.date, Decimal)
"""Classes of which a value has nothing in it."""
_ZONES: Final = (dt.timezone, ZoneInfo)
"""Classes of time zones that always tell the offset."""


class Cells:
    """Makes plain rows of one table.

    `names`    the columns that are taken; `columns` all that the file names.
    `zone`     that of moments without an offset; None: they are refused.
    `lenient`  a column that a row does not have is NULL.
    """

    def __init__(
        self, rows: Canonical, names: frozenset[str], zone: ZoneInfo | None, *, lenient: bool
    ) -> None:
        members = rows.type.members
        self.columns = tuple(members)
        self._rows, self._zone, self._lenient = rows, zone, lenient
        self._all = frozenset(members)
        self._types = {name: members[name] for name in members if name in names}
        self._textual = frozenset(name for name in members if _takes_text(members[name]))
        self._moments = {name for name, type_ in self._types.items() if type_.format == "date-time"}
        self._classes = [
            (name, classes - ({str} if name in self._moments else set()), classes, "number" in type_.kinds)
            for name, type_ in self._types.items()
            for classes in [_classes(type_)]
        ]
        said = rows.json_schema.keys() - {"type", "properties", "required", "$schema", "$defs", "title"}
        self._asks = bool(said) or any(map(_is_limited, self._types.values()))
        self._nulls = dict.fromkeys(members) if lenient else {}

    def quick(self, row: Any, check: bool) -> dict[str, Any]:
        """A row in which nothing is wrong; any exception: be careful.

        Columns that are not taken are left in it, and not looked at.
        """
        if type(row) is not dict:
            raise Unusual
        if self._lenient:
            row = {**self._nulls, **row}
        elif not self._all <= row.keys():
            raise Unusual
        made: dict[str, Any] = row
        asks = self._asks
        for name, classes, all_classes, numbers in self._classes:
            value = row[name]
            kind = type(value)
            if kind in classes or (kind is float and numbers and value - value == 0.0):
                continue
            if made is row:
                made = row.copy()
            made[name] = value = self._quickly(name, value)
            asks = asks or not (type(value) in all_classes or (numbers and type(value) is float))
        if asks and check and not self._fits(made):
            raise Unusual
        return made

    def _quickly(self, name: str, value: Any) -> Any:
        """One cell; any exception where something is wrong with it."""
        kind = type(value)
        if kind is str and name in self._moments and _MOMENT.fullmatch(value):
            return value
        if kind is list and all(type(item) is str for item in value):
            return value.copy()
        if kind is dt.datetime and type(value.tzinfo) in _ZONES:
            return value.isoformat()
        if kind in _DIRECT:
            make = self._scalars_of(name).get(kind)
            assert make is not None
            return make(value)
        return self._copied(name, value)[name]

    def missing(self, row: Collection[str]) -> list[str]:
        """The columns that the file names, and a row with these does not have."""
        return [name for name in self.columns if name not in row and name not in self._nulls]

    def narrow(self) -> Cells:
        """The same for rows that have the columns that are taken, and perhaps no others."""
        made = copy(self)
        made._all = frozenset(self._types)
        made._nulls = dict.fromkeys(self.columns)
        return made

    def plain(self, row: object, *, also: Collection[str] | None = ()) -> dict[str, Any]:
        """A plain copy of a row, in which columns that are not taken are null.

        Those in `also` are taken, too; None: all.

        RecordError (CM702, CM703) with every value that has no meaning.
        """
        if inherits(row, dict):
            row = dict(dict.items(row))  # type: ignore[arg-type]  # it is one
        else:
            row = copy_carefully(row, self._rows.type, self._scalars)
        made: dict[str, Any] = dict(self._nulls)
        problems: list[Diagnostic] = []
        for name, value in row.items():
            try:
                taken = name in self._types or also is None or name in also
                made |= self._copied(name, value if taken else None)
            except RecordError as error:
                problems += error.diagnostics
        if problems:
            raise RecordError(problems)
        return made

    def _copied(self, name: Any, value: Any) -> dict[str, Any]:
        """One cell, by its column."""
        return copy_carefully({name: value}, self._rows.type, self._scalars_of(name))

    def _scalars_of(self, name: Any) -> Scalars:
        if type(name) is not str:
            return self._scalars
        if name in self._moments:
            return self._dates
        return self._texts if name in self._textual else self._scalars

    def _fits(self, row: dict[str, Any]) -> bool:
        fits = self._rows.fits
        return fits({name: row[name] for name in self._types} | self._others)

    @cached_property
    def _others(self) -> dict[str, Any]:
        """Columns that are not taken, with what fits them."""
        return {name: None for name in self.columns if name not in self._types}

    @cached_property
    def _scalars(self) -> Scalars:
        return Scalars({**SCALARS.entries, float: _float, Decimal: _decimal, dt.datetime: self._moment})

    @cached_property
    def _texts(self) -> Scalars:
        """For columns of texts."""
        return Scalars({**self._scalars.entries, Decimal: _decimal_text})

    @cached_property
    def _dates(self) -> Scalars:
        """For columns of moments."""
        return Scalars({**self._scalars.entries, str: self._moment_text})

    def _moment_text(self, value: Any) -> str:
        """A moment that came as a text: with its offset as it is, else with that of the time zone."""
        text = str.__str__(value)
        if _MOMENT.fullmatch(text):
            return text
        try:
            return self._moment(dt.datetime.fromisoformat(text))
        except ValueError:
            raise RefusedError("expected a date and time", "Write it like 2026-01-31T12:00:00Z") from None

    def _moment(self, value: Any) -> str:
        if self._zone is None or not has_known_zone(value) or dt.datetime.utcoffset(value) is not None:
            return moment(value)
        if getattr(value, "nanosecond", 0):
            raise RefusedError("a moment with nanoseconds and without an offset", "Add the time zone to it")
        plain = dt.datetime.fromisoformat(dt.datetime.isoformat(value))
        there = plain.replace(tzinfo=self._zone, fold=_FOLD(value))
        if there.astimezone(dt.UTC).astimezone(self._zone).replace(tzinfo=None) != plain:
            raise RefusedError(f"a moment that {self._zone} does not have: its clocks are set forward then")
        return moment(there)


def _classes(type_: Type) -> frozenset[type]:
    return frozenset(kind for name in type_.kinds for kind in _CLASSES.get(name, ()))


def _is_limited(type_: Type) -> bool:
    """Does the declared type say more than its kinds?"""
    return not type_.kinds <= _CLASSES.keys() or type_.present() != Type(kinds=type_.kinds)


def _takes_text(type_: Type) -> bool:
    return "string" in type_.kinds and not type_.kinds & {"number", "integer"}


def _float(value: Any) -> float | None:
    return None if math.isnan(value) else finite(value)


def _decimal(value: Any) -> int | float | None:
    return None if Decimal(value).is_nan() else exact(value)


def _decimal_text(value: Any) -> str | None:
    number = Decimal(value)
    if number.is_infinite():
        raise RefusedError("expected a finite number, got infinity")
    if number.is_nan():
        return None
    exponent = number.as_tuple().exponent
    if number.adjusted() >= MAX_DIGITS or (isinstance(exponent, int) and -exponent >= MAX_DIGITS):
        raise RefusedError(f"a number with more than {MAX_DIGITS} digits")
    return format(number, "f")
