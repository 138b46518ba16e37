"""`CheckedSource`: a source file in which every name is resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from custmap.expressions.function import FunctionSpec
from custmap.mapping.source_file import SourceFile
from custmap.model.checked import Checked
from custmap.schema.canonical import Canonical


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """A whole resolved source file.

    `rows`     the schema of rows: its members are the columns.
    `checked`  the rules as those of a mapping, whose record is the row and whose body is the customer.
    """

    file: SourceFile
    rows: Canonical
    checked: Checked

    @property
    def name(self) -> str:
        return self.file.name.value

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the file names, in its order."""
        return tuple(self.rows.type.members)

    @property
    def read(self) -> frozenset[str]:
        """The columns that some rule reads, or the key is."""
        slots = self.checked.operation.table.slots
        paths = (path for slot in slots for path in (*slot.reads, *slot.asks))
        key = () if self.file.key is None else (self.file.key.value,)
        found = {str(name) for path in paths for name in path[:1] or self.columns}
        return frozenset(found).union(key)

    def with_functions(self, functions: Mapping[str, FunctionSpec]) -> CheckedSource:
        """The same source with other functions."""
        return replace(self, checked=self.checked.with_functions(functions))
