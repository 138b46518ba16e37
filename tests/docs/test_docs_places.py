"""Pages name files and folders that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/decisions").glob("*.md")),
]
NAMED = re.compile(r"`((?:[\w-]+/)+[\w-]+\.(?:py|yaml|json)|(?:src|tests)/[\w/-]+)`")
ABOVE = ("", "src/custmap", "tests", "docs")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    for name in NAMED.findall(page.read_text("utf-8")):
        there = any((ROOT / above / name).exists() for above in ABOVE)
        assert there or "acme" in name, f"{page.name}: `{name}`"


def test_the_architecture_has_every_room() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    rooms = {path.parent.name for path in (ROOT / "src/custmap").glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}/`" not in text} == set()
