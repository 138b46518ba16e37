"""A connection to DuckDB that uses little memory and never loads an extension."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


def in_thread(database: Any, call: Callable[[], Result]) -> Result:
    """Run a query in a thread, so that the main thread can handle signals meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(call)
        try:
            return done.result()
        except BaseException:
            database.interrupt()
            raise
