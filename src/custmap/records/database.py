"""A connection to DuckDB that uses little memory and never loads an extension."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")


def connect(duckdb: Any, path: Path, folder: Path, *, memory: str = "512MB", read_only: bool = False) -> Any:
    """A connection to a file; what does not fit into `memory` is spilled into `folder`."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": str(folder / "spill"),
        "threads": 2,
        # duckdb must not download or load extensions.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return duckdb.connect(str(path), read_only=read_only, config=settings)


def sql_text(text: object) -> str:
    """A text, or a path, as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def select_of(database: Any, sql: str) -> str | None:
    """The only statement, which is a SELECT or `FROM table`; None for anything else, or DuckDB's error."""
    found = database.extract_statements(sql)
    if [one.type.name.startswith("SELECT") for one in found] != [True]:
        return None
    return str(found[0].query).strip().rstrip(";")


def arrow_reader(relation: Any, rows: int) -> Any:
    """The result of a query as a `pyarrow.RecordBatchReader`, so many rows at a time."""
    # Its name before DuckDB 1.4.
    return (getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader)(rows)


def in_thread(database: Any, call: Callable[[], Result]) -> Result:
    """Run a query in a thread, so that the main thread can handle signals meanwhile."""
    from concurrent.futures import ThreadPoolExecutor  # imported when used: 3 ms

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(call)
        try:
            return done.result()
        except BaseException:
            database.interrupt()
            raise
