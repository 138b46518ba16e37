"""What the tests in a browser share: a Chromium, pages whose problems are counted, and what holds for all."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = [(width, scheme) for width in (1400, 400) for scheme in ("light", "dark")]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "there is no Chromium"
    with sync_playwright() as started:
        made = started.chromium.launch(executable_path=found, args=FLAGS)
        yield made
        made.close()


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """`opened(address, width, scheme)`; at the end nothing has gone wrong, and no other host was asked."""
    problems: list[str] = []
    pages: list[Page] = []

    def open_page(address: str, width: int = 1400, scheme: Any = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        host = urlsplit(address).netloc
        page.on(
            "console", lambda one: problems.append(one.text) if one.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda one: problems.append(str(one)))
        page.on("dialog", lambda one: problems.append(f"a dialog: {one.message}"))

        def asked(request: Any) -> None:
            if urlsplit(request.url).netloc != host and not request.url.startswith("data:"):
                problems.append(f"asked {request.url}")

        page.on("request", asked)
        page.goto(address)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        if not page.is_closed():
            assert page.evaluate("window.pwned") is None
            page.context.close()
    assert problems == []


def check_page(page: Page) -> None:
    """Nothing sticks out, and axe finds nothing serious."""
    page.wait_for_timeout(50)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    told = [
        (one["id"], one["impact"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert told == []


def custmap(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "custmap", *arguments]
