"""Where a mapping's file is: a path is a path, a name is looked up.

`acme/update` is `mappings/acme/update.yaml` in the nearest folder above the working folder (or above a
fixture) that has it, then among the mappings that come with custmap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.values.nearest import nearest

FOLDER: Final = "mappings"
_ENDINGS: Final = (".yaml", ".yml")


def find_mapping(name_or_path: str | os.PathLike[str], start: Path | None = None) -> tuple[Path, str]:
    """The file, and how messages call it; MappingError (CM204) when there is none."""
    text = os.fspath(name_or_path)
    if text.endswith(_ENDINGS) or isinstance(name_or_path, os.PathLike):
        return Path(text), text
    if "\0" not in text and ".." not in text.split("/"):
        for folder in folders(start or Path.cwd()):
            path = folder / f"{text}.yaml"
            if path.is_file():
                return path, shown(path)
    names = sorted({name for folder in folders(start or Path.cwd()) for name, _ in mappings_in(folder)})
    close = nearest(text, names)
    raise MappingError(
        [
            Diagnostic(
                "CM204",
                f"there is no mapping `{text}` in reach",
                help=f"Did you mean `{close}`?" if close else f"There are {', '.join(names) or 'none'}.",
            )
        ]
    )


def folders(start: Path) -> Iterator[Path]:
    """The folders that names are looked up in: the nearest above `start`, then the shipped one."""
    for above in (start, *start.resolve().parents):
        if (above / FOLDER).is_dir():
            yield above / FOLDER
            break
    package = Path(__file__).resolve().parent.parent
    # In a wheel the mappings lie inside the package, in a checkout beside `src`.
    for shipped in (package / FOLDER, package.parent.parent / FOLDER):
        if shipped.is_dir() and shipped != package / "mapping":
            yield shipped
            break


def mappings_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Names and files of the mappings in a folder `mappings/`: `vendor/operation.yaml`."""
    for path in sorted(folder.glob("*/*.yaml")):
        if not path.name.startswith("openapi"):
            yield f"{path.parent.name}/{path.stem}", path


def shown(path: Path) -> str:
    """A path as messages call it: from the working folder, where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path.as_posix()
