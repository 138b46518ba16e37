"""What an engine does to every row: a mapping, a source and options, which can be pickled and shipped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from custmap.mapper import Mapping as CustmapMapping
from custmap.records.keys import Key
from custmap.tables.source import Source, TableSource
from custmap.values.words import require_one_of

Params: TypeAlias = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]] | None
"""Parameters for all rows, or a function from a row, as a dict by column, to its parameters."""
Absent: TypeAlias = Literal["keep", "clear"]
Nulls: TypeAlias = Literal["clear", "absent"]
OnRejected: TypeAlias = Literal["raise", "drop"]


@dataclass(frozen=True, slots=True)
class Task:
    """The options are those of `Mapping.apply` and `Mapping.diff`.

    `key`      the column, or path of names, that tells customers apart; default: that of the source.
    `secrets`  write the values of secret parameters.
    `run`      the name of the run, which the ids of its requests are made of.
    """

    mapping: CustmapMapping
    source: Source | None = None
    params: Params = None
    key: str | None = None
    on_rejected: OnRejected = "raise"
    absent: Absent = "keep"
    nulls: Nulls = "clear"
    strict: bool = False
    secrets: bool = False
    run: str = ""
    found: Key | None = field(init=False)
    """The key of a row."""

    def __post_init__(self) -> None:
        require_one_of("on_rejected", self.on_rejected, ("raise", "drop"))
        require_one_of("absent", self.absent, ("keep", "clear"))
        require_one_of("nulls", self.nulls, ("clear", "absent"))
        mapping, source = self.mapping, self.source
        if source is not None:
            source.through(mapping.engine, self.nulls)
        elif mapping.checked.canonical.is_customer:
            raise ValueError(f"{mapping.name} takes customers: name the `source` that makes them of rows")
        if not callable(self.params):
            mapping.engine.binder.bind(self.params)
        object.__setattr__(self, "found", self._key())

    def _key(self) -> Key | None:
        if self.key is not None:
            return Key(self.key)
        column = None if self.source is None else self.source.key
        return None if column is None else Key.column(column)

    @property
    def key_column(self) -> str:
        """The column of the key; ValueError if there is none."""
        if self.found is None:
            raise ValueError("rows are told apart by a key: name its column as `key`")
        if len(self.found.names) > 1:
            raise ValueError("here the key must be a column, and no path")
        return self.found.names[0]

    @property
    def columns(self) -> frozenset[str] | None:
        """The columns that are read; None: all of them."""
        if self.source is None or callable(self.params):
            return None
        read = self.source.through(self.mapping.engine).reader.columns
        return read if self.found is None else read | {self.found.names[0]}

    @property
    def compared(self) -> frozenset[str] | None:
        """The columns on which plans depend; None: all of them."""
        if self.source is not None:
            return self.source.through(self.mapping.engine).reader.columns
        reads = self.mapping.engine.reads
        return None if () in reads else frozenset(str(path[0]) for path in reads)

    def taken(self, names: Iterable[str]) -> list[str]:
        """The columns that are read of a table with these.

        MappingError (CM716) if the table does not have all columns that the source's file names.
        """
        names = list(names)
        read = self.columns
        self.table(names)
        return names if read is None else [name for name in names if name in read]

    def table(self, names: Iterable[str]) -> TableSource | None:
        """The source for a table with these columns.

        MappingError (CM716) if the table does not have all columns that the source's file names. ValueError
        if two have the same name.
        """
        names = list(names)
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{names.count(name)} columns have the name `{name}`")
        if self.source is None:
            return None
        table = TableSource(self.source, names)
        table.through(self.mapping.engine)
        return table
