"""Loads both sides of a comparison; where one has errors, these are what is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Literal

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.mapper import Mapping
from custmap.mapping.form import Kind
from custmap.review.compare.comparison import Comparison
from custmap.source_loader import check_source_file
from custmap.tables.source import Source

_MISSING = frozenset({"CM111", "CM204"})
"""There is no such mapping or file: the call is wrong, and not a mapping."""
Loaded = Mapping | Source


def either_loaded(
    old: str, new: str, kind: Kind, modules: Sequence[ModuleType], root: str | None
) -> tuple[Loaded, Loaded] | Comparison:
    """Both sides, or a comparison with the findings of those that cannot be loaded.

    MappingError for one that does not exist.
    """
    found: list[tuple[Literal["old", "new"], Diagnostic]] = []
    made: list[Loaded] = []
    sides: tuple[tuple[Literal["old", "new"], str], ...] = (("old", old), ("new", new))
    for side, name in sides:
        try:
            made.append(load_either(name, kind, modules, root))
        except MappingError as error:
            if any(one.code in _MISSING and one.span is None for one in error.diagnostics):
                raise
            found += [(side, one) for one in error.diagnostics]
    if found:
        return Comparison(new, old, new, kind, "broken", findings=tuple(found))
    return made[0], made[1]


def load_either(
    name: str | Path, kind: Kind, modules: Sequence[ModuleType], root: str | Path | None
) -> Loaded:
    """A mapping or a source; MappingError with its errors."""
    functions = with_functions(modules)
    names = tuple(module.__name__ for module in modules)
    if kind == "source":
        source, found = check_source_file(name, functions, root=root)
        if source is not None:
            return Source(source, names)
    else:
        checked, found = check_mapping(name, functions, root=root)
        if checked is not None:
            return Mapping(checked, names)
    raise MappingError(one for one in found if one.level == "error")
