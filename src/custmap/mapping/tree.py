"""Which files a mapping may name: those of its own tree of folders. A mapping can come from a stranger."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

FOLDER: Final = "mappings"
"""The folder of a project's mappings."""


def tree_of(mapping: Path, root: str | os.PathLike[str] | None = None) -> Path:
    """The folder whose files a mapping may name: `root`, else `mappings/` around it, else its own folder."""
    if root is not None:
        return Path(root)
    own = mapping.absolute().parent
    return next((folder for folder in (own, *own.parents) if folder.name == FOLDER), own)


def refusal(path: Path, tree: Path) -> str | None:
    """Why a file that a mapping names is not opened; None if it may be, or does not exist."""
    try:
        if not path.resolve().is_relative_to(tree.resolve()):
            return f"it is outside `{tree.name}/`, the folder whose files this mapping may name"
        if path.exists() and not path.is_file():
            return "it is not a regular file"
    except RuntimeError:  # `resolve` says so before Python 3.13
        return "its links lead in a circle"
    except (OSError, ValueError):  # what reads it says why
        return None
    return None
