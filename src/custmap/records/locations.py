"""Where records are: in a file, on standard input, or in a DuckDB file of which a table or query is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custmap.values.files import exists

STDIN: Final = Path("-")
"""As a file to write, standard output."""
_MARK: Final = "::"


@dataclass(frozen=True, slots=True)
class Location:
    """`path` is the file, `-` for standard input; `query` is what is read of a DuckDB file, if it is one."""

    path: Path
    query: str | None = None

    @property
    def name(self) -> str:
        """The file in messages."""
        return "standard input" if self.path == STDIN else str(self.path)


def parse_location(text: str) -> Location:
    """`warehouse.duckdb::SELECT * FROM customers` is a query; everything else is a path.

    A file whose own name has `::` is a file.

    >>> parse_location("warehouse.duckdb::crm.customers")
    Location(path=PosixPath('warehouse.duckdb'), query='crm.customers')
    """
    file, mark, query = text.partition(_MARK)
    if not mark or not file or exists(Path(text)):
        return Location(Path(text))
    return Location(Path(file), query)
