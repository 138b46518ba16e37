"""Optional packages: imported when they are needed, and named with their extra where they are missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any


class ExtraMissing(ImportError):
    """An optional package is not installed; the message says how to install it."""


def import_extra(module: str, task: str, extra: str) -> Any:
    """A module of an optional package; ExtraMissing if it is not installed.

    `task`   what it is needed for: "reading Parquet".
    `extra`  the extra of custmap that has it.
    """
    try:
        return import_module(module)
    except ImportError:
        raise _missing(module, task, extra) from None


def require_extra(module: str, task: str, extra: str) -> None:
    """ExtraMissing if a module of an optional package is not installed; it is not imported."""
    if find_spec(module) is None:
        raise _missing(module, task, extra)


def _missing(module: str, task: str, extra: str) -> ExtraMissing:
    package = module.partition(".")[0]
    return ExtraMissing(f"{task} needs {package}: pip install 'custmap[{extra}]'")
