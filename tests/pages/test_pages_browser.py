"""The pages and `play` in a real Chromium: `make browser`. Skipped unless `CUSTMAP_BROWSER` is set.

Held at 1400 and 400 pixels, light and dark: nothing sticks out, axe-core finds nothing serious, no other host
is asked, nothing is written to the console. With the keyboard alone; and the time from a key to its finding.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

if "CUSTMAP_BROWSER" not in os.environ:
    pytest.skip("`make browser` runs them", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).parents[2]
SIZES = [(width, scheme) for width in (1400, 400) for scheme in ("light", "dark")]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SLOWEST = 300
"""Milliseconds from a key to its finding, at most."""
HOSTILE = """
custmap: 1
name: acme/hostile
summary: "<script>window.pwned = 1</script><img src=x onerror=window.pwned=1>"
contract: {method: PUT, url: "https://acme.example/c/{id}"}
path: {id: id}
body:
  '"<script>window.pwned = 1</script>"':
    {from: email, note: "' onmouseover='window.pwned=1", assumed: "]]>\\u2028-->"}
"""


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site about some vendors, a broken mapping, one of a hostile stranger, and a source."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("aifi", "square", "google", "microbase"):
        shutil.copytree(REPOSITORY / "mappings" / name, folder / "mappings" / name)
        shutil.copytree(REPOSITORY / "fixtures" / name, folder / "fixtures" / name)
    acme = folder / "mappings" / "acme"
    acme.mkdir()
    (acme / "hostile.yaml").write_text(HOSTILE)
    (acme / "broken.yaml").write_text(
        HOSTILE.replace("hostile", "broken").replace("from: email", "from: emial")
    )
    source = folder / "sources" / "crm" / "customers.yaml"
    source.parent.mkdir(parents=True)
    source.write_text(
        "custmap: 1\nsource: crm/customers\ncolumns: {id: integer, mail: string}\nnulls: clear\n"
        "customer: {identifiers.aifi: text(id), email: mail}\n"
    )
    subprocess.run(custmap("docs", "-o", "site"), cwd=folder, check=False, capture_output=True)
    return (folder / "site").as_uri()


PAGES = (
    *("index", "aifi--update-customer", "square--update-customer", "google--update-contact"),
    *("acme--hostile", "acme--broken", "crm--customers"),
)


@pytest.mark.parametrize(("width", "scheme"), SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_pages(opened: Open, site: str, name: str, width: int, scheme: str) -> None:
    check_page(opened(f"{site}/{name}.html", width, scheme))


def test_lines_end_where_the_names_are(opened: Open, site: str) -> None:
    """Each line of the drawing begins at the middle of its source's row, and ends at that of its target's."""
    page = opened(f"{site}/aifi--update-customer.html")
    worst = page.evaluate(
        """() => {
          const drawing = document.querySelector('.lineage');
          const plane = drawing.querySelector('svg').getBoundingClientRect();
          const box = (one) => one.getBoundingClientRect();
          const middle = (one) => box(one).top + box(one).height / 2;
          let worst = 0;
          for (const path of drawing.querySelectorAll('path')) {
            const [start, end] = [0, path.getTotalLength()].map((at) => path.getPointAtLength(at).y);
            const { source: name } = path.dataset;
            const sources = [...drawing.querySelectorAll('.from li')];
            const source = sources.find((one) => one.dataset.source === name);
            const target = drawing.querySelector(`.to li[data-row="${path.dataset.row}"]`);
            const at = (y) => plane.top + y / 1000 * plane.height;
            worst = Math.max(worst, Math.abs(at(start) - middle(source)), Math.abs(at(end) - middle(target)));
          }
          return worst;
        }"""
    )
    assert worst < 2


def test_index_by_keyboard(opened: Open, site: str) -> None:
    page = opened(f"{site}/index.html")
    page.keyboard.press("/")
    page.keyboard.type("payment_card aifi")
    assert page.locator(".list tbody tr:visible").count() == 1
    assert page.locator("#search-count").inner_text() == "1 found"
    page.locator(".list tbody tr:visible a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/aifi--update-customer.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "#rule-" in page.url, "the first member of the drawing leads to its rule"
    page.go_back()
    page.locator(".from li", has_text="payment_card.token").hover()
    assert page.locator(".lineage .lit").count() >= 3


@contextmanager
def playing(folder: Path, *arguments: str) -> Iterator[str]:
    """The address of a `custmap play` in a folder."""
    call = custmap("play", "--no-browser", *arguments)
    with subprocess.Popen(call, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
    assert process.returncode == 130


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small example, as a file."""
    from custmap.pages.play.opening import open_desk
    from custmap.pages.subject import Reading

    folder = tmp_path_factory.mktemp("play")
    desk = open_desk(None, Reading(), folder)
    desk.path.parent.mkdir(parents=True)
    desk.path.write_text(desk.texts.mapping)
    fixture = folder / "fixtures" / "acme" / "update-customer" / "start.yaml"
    fixture.parent.mkdir(parents=True)
    fixture.write_text(
        "mapping: acme/update-customer\nsummary: The start\nparams: {host: acme.example, token: t}\n"
        "before: {identifiers: {acme: '7'}, email: Alda@example.com, tags: [VIP, beta]}\n"
        "after: {identifiers: {acme: '7'}, email: null, tags: [VIP]}\n"
        "expect: {changes: [clear mail, set labels]}\n"
    )
    return folder


