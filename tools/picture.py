"""Draws the picture of the README: the top of a mapping's page, as a PNG, in headless Chromium.

Run by `make picture`. Text in few colours needs no more than a palette, which Pillow makes.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import sync_playwright

REPOSITORY: Final = Path(__file__).parents[1]
PICTURE: Final = REPOSITORY / "docs" / "page.png"
MAPPING: Final = "aifi/update-customer"
WIDTH: Final = 1160
LARGEST: Final = 150_000
COLORS: Final = 32
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
TRIMMED: Final = """
.crumb, .facts-line, .parts, figcaption { display: none }
.top, section { padding-top: 1.5rem }
"""


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    call = [sys.executable, "-m", "custmap", "explain", MAPPING, "--format", "html"]
    page_text = subprocess.run(call, cwd=REPOSITORY, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder) / "page.html"
        file.write_bytes(page_text)
        browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 800}, device_scale_factor=1.5, bypass_csp=True
        )
        page = context.new_page()
        page.goto(file.as_uri())
        page.add_style_tag(content=TRIMMED)
        end = page.locator("#fields").bounding_box()
        assert end is not None
        page.screenshot(
            path=PICTURE, full_page=True,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": end["y"] + end["height"] + 24},
        )  # fmt: skip
        browser.close()
    with Image.open(PICTURE) as drawn:
        drawn.convert("RGB").quantize(COLORS).save(PICTURE, optimize=True)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(REPOSITORY)}: {size:,} bytes")
    if size > LARGEST:
        sys.exit(f"the picture is larger than {LARGEST:,} bytes")


if __name__ == "__main__":
    main()
