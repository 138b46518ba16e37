"""SQL (DuckDB) that joins two tables by a key and finds the pairs that may have changed.

Keys are compared as texts, and cells by what they are, never by the collation of a column or of the session,
nor by a notion of equality (a month and thirty days). Where it is not certain that two cells are equal the
pair counts as changed: too many pairs cost time, but one that is left out is a customer who is not updated.

    before ──┐                   ┌─▶ pairs    one row on each side, and a compared column differs
             ├─ join by the key ─┼─▶ twice    the rows whose key is on one side more than once
    after ───┘                   └─▶ keyless  the rows without a key
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from custmap.records.sides import SIDES, Side

_NUMBERS: Final = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
)
_MOMENTS: Final = (
    *("DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "TIMESTAMP WITH TIME ZONE",
)
_PLAIN: Final = frozenset((*_NUMBERS, *_MOMENTS, "BOOLEAN", "UUID", "BLOB"))
"""Types of which equal values are the same."""
_TEXT: Final = frozenset(("VARCHAR", "JSON"))


@dataclass(frozen=True, slots=True)
class Relation:
    """A table: a SELECT, and the names and types of its columns, as DuckDB words them."""

    sql: str
    names: tuple[str, ...]
    types: tuple[str, ...]

    def type_of(self, name: str) -> str | None:
        return self.types[self.names.index(name)] if name in self.names else None


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """The queries for two tables; ValueError if one has no column of the key, or it cannot be one.

    `key`       the column of the key.
    `compared`  the columns of which one must differ; None: all.
    """

    before: Relation
    after: Relation
    key: str
    compared: Collection[str] | None = None

    def __post_init__(self) -> None:
        for side, relation in zip(SIDES, (self.before, self.after), strict=True):
            type_ = relation.type_of(self.key)
            if type_ is None:
                raise ValueError(f"{side} has no column `{self.key}`")
            if not can_be_key(type_):
                raise ValueError(f"{side}: the key `{self.key}` is a list or an object")

    def pairs(self, before: Sequence[str], after: Sequence[str]) -> str:
        """The pairs, in after's order: the place of after's row from 0, then these columns of both."""
        taken = [f"before.{quoted(name)}" for name in before] + [f"after.{quoted(name)}" for name in after]
        columns = ", ".join(f"{one} AS c{at}" for at, one in enumerate(taken))
        return (
            f"WITH {self._sides}, twice AS NOT MATERIALIZED ({_twice('before')} UNION ALL {_twice('after')}) "
            f"SELECT after.{_AT}{', ' if taken else ''}{columns} "
            f"FROM after JOIN before ON after.{_KEY} = before.{_KEY} "
            f"WHERE ({self._differ}) AND NOT EXISTS (SELECT 1 FROM twice WHERE twice.{_KEY} = after.{_KEY}) "
            f"ORDER BY after.{_AT}"
        )

    def twice(self, side: Side) -> str:
        """The place and the key of each row of a side whose key comes twice on either side, in order."""
        return (
            f"WITH {self._sides} SELECT {_AT}, {quoted(self.key)} FROM {side} "
            f"WHERE {_KEY} IN ({_twice('before')} UNION ALL {_twice('after')}) ORDER BY {_AT}"
        )

    def keyless(self, side: Side) -> str:
        """The place of each row of a side that has no key, in order."""
        return f"WITH {self._sides} SELECT {_AT} FROM {side} WHERE {_KEY} IS NULL ORDER BY {_AT}"

    @property
    def _sides(self) -> str:
        return ", ".join(
            f"{side} AS NOT MATERIALIZED (SELECT *, row_number() OVER () - 1 AS {_AT}, "
            f"{key_text(self.key, relation.type_of(self.key) or '')} AS {_KEY} FROM (\n{relation.sql}\n))"
            for side, relation in zip(SIDES, (self.before, self.after), strict=True)
        )

    @property
    def _differ(self) -> str:
        """Does a pair differ in a compared column?"""
        names = dict.fromkeys((*self.after.names, *self.before.names))
        differ = []
        for name in names:
            if self.compared is not None and name not in self.compared:
                continue
            old, new = self.before.type_of(name), self.after.type_of(name)
            if old != new or old is None:
                return "true"
            differ.append(distinct(f"before.{quoted(name)}", f"after.{quoted(name)}", old))
        return " OR ".join(differ) or "false"


_AT: Final = '"custmap at"'
_KEY: Final = '"custmap key"'


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _twice(side: str) -> str:
    return f"SELECT {_KEY} FROM {side} WHERE {_KEY} IS NOT NULL GROUP BY {_KEY} HAVING count(*) > 1"


def distinct(before: str, after: str, type_: str) -> str:
    """May two cells of a type differ?"""
    if type_ in _PLAIN:
        return f"{before} IS DISTINCT FROM {after}"
    if type_ in _TEXT:
        return f"encode({before}) IS DISTINCT FROM encode({after})"
    before_text, after_text = (f"encode(CAST({one} AS VARCHAR))" for one in (before, after))
    return f"{before} IS DISTINCT FROM {after} OR {before_text} IS DISTINCT FROM {after_text}"


def can_be_key(type_: str) -> bool:
    """Is it the type of scalars?"""
    return not type_.endswith("]") and not type_.startswith(("STRUCT", "MAP", "UNION"))


def key_text(name: str, type_: str) -> str:
    """A key as the bytes of its text: `7`, `7.0` and `"7"` are one, and NaN is none."""
    cell, text = quoted(name), f"CAST({quoted(name)} AS VARCHAR)"
    if type_ in ("FLOAT", "DOUBLE"):
        cell = f"CAST({cell} AS DOUBLE)"
        whole = f"isfinite({cell}) AND {cell} = trunc({cell}) AND abs({cell}) < 1e38"
        digits = f"CAST(CAST({cell} AS HUGEINT) AS VARCHAR)"
        text = f"CASE WHEN {whole} THEN {digits} WHEN isfinite({cell}) THEN CAST({cell} AS VARCHAR) END"
    elif type_.startswith("DECIMAL") and not type_.endswith(",0)"):
        text = f"rtrim(rtrim({text}, '0'), '.')"
    return f"encode({text})"
