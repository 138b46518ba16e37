"""A static site of pages, written completely or not at all.

The pages are written into a folder beside the one that was asked for, which then takes its place. A folder
that has files which `custmap docs` did not write is left as it is: a list of the pages is kept in it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from custmap.pages.index_page import index_page
from custmap.pages.mapping_page import mapping_page
from custmap.pages.reach import page_name
from custmap.pages.source_page import source_page
from custmap.pages.subject import MappingSubject, SourceSubject
from custmap.values.files import exists, is_file, is_folder, read_start, real

LISTED: Final = "custmap-docs.json"
"""The file in a site that lists its pages."""
FORMAT_VERSION: Final = 1
_LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a list of pages that is read."""
_HOME: Final = "index.html"


class NotOurs(ValueError):
    """A folder that has files of others; the text names some of them."""


def pages(mappings: Sequence[MappingSubject], sources: Sequence[SourceSubject]) -> dict[str, str]:
    """The pages of a site by the names of their files; the same for the same mappings."""
    made = {_HOME: index_page(mappings, sources)}
    for mapping in mappings:
        made[page_name(mapping.name)] = mapping_page(mapping, _HOME)
    for source in sources:
        made[page_name(source.name, "source")] = source_page(source, mappings, _HOME)
    return made


def check_folder(folder: Path) -> None:
    """NotOurs if a folder has files that are not pages of an earlier site; OSError if it cannot be read."""
    place = real(folder)
    if not exists(place):
        return
    if not is_folder(place):
        raise NotOurs("it is a file")
    if place == real(Path.cwd()):
        raise NotOurs("it is the working folder, and a site takes the place of its folder as a whole")
    known = {LISTED, *_listed(place)}
    others = sorted(one.name for one in place.iterdir() if one.name not in known or not is_file(one))
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise NotOurs(f"it has files that `custmap docs` did not write: {', '.join(others[:3])}{more}")


def write_site(folder: Path, made: Mapping[str, str]) -> None:
    """Write the pages into a folder that takes the place of the one that is there; NotOurs, OSError."""
    check_folder(folder)
    try:
        _write(real(folder), made)
    except OSError as error:  # not of the folder that is written first, which nobody has named
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _write(place: Path, made: Mapping[str, str]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
    try:
        part.chmod(0o777 & ~_umask())
        for name, text in made.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")
        listed = {"format_version": FORMAT_VERSION, "pages": sorted(made)}
        (part / LISTED).write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8", newline="\n")
        _put(part, place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put(part: Path, place: Path) -> None:
    """Give a folder its name; the one that had it goes, and comes back if that fails."""
    if not exists(place):
        part.rename(place)
        return
    check_folder(place)  # what came while the pages were made
    old = part.with_suffix(".old")
    place.rename(old)
    try:
        part.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _listed(place: Path) -> list[str]:
    try:
        listed: Any = json.loads(read_start(place / LISTED, _LONGEST))
    except (OSError, ValueError):
        return []
    found = listed.get("pages") if isinstance(listed, dict) else None
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
