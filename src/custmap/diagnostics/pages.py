"""The page of a code: what it means, an example and what to do."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def page_of(code: str) -> str | None:
    """The Markdown page, from the wheel or from `docs/` in a checkout; None if there is neither."""
    inside = resources.files("custmap").joinpath("codes", f"{code}.md")
    checkout = Path(__file__).resolve().parents[3] / "docs" / "codes" / f"{code}.md"
    for place in (inside, checkout):
        if place.is_file():
            return place.read_text(encoding="utf-8").rstrip("\n")
    return None
