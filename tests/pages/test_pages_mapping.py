"""The page of a mapping and of a source: what stands on it, for good, broken and hostile files."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_parser import Page, parsed

from custmap.lineage.whole_paths import record_sources
from custmap.pages.covered import covered_by
from custmap.pages.example import example_of
from custmap.pages.html import shown
from custmap.pages.mapping_page import mapping_page
from custmap.pages.source_page import source_page
from custmap.pages.state_table import meaning
from custmap.pages.subject import MappingSubject, Reading, mapping_subject, source_subject, with_fixtures
from shipped_mappings import MAPPINGS, SHIPPED
from small_mappings import write

FIXTURES = MAPPINGS.parent / "fixtures"
RULES = """
params: {token: {secret: true}, "x-y": {}}
headers: {X-A: {param: token, format: "Bearer {}"}}
body:
  name.first: {from: given_name(name), clear: send_null, note: why, assumed: a guess}
  '"<script>alert(1)</script>"': {from: 'attributes."</td>"'}
  '"a\\"b\\u2028]]>"': {from: email, note: "<b>bold</b>", assumed: "' onload='x"}
  plan: {from: attributes.plan, values: {gold: "<G>"}, unmapped: pass}
  ad: {each: addresses, fields: {city: city, zip: {from: postal_code}}}
"""


@pytest.fixture(scope="module")
def shipped() -> dict[str, MappingSubject]:
    return {name: mapping_subject(MAPPINGS / f"{name}.yaml", name, Reading()) for name in SHIPPED}


def page_of(path: Path) -> tuple[MappingSubject, Page]:
    subject = mapping_subject(path, "acme/case", Reading())
    return subject, parsed(mapping_page(subject))


@pytest.fixture(scope="module")
def pages(shipped: dict[str, MappingSubject]) -> dict[str, Page]:
    """The pages of a few vendors that differ: several requests, changes, a whole record, many customers."""
    names = ("aifi/update-customer", "square/update-customer", "commercetools/update-customer",
             "okta/replace-user", "braze/track-users", "google/update-contact")  # fmt: skip
    return {name: parsed(mapping_page(shipped[name], "index.html")) for name in names}


def test_shipped_pages_are_well_formed(shipped: dict[str, MappingSubject], pages: dict[str, Page]) -> None:
    """Each has a rule's row for each line, and a line of the drawing for each source of a target."""
    for name, page in pages.items():
        subject = shipped[name]
        assert subject.lineage is not None
        rows = [one for one in page.elements if (one.attributes.get("id") or "").startswith("rule-")]
        assert len(rows) == len(subject.lineage.lines)
        drawn = sum(map(len, record_sources(subject.lineage)))
        assert len(page.all("path")) == drawn
        assert len(page.all("h1")) == 1 and page.all("main")


def test_no_address_is_followed(shipped: dict[str, MappingSubject], pages: dict[str, Page]) -> None:
    """Neither `src` nor `href` leads away, though the vendor's URL stands on the page as text."""
    for name, page in pages.items():
        subject = shipped[name]
        for one in page.elements:
            for place in ("src", "href", "action", "srcset", "data", "poster", "background"):
                value = one.attributes.get(place) or ""
                assert "//" not in value and ":" not in value, (name, one.tag, place, value)
            assert not any(place.startswith("on") or place == "style" for place in one.attributes)
        assert subject.mapping is not None
        assert any(subject.mapping.checked.operations[0].contract.url in text for text in page.texts)


def test_hostile_names_are_texts(tmp_path: Path) -> None:
    subject, page = page_of(write(tmp_path, RULES))
    assert not [one for one in subject.findings if one.level == "error"]
    texts = "".join(page.texts)
    for name in ('"<script>alert(1)</script>"', "<b>bold</b>", "' onload='x", '"<G>"'):
        assert name in texts
    assert subject.lineage is not None
    for line in subject.lineage.lines:
        assert shown(line.target) in texts
    assert len(page.all("script")) == 1 and not page.all("b")


def test_broken_mapping_shows_its_findings(tmp_path: Path) -> None:
    subject, page = page_of(write(tmp_path, "body: {'\"<x>\"': emial, tags: {from: tags, note: <y>}}"))
    assert subject.mapping is None
    texts = "".join(page.texts)
    assert "CM301" in texts and "Did you mean `email`?" in texts
    assert [one.text for one in page.all("h2")] == ["Findings"]


