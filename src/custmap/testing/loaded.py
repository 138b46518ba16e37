"""Mappings loaded once for many fixtures: loading one costs as much as running a hundred cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from custmap.diagnostics.errors import MappingError
from custmap.mapping.find import find_mapping, find_source
from custmap.mapping.form import Kind
from custmap.testing.call import Load, load_named

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.tables.source import Source


class MappingCache:
    """Loads each mapping once per folder, since names are looked up from there; errors are cached too."""

    def __init__(self, load: Load = load_named) -> None:
        self._load = load
        self._loaded: dict[tuple[str, Path, Kind], Mapping | Source | MappingError] = {}

    def load(self, name_or_path: str | Path, *, start: Path, kind: Kind = "mapping") -> Mapping | Source:
        """The mapping or source; MappingError as for the first call."""
        key = (str(name_or_path), start, kind)
        if key not in self._loaded:
            try:
                self._loaded[key] = self._load(name_or_path, start=start, kind=kind)
            except MappingError as error:
                self._loaded[key] = error
        found = self._loaded[key]
        if isinstance(found, MappingError):
            raise found.with_traceback(None)
        return found

    def files(self) -> Iterator[Path]:
        """The files that were asked for, those with errors too."""
        for name, start, kind in self._loaded:
            with suppress(MappingError):
                yield (find_mapping if kind == "mapping" else find_source)(name, start)[0]
