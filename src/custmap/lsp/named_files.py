"""The files that a mapping may name, and the operations of its OpenAPI document."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from custmap.contract.openapi import operations_of
from custmap.mapping.related import says_mapping
from custmap.mapping.tree import refusal, tree_of
from custmap.values.files import is_folder, real

_ENDINGS: Final = (".yaml", ".yml", ".json")
_MOST: Final = 200
_LOOKED_AT: Final = 2000


def files_for(mapping: Path, root: str | None, *, parquet: bool = False) -> list[str]:
    """Contracts and schemas that a mapping may name, relative to its folder: nearest first."""
    tree, own = real(tree_of(mapping, root)), mapping.parent
    wanted = (".parquet",) if parquet else _ENDINGS
    found: list[str] = []
    seen = 0
    for folder in dict.fromkeys((own, tree)):
        if not is_folder(folder):
            continue
        for here, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                seen += 1
                path = Path(here) / name
                if path.suffix in wanted and path != mapping and not says_mapping(path):
                    found.append(Path(os.path.relpath(path, own)).as_posix())
            if len(found) >= _MOST or seen >= _LOOKED_AT or folder == own:
                break
    return list(dict.fromkeys(found))[:_MOST]


def operations_in(mapping: Path, document: str, root: str | None) -> Iterator[tuple[str, str, str]]:
    """Of each operation its name, method and path, and summary; MappingError if it cannot be read."""
    beside = mapping.parent / document
    if refusal(beside, tree_of(mapping, root)) is None:
        yield from operations_of(beside)
