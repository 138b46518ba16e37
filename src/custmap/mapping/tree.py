"""Which files a mapping or source may name: those of its own tree of folders. It can come from a stranger."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from custmap.values.files import exists, is_file, real

FOLDERS: Final = {"mapping": "mappings", "source": "sources"}
"""The folders of a project's mappings and sources."""


def tree_of(mapping: Path, root: str | os.PathLike[str] | None = None) -> Path:
    """The folder whose files a mapping or source may name.

    It is `root`, else `mappings/` or `sources/` around it, else its own folder.
    """
    if root is not None:
        return Path(root)
    own = mapping.absolute().parent
    return next((folder for folder in (own, *own.parents) if folder.name in FOLDERS.values()), own)


def refusal(path: Path, tree: Path) -> str | None:
    """Why a file that a mapping names is not opened; None if it may be, or does not exist."""
    if not real(path).is_relative_to(real(tree)):
        return f"it is outside `{tree.name}/`, the folder whose files this mapping may name"
    return "it is not a regular file" if exists(path) and not is_file(path) else None