def test_unreadable_mapping_has_a_page(tmp_path: Path) -> None:
    for text in ("custmap: 1\n  body: [", "\x00", "", "a" * 1_048_577):
        path = tmp_path / "acme" / "case.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        subject, page = page_of(path)
        assert subject.mapping is None and subject.findings
        assert page.all("li")


def test_example_comes_from_a_fixture(shipped: dict[str, MappingSubject]) -> None:
    (subject,) = with_fixtures([shipped["fabric/update-attributes"]], FIXTURES, Reading())
    assert subject.mapping is not None and len(subject.reports) > 20
    example = example_of(subject.mapping, subject.reports)
    assert example is not None and not example.is_drawn
    assert example.summary in {report.fixture.summary for report in subject.reports}
    assert {change.action for change in example.plan.changes} == {"set", "clear"}
    page = parsed(mapping_page(subject))
    assert f"{example.summary}." in page.texts
    text = "".join(page.texts)
    assert "Bearer {{token}}" in text
    covered = covered_by(subject.reports)
    assert covered is not None and covered.fixtures == len(subject.reports)
    assert f"{covered.percent}%" in text


def test_example_is_drawn_where_there_is_no_fixture(shipped: dict[str, MappingSubject]) -> None:
    """But for the vendor whose ids have a pattern, which nobody can guess."""
    for subject in shipped.values():
        assert subject.mapping is not None
        example = example_of(subject.mapping, ())
        if subject.name == "shopify/update-customer":
            assert example is None
            continue
        assert example is not None and example.is_drawn, subject.name
        assert example.requests and not example.plan.rejected


def test_page_is_the_same_each_time() -> None:
    path = MAPPINGS / "square" / "update-customer.yaml"
    made = {mapping_page(mapping_subject(path, "square/update-customer", Reading())) for _ in range(2)}
    assert len(made) == 1


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("nothing", "quiet"), ("keeps it", "quiet"), ("leaves it out", "quiet"), ("says nothing", "quiet"),
        ("not sent, noted", "quiet"), ("sends it", "sent"), ("says it", "sent"),
        ("sends an item that says so", "sent"),
        ("a request for each entry", "sent"), ("sends null", "cleared"),
        ("names it in keysToRemove", "cleared"), ("rejected (CM803: x)", "refused"),
        ("refused (CM816: x)", "refused"),
    ],
)  # fmt: skip
def test_meaning(words: str, meant: str) -> None:
    assert meaning(words) == meant


SOURCE = """
custmap: 1
source: crm/customers
summary: The <b>warehouse</b>
columns: {customer_id: integer, "first\\u2028name": string, mail: {type: string, format: email}, plan: string}
key: customer_id
nulls: clear
customer:
  id: text(customer_id)
  name.given: '"first\\u2028name"'
  email: {from: mail, nulls: absent}
"""


def test_source_page(tmp_path: Path, shipped: dict[str, MappingSubject]) -> None:
    path = tmp_path / "crm" / "customers.yaml"
    path.parent.mkdir()
    path.write_text(SOURCE, encoding="utf-8")
    subject = source_subject(path, "crm/customers", Reading())
    assert subject.source is not None, subject.findings
    page = parsed(source_page(subject, [shipped["aifi/update-customer"], shipped["braze/track-users"]]))
    texts = "".join(page.texts)
    assert "first\\u2028name" in texts and "<b>warehouse</b>" in texts and not page.all("b")
    links = [one.attributes["href"] for one in page.all("a")]
    assert any(link and link.startswith("aifi--update-customer.html#rule-") for link in links)


def test_broken_source_has_a_page(tmp_path: Path) -> None:
    path = tmp_path / "crm" / "customers.yaml"
    path.parent.mkdir()
    path.write_text(SOURCE.replace("from: mail", "from: mial"), encoding="utf-8")
    subject = source_subject(path, "crm/customers", Reading())
    assert subject.source is None
    assert "CM301" in "".join(parsed(source_page(subject, [])).texts)


def test_values_of_an_option_have_their_table(tmp_path: Path) -> None:
    rules = "body:\n  plan: {first: [{from: email}, {from: attributes.plan, values: {gold: G}}]}\n"
    _, page = page_of(write(tmp_path, rules))
    assert [one.text for one in page.all("code") if "td" in one.around[-1:]][:2] == ['"gold"', '"G"']
