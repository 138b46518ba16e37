"""The site of `custmap docs` in a real Chromium: `make browser`. Skipped unless `CUSTMAP_BROWSER` is set.

Held at 1400 and 400 pixels, light and dark: nothing sticks out, axe-core finds nothing serious, no other host
is asked, nothing is written to the console.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

if "CUSTMAP_BROWSER" not in os.environ:
    pytest.skip("`make browser` runs them", allow_module_level=True)

from in_browser import SIZES, Open, browser, check_page, custmap, opened

__all__ = ["browser", "opened"]

REPOSITORY = Path(__file__).parents[2]
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
    *("acme--hostile", "acme--broken", "source--crm--customers"),
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
