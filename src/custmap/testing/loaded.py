"""Mappings loaded once for many fixtures: loading one costs as much as running a hundred cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from custmap.diagnostics.errors import MappingError
from custmap.mapping.find import find_mapping
from custmap.testing.call import Load, load_mapping

if TYPE_CHECKING:
    from custmap.mapper import Mapping


class MappingCache:
    """Loads each mapping once per folder, since names are looked up from there; errors are cached too."""

    def __init__(self, load: Load = load_mapping) -> None:
        self._load = load
        self._loaded: dict[tuple[str, Path], Mapping | MappingError] = {}

    def load(self, name_or_path: str | Path, *, start: Path) -> Mapping:
        """The mapping; MappingError as for the first call."""
        key = (str(name_or_path), start)
        if key not in self._loaded:
            try:
                self._loaded[key] = self._load(name_or_path, start=start)
            except MappingError as error:
                self._loaded[key] = error
        found = self._loaded[key]
        if isinstance(found, MappingError):
            raise found.with_traceback(None)
        return found

    def files(self) -> Iterator[Path]:
        """The mapping files that were asked for, those with errors too."""
        for name, start in self._loaded:
            with suppress(MappingError):
                yield find_mapping(name, start)[0]
