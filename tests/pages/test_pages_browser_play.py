"""`custmap play` in a real Chromium: `make browser`. Skipped unless `CUSTMAP_BROWSER` is set.

What holds for the pages of a site holds here, too. Besides: the time from a key to its finding, the keyboard
alone, the pointer where findings stand between lines, whatever is typed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

if "CUSTMAP_BROWSER" not in os.environ:
    pytest.skip("`make browser` runs them", allow_module_level=True)

from in_browser import SIZES, Open, browser, check_page, custmap, opened
from playwright.sync_api import Browser, Page

__all__ = ["browser", "opened"]

SLOWEST = 300
"""Milliseconds from a key to its finding, at most."""


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


def test_mark_stays_while_its_line_is_written(opened: Open, play: str) -> None:
    """Also if what is found is the same as before; and it moves with its line."""
    page = ready(opened(play))
    place_caret(page, "mapping", "email), clear")
    page.keyboard.press("x")
    page.wait_for_selector(".wave.error")
    page.keyboard.press("End")
    page.keyboard.type("  # a remark")
    row = page.locator("[data-editor=mapping] .row:has(+ .remark)")
    row.filter(has_text="# a remark").filter(has=page.locator(".wave.error")).wait_for()
    place_caret(page, "mapping", "summary:")
    page.keyboard.type("# one line more\n")
    page.locator("#status", has_text="line 23").wait_for()
    assert page.locator(".wave.error").inner_text() == "xemail"
    assert "xemail" in row.inner_text()


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


def test_warnings_do_not_push_the_plan_away(opened: Open, play: str) -> None:
    """They are folded, with their count, and stay open while one types; errors stand open above the plan."""
    page = ready(opened(play))
    members = "".join(f"    x{one}: string\n" for one in range(150))
    rules = "".join(f"  x{one}: attributes.a\n" for one in range(150))
    text = page.locator("#mapping").input_value().replace("  fields:\n", f"  fields:\n{members}") + rules
    page.locator("#mapping").fill(text)
    page.locator("#others-count", has_text="150 warnings").wait_for()
    assert page.locator("#plan-title").bounding_box()["y"] < 400  # type: ignore[index]
    assert page.locator("#errors li").count() == 0 and not page.locator("#others li").first.is_visible()
    page.locator("#folded summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#others li").first.is_visible()
    check_page(page)
    page.locator("#mapping").fill(f"{text}  mail2: emial\n")
    page.locator("#errors .error", has_text="Did you mean").wait_for()
    assert page.locator("#others li").first.is_visible()
    page.locator("#folded summary").press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "Use email"


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
            "\t\x0b",
            "<script>window.pwned=1</script>",
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
