"""Folders that are shipped with custmap: inside the package in a wheel, next to `src` in a checkout."""

from __future__ import annotations

from pathlib import Path


def shipped_folder(name: str) -> Path | None:
    """The shipped folder of this name; None if it cannot be reached, as in a zip archive."""
    package = Path(__file__).resolve().parent.parent
    places = (package / name, package.parent.parent / name)
    return next((place for place in places if place.is_dir()), None)
