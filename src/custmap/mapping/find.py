"""Finds the file of a mapping or a source: paths are used as they are, names are looked up.

`acme/update` is `mappings/acme/update.yaml` in the nearest folder above the working folder (or above a
fixture) that has it, then among the mappings shipped with custmap. A source is found so in `sources/`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.meant import Meant
from custmap.mapping.form import Kind
from custmap.mapping.related import ENDINGS, is_mapping, without_used
from custmap.mapping.tree import FOLDERS
from custmap.values.files import is_file, is_folder, real
from custmap.values.nearest import nearest
from custmap.values.shipped import shipped_folder


def find_mapping(name_or_path: str | os.PathLike[str], start: Path | None = None) -> tuple[Path, str]:
    """The file, and its name in messages; MappingError (CM204) if there is none."""
    return _find(name_or_path, start, "mapping")


def find_source(name_or_path: str | os.PathLike[str], start: Path | None = None) -> tuple[Path, str]:
    """The file of a source, and its name in messages; MappingError (CM204) if there is none."""
    return _find(name_or_path, start, "source")


def _find(name_or_path: str | os.PathLike[str], start: Path | None, kind: Kind) -> tuple[Path, str]:
    text = os.fspath(name_or_path)
    if text.endswith(ENDINGS) or isinstance(name_or_path, os.PathLike):
        return Path(text), text
    if found := look_up(text, start or Path.cwd(), kind):
        return found
    names = sorted({name for folder in folders(start or Path.cwd(), kind) for name, _ in files_in(folder)})
    close = nearest(text, names)
    known = f"Known {kind}s: {', '.join(names) or 'none'}."
    help = Meant(close, text) if close else known
    raise MappingError([Diagnostic("CM204", f"there is no {kind} `{text}`", help=help)])


def look_up(name: str, start: Path, kind: Kind = "mapping") -> tuple[Path, str] | None:
    """The file of a name, looked up from the folder `start`, and its name in messages; None if not found."""
    if "\0" in name or ".." in name.split("/"):
        return None
    for folder in above(start, kind):
        if is_file(path := folder / f"{name}.yaml"):
            return path, shown(path)
    own = FOLDERS[kind]
    if (shipped := shipped_folder(own)) is not None and is_file(path := shipped / f"{name}.yaml"):
        return path, f"{own}/{name}.yaml"  # the name in messages is the same on every machine
    return None


def folders(start: Path, kind: Kind = "mapping") -> Iterator[Path]:
    """The folders of a kind in reach: those above `start`, nearest first, then the shipped one."""
    found = list(above(start, kind))
    shipped = shipped_folder(FOLDERS[kind])
    yield from found
    if shipped is not None and all(real(folder) != real(shipped) for folder in found):
        yield shipped


def above(start: Path, kind: Kind = "mapping") -> Iterator[Path]:
    """The project's own folders of a kind, such as `mappings/`: in `start` and above it, nearest first."""
    for place in dict.fromkeys((start, *real(start).parents)):
        if is_folder(place / FOLDERS[kind]):
            yield place / FOLDERS[kind]


def files_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Names and files of the mappings or sources in such a folder: `vendor/operation.yaml`."""
    found = (path for path in sorted(folder.glob("*/*.yaml")) if is_file(path) and is_mapping(path))
    for path in without_used(found):
        yield f"{path.parent.name}/{path.stem}", path


def shown(path: Path) -> str:
    """A path as messages show it: relative to the working folder."""
    try:
        return Path(os.path.relpath(real(path))).as_posix()
    except (ValueError, OSError):  # another drive, no working folder
        return path.as_posix()