@pytest.fixture(scope="session")
def play(project: Path) -> Iterator[str]:
    with playing(project, "acme/update-customer") as address:
        yield address


def ready(page: Page) -> Page:
    page.wait_for_selector("#status.fine, #status.warning, #status.error")
    return page


def place_caret(page: Page, editor: str, before: str) -> None:
    """Put the caret before a text."""
    page.evaluate(
        """([editor, before]) => {
          const area = document.getElementById(editor), at = area.value.indexOf(before);
          if (at < 0) throw new Error(before);
          area.focus();
          area.setSelectionRange(at, at);
        }""",
        [editor, before],
    )


def time_of(page: Page, editor: str, key: str) -> float:
    """Milliseconds from a key to the finding that it makes, under a line of the editor."""
    page.evaluate(
        """(editor) => {
          window.told = new Promise((done) => {
            let pressed = 0;
            const press = () => { pressed = performance.now(); };
            document.addEventListener('keydown', press, { once: true, capture: true });
            const mirror = document.querySelector(`[data-editor=${editor}] .mirror`);
            new MutationObserver((changes, self) => {
              if (!mirror.querySelector('.remark.error')) return;
              self.disconnect();
              requestAnimationFrame(() => done(performance.now() - pressed));
            }).observe(mirror, { childList: true, subtree: true });
          });
        }""",
        editor,
    )
    page.keyboard.press(key)
    found: float = page.evaluate("window.told")
    return found


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_play(opened: Open, play: str, width: int, scheme: str) -> None:
    """Also with findings in two editors, and with the dialog open."""
    page = ready(opened(play, width, scheme))
    check_page(page)
    place_caret(page, "mapping", "email), clear")
    page.keyboard.press("x")
    place_caret(page, "after", "email: null")
    page.keyboard.type("priority: high\n")
    page.wait_for_selector("[data-editor=after] .remark")
    page.wait_for_selector("[data-editor=mapping] .remark")
    check_page(page)
    page.keyboard.press("Control+s")
    page.wait_for_selector("dialog[open]")
    check_page(page)


