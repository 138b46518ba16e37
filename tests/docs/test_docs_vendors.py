"""The page of all vendors says what the mappings say, and each vendor has a page of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shipped_mappings import SHIPPED

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "vendors"


def test_the_page_is_up_to_date() -> None:
    written = [sys.executable, str(ROOT / "tools" / "vendors.py")]
    ran = subprocess.run(written, capture_output=True, encoding="utf-8", check=True)
    page = (PAGES / "README.md").read_text("utf-8")
    assert ran.stdout == page, "python tools/vendors.py > docs/vendors/README.md"


def test_each_vendor_has_a_page() -> None:
    assert {name.partition("/")[0] for name in SHIPPED} | {"README"} == {
        path.stem for path in PAGES.glob("*.md")
    }
