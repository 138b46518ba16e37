"""`source` and `Source`: how the rows of a table become customers."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from custmap.border.quick import require_text
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.functions.table import with_functions
from custmap.lineage.lineage import Lineage
from custmap.model.source import CheckedSource
from custmap.plan.engine import Nulls
from custmap.plan.maker import Maker
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.source_loader import check_source_file
from custmap.tables.explained import explained
from custmap.tables.reader import Reader
from custmap.tables.through import Through


def source(
    name_or_path: str | os.PathLike[str],
    *,
    functions: Sequence[ModuleType] = (),
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
) -> Source:
    """Read, check and compile a source: `crm/customers` is `sources/crm/customers.yaml`, or a path.

    `functions`, `start`, `root` and errors are those of `load`.
    """
    checked, found = check_source_file(name_or_path, with_functions(functions), start, root)
    if checked is None:
        raise MappingError(diagnostic for diagnostic in found if diagnostic.level == "error")
    return Source(checked, tuple(module.__name__ for module in functions))


class Source:
    """A compiled source: thread-safe, picklable. Made by `source`."""

    def __init__(self, checked: CheckedSource, modules: tuple[str, ...] = ()) -> None:
        self.checked = checked
        self._modules = modules
        self._through: WeakKeyDictionary[Maker, Through] = WeakKeyDictionary()

    def __reduce__(self) -> tuple[Callable[[CheckedSource, tuple[str, ...]], Source], tuple[Any, ...]]:
        return _unpickled, (self.checked.with_functions({}), self._modules)

    def __repr__(self) -> str:
        return f"<custmap.Source {self.name}>"

    @property
    def name(self) -> str:
        return self.checked.name

    @property
    def summary(self) -> str:
        return self.checked.file.summary or ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the file names, in its order."""
        return self.checked.columns

    @property
    def key(self) -> str | None:
        """The column that tells customers apart."""
        return None if self.checked.file.key is None else self.checked.file.key.value

    def customer(self, row: object) -> dict[str, Any]:
        """The customer that a row states, as new plain values.

        `row` is a dict from column to value: JSON values, dates, decimals, and scalars of numpy, pandas and
        Arrow; it is not modified.

        RecordError for a row that does not fit the columns, or of which a rule fails. MappingError (CM716)
        for a row that lacks a column of the file.
        """
        try:
            made = self.reader.quick(row, True).customer
            require_text(made)
            return made
        except Exception:  # the careful way says what is unusual, and whether it is wrong
            pass
        taken = self.reader.take(row)
        if taken.failed:
            raise RecordError(
                Diagnostic(one.code, one.reason, path=".".join(one.path)) for one in taken.failed
            )
        return taken.record | {field: taken.record[field][TEXT_PARTS[field]] for field in taken.texts}

    def explain(self, path: str | None = None) -> Lineage:
        """From which columns the fields of the customer come; `path` is a field or a column."""
        return explained(self.checked, path)

    @cached_property
    def reader(self) -> Reader:
        """Reads all that a row states."""
        return Reader(self.checked)

    def through(self, maker: Maker, nulls: Nulls = "clear") -> Through:
        """What makes a mapping's requests and plans of rows: it reads what the mapping needs.

        ValueError for a mapping that takes other records, or `nulls` beside what the source says of them.
        """
        if nulls != "clear":
            raise ValueError(f"{self.name} says what NULL says: leave `nulls` out")
        found = self._through.get(maker)
        if found is None:
            if not maker.checked.canonical.is_customer:
                name = maker.checked.name
                raise ValueError(
                    f"{name} has a schema of its own, and takes rows as they are: leave `source` out"
                )
            found = self._through[maker] = Through(maker, Reader(self.checked, maker.reads), self.key)
        return found


class TableSource:
    """A source for rows of a table with these columns, of which rows need only have those that are read."""

    def __init__(self, source: Source, columns: Collection[str]) -> None:
        self._source, self._columns = source, columns

    def through(self, maker: Maker, nulls: Nulls = "clear") -> Through:
        """As `Source.through`; MappingError (CM716) if the table lacks a column of the source's file."""
        return self._source.through(maker, nulls).for_table(self._columns)


def _unpickled(checked: CheckedSource, modules: tuple[str, ...]) -> Source:
    """Unpickle a source; functions are imported again by the names of their modules."""
    known = with_functions([import_module(name) for name in modules])
    return Source(checked.with_functions(known), modules)