def test_finding_stands_under_its_line_in_time(opened: Open, play: str) -> None:
    page = ready(opened(play))
    times = []
    for _ in range(5):
        place_caret(page, "mapping", "email), clear")
        times.append(time_of(page, "mapping", "x"))
        row = page.locator("[data-editor=mapping] .row:has(+ .remark)")
        assert "mail:   {from: lower(xemail)" in row.inner_text()
        assert page.locator(".wave.error").inner_text() == "xemail"
        page.keyboard.press("Control+z")
        page.wait_for_selector("[data-editor=mapping] .remark", state="detached")
    print(f"\nfrom a key to its finding: {', '.join(f'{one:.0f}' for one in times)} ms")
    assert sorted(times)[len(times) // 2] <= SLOWEST


def test_large_contract(opened: Open, tmp_path: Path) -> None:
    """A contract of 3 MB, of a thousand operations, is read once and not after every key."""
    text = {"type": "string", "description": "x" * 60}
    schema = {"type": "object", "properties": {f"member_{one}": text for one in range(20)}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}

    def operation(one: int) -> dict[str, Any]:
        body = {"application/json": {"schema": {"$ref": f"#/components/schemas/Thing{one}"}}}
        return {
            "operationId": f"updateThing{one}",
            "parameters": [number],
            "requestBody": {"content": body},
            "responses": {"200": {"description": "done"}},
        }

    document = {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1"},
        "servers": [{"url": "https://large.example"}],
        "paths": {f"/v1/thing{one}/{{id}}": {"put": operation(one)} for one in range(1200)},
        "components": {"schemas": {f"Thing{one}": schema for one in range(1200)}},
    }
    folder = tmp_path / "mappings" / "large"
    folder.mkdir(parents=True)
    (folder / "openapi.json").write_text(json.dumps(document, indent=1))
    assert (folder / "openapi.json").stat().st_size > 3_000_000
    (folder / "update.yaml").write_text(
        "custmap: 1\nname: large/update\nsummary: Large\n"
        "contract: {openapi: openapi.json, operation: updateThing7}\n"
        "path: {id: id}\nbody:\n  member_1: email\n  member_2: company\n"
    )
    with playing(tmp_path, "large/update") as address:
        page = ready(opened(address))
        times = []
        for _ in range(5):
            place_caret(page, "mapping", "mail\n  member_2")
            times.append(time_of(page, "mapping", "x"))
            page.keyboard.press("Control+z")
            page.wait_for_selector("[data-editor=mapping] .remark.error", state="detached")
        print(f"\nwith a contract of 3 MB: {', '.join(f'{one:.0f}' for one in times)} ms")
        page.close()
    assert sorted(times)[len(times) // 2] <= SLOWEST


def test_keyboard_alone(opened: Open, play: str, project: Path) -> None:
    """From the top: into the editor, a mistake, to its finding, mended, and saved as a fixture."""
    page = ready(opened(play))
    order = ["skip", "save", "mapping", "before", "after", "params", "absent", "nulls"]
    tabs = []
    for _ in range(12):
        page.keyboard.press("Tab")
        tabs.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert [one for one in tabs if one in order] == order
    place_caret(page, "mapping", "mail), clear")
    page.keyboard.press("Backspace")
    page.wait_for_selector("[data-editor=mapping] .remark")
    assert page.locator("#status").get_attribute("role") == "status"
    assert "has no field" in page.locator("#status").inner_text()
    assert "Line 22" in page.locator("#mapping-findings").inner_text()
    assert page.locator("#mapping").get_attribute("aria-invalid") == "true"
    page.locator("#params").focus()
    page.keyboard.press("F8")
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == [
        "mapping", page.evaluate("document.getElementById('mapping').value.indexOf('mail), clear')")
    ]  # fmt: skip
    page.locator(".told .fix").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#status.fine")
    assert "lower(email)" in page.locator("#mapping").input_value()
    page.keyboard.press("Control+s")
    page.keyboard.type("by-keyboard")
    page.keyboard.press("Tab")
    page.keyboard.type("Saved with the keyboard")
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.fine")
    path = project / "fixtures" / "acme" / "update-customer" / "by-keyboard.yaml"
    text = path.read_text()
    assert "summary: Saved with the keyboard" in text and "{{token}}" in text
    page.keyboard.press("Enter")
    page.wait_for_selector("#saved.warning")
    assert "exists. Replace it?" in page.locator("#saved").inner_text()
    assert path.read_text() == text
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    subprocess.run(custmap("test", str(path)), cwd=project, check=True)


def test_pointer_where_there_are_gaps(opened: Open, play: str) -> None:
    """A click below a finding goes to the line that is seen there, and what is typed stands there."""
    page = ready(opened(play))
    place_caret(page, "mapping", "email), clear")
    page.keyboard.press("x")
    page.wait_for_selector("[data-editor=mapping] .remark")
    row = page.locator("[data-editor=mapping] .row", has_text="level:  {from")
    row.scroll_into_view_if_needed()
    box = row.locator("span").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
    page.keyboard.type(" # seen")
    assert "true: 2}} # seen\n" in page.locator("#mapping").input_value()
    caret = page.evaluate(
        """() => {
          const area = document.getElementById('mapping');
          const line = area.value.slice(0, area.selectionStart).split('\\n').length;
          const rows = document.querySelectorAll('[data-editor=mapping] .row');
          const box = (one) => one.getBoundingClientRect();
          return Math.abs(box(area).top + 8 + (line - 1) * box(rows[0]).height - box(rows[line - 1]).top);
        }"""
    )
    assert caret < 2, "the caret stands in the line that is seen"


def test_whatever_is_typed_it_goes_on(opened: Open, play: str) -> None:
    page = ready(opened(play))
    for editor in ("mapping", "before", "after", "params"):
        for text in (
            "{",
            "\ud83c\udf89: [",
            "a" * 20_000,
            "- " * 500,
            "<script>window.pwned=1</script>",
            "\t\x0b",
        ):
            page.locator(f"#{editor}").fill(text)
        page.wait_for_selector(f"[data-editor={editor}] .remark")
    page.reload()
    ready(page)
    assert page.locator("#status").inner_text() == "No findings"


def test_server_that_has_ended(browser: Browser, project: Path) -> None:
    with playing(project, "acme/update-customer") as address:
        page = browser.new_page()
        page.goto(address)
        ready(page)
    page.locator("#after").focus()
    page.keyboard.type("x")
    page.wait_for_selector("#status.error")
    assert "has ended" in page.locator("#status").inner_text()
    page.close()
