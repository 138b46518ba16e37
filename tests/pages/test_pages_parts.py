"""The parts of pages: the drawing, the table of states, the example that is chosen, what reaches whom."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from page_parser import parsed

import custmap
from custmap.lineage.lineage import Line, Lineage
from custmap.lineage.whole_paths import record_sources
from custmap.pages.example import Example, best_report, example_of
from custmap.pages.figure import Row, figure
from custmap.pages.html import write
from custmap.pages.index_page import index_page
from custmap.pages.play.remarks import node_at
from custmap.pages.reach import Reach, page_name, reached_by, reaches
from custmap.pages.state_table import anchor, codes_in, states_table
from custmap.pages.subject import MappingSubject, Reading, mapping_subject, with_fixtures
from custmap.pages.worked import changes_table, example_section
from custmap.syntax.yaml_reader import read_yaml
from shipped_mappings import MAPPINGS

FIXTURES = MAPPINGS.parent / "fixtures"


def shipped(name: str) -> MappingSubject:
    return mapping_subject(MAPPINGS / f"{name}.yaml", name, Reading())


def test_lines_lead_from_row_to_row() -> None:
    """In a plane of 100 × 1000, from the middle of a source's row to that of a target's."""
    rows = [Row("x", ("b",)), Row("y", ("a", "b")), Row("z", ()), Row("w", ("params.t",))]
    page = parsed(write(figure(rows, "From", "To", "")))
    assert [one.text for one in page.all("code")[:3]] == ["b", "a", "params.t"], (
        "by the middle of their targets"
    )
    drawn = [
        (one.attributes["data-source"], one.attributes["data-row"], one.attributes["d"])
        for one in page.all("path")
    ]
    assert drawn == [
        ("b", "0", "M0 166.67C50 166.67 50 125 100 125"),
        ("a", "1", "M0 500C50 500 50 375 100 375"),
        ("b", "1", "M0 166.67C50 166.67 50 375 100 375"),
        ("params.t", "3", "M0 833.33C50 833.33 50 875 100 875"),
    ]


def test_lines_of_many_rows_end_in_their_rows() -> None:
    """To a hundredth of a row: also where there are more rows than a drawing has pixels."""
    count = 3000
    page = parsed(write(figure([Row(f"t{n}", (f"s{n}",)) for n in range(count)], "A", "B", "")))
    (plane,) = page.all("svg")
    height = float((plane.attributes["viewbox"] or "").split()[-1])
    for index, path in enumerate(page.all("path")):
        end = float((path.attributes["d"] or "").split()[-1])
        assert abs(end / height * count - (index + 0.5)) < 0.02, index


def test_kinds_of_rows() -> None:
    """A field, a parameter and a constant look different; a target leads to its rule, if it has one."""
    rows = [
        Row("x", ("params.t",), None, "#rule-1", "param"),
        Row("y", ("a constant",)),
        Row("z", ("email",), "lower"),
    ]
    page = parsed(f"<html id='rule-1'>{write(figure(rows, 'From', 'To', 'why'))}</html>")
    nodes = [
        one.attributes["class"] for one in page.all("span") if "node" in (one.attributes.get("class") or "")
    ]
    assert nodes == ["node param", "node constant", "node field", "node param", "node", "node"]
    assert [one.attributes["href"] for one in page.all("a")] == ["#rule-1"]
    assert [one.text for one in page.all("span") if one.attributes.get("class") == "between"] == [
        "",
        "",
        "lower",
    ]
    assert [one.attributes.get("aria-label") for one in page.all("ol")] == ["From", "To"]
    assert [one.attributes.get("data-sources") for one in page.all("li")[3:]] == [
        "params.t",
        "a constant",
        "email",
    ]
    (drawing,) = page.all("svg")
    assert drawing.attributes["viewbox"] == "0 0 100 1000" and drawing.attributes["aria-hidden"] == "true"


def test_rules_without_states() -> None:
    """They say why, in one cell over all columns."""
    lines = (
        Line("id", ("id",), "id", ("identity",), 1, request="one"),
        Line("h", ("params.t",), "params.t", ("values 1 → 2; any other: reject", "rides along"), 2),
        Line("a[].b", ("b",), "b", (), 3, columns=("c", "d")),
        Line(
            "e",
            ("e",),
            "e",
            (),
            4,
            states={"value": ("sends it", "sends it"), "[]": ("sends []", "sends []")},
        ),
    )
    page = parsed(write(states_table(Lineage("a/b", "f", lines), "States")))
    cells = [one for one in page.all("td") if one.attributes.get("class") == "all"]
    assert [one.attributes["colspan"] for one in cells] == ["2", "2", "2"]
    said = [(one.attributes["class"], one.text) for one in page.all("span") if "said" in str(one.attributes)]
    assert said == [
        ("said quiet", "names the customer: always sent, never changed"),
        ("said quiet", "rides along with every request that has something to say"),
        ("said quiet", "told by the rule of the list or map around it"),
        ("said cleared", "sends []"),
        ("said sent", "sends it"),
    ]
    places = [one.text for one in page.all("span") if one.attributes.get("class") == "place"]
    assert places == ["line 1 · one", "line 2", "line 3 · columns c, d", "line 4"]
    tags = [one.text for one in page.all("span") if one.attributes.get("class") == "tag"]
    assert tags == ["identity", "rides along", "values"]
    heads = [one.attributes["data-head"] for one in page.all("td") if "data-head" in one.attributes]
    assert heads == ["empty", "a value"]
    assert codes_in(Lineage("a/b", "f", lines)) == []


def test_states() -> None:
    states = {
        "absent": ("nothing", "keeps it"),
        "null": ("sends null", "sends null"),
        '""': ("sends it", "sends it"),
        "gone": ("nothing", "rejected (CM803: value cannot be cleared)"),
    }
    line = Line(
        "mail", ("email",), "email", ("one way",), 7, states=states, assumed="a guess", back="two-way"
    )
    page = parsed(write(states_table(Lineage("a/b", "f", (line,)), "States")))
    assert [one.text for one in page.all("th")[:5]] == ["Rule", "absent", "null", "empty", "gone"]
    said = [one.text for one in page.all("span") if "said" in (one.attributes.get("class") or "")]
    assert said == ["nothing", "keeps it", "sends null", "sends it", "nothing", "rejected CM803"]
    verbs = [one.text for one in page.all("span") if one.attributes.get("class") == "verb"]
    assert verbs == ["apply", "diff", "apply", "diff"]
    ones = [one for one in page.all("span") if one.attributes.get("class") == "one"]
    assert len(ones) == 6 and codes_in(Lineage("a/b", "f", (line,))) == ["CM803"]
    (rule,) = [one for one in page.all("th") if one.attributes.get("scope") == "row"]
    assert rule.attributes["id"] == anchor(line, 0) == "rule-1-line-7"
    tags = [one.text for one in page.all("span") if "tag" in (one.attributes.get("class") or "").split()]
    assert tags == ["one way", "assumed"]


def test_example_of_a_fixture_that_fails_is_not_shown() -> None:
    (subject,) = with_fixtures([shipped("fabric/update-attributes")], FIXTURES, Reading())
    best = best_report(subject.reports)
    assert best is not None and best.passed and subject.mapping is not None
    differing = replace(best, differences=("something differs",))  # type: ignore[arg-type]
    others = [one for one in subject.reports if one is not best]
    assert best_report([differing]) is None
    assert best_report([differing, *others]) in others
    drawn = example_of(subject.mapping, [differing])
    assert drawn is not None and drawn.is_drawn


def test_each_name_has_a_page_of_its_own_that_a_link_can_name() -> None:
    names = [
        "a/b",
        "a/b--c",
        "a--b/c",
        "a-/b",
        "a/-b",
        "acme/50%",
        "acme/50~25",
        "acme/x#y?z",
        "acme/\u202e",
        "a/\udcff",
    ]
    pages = {page_name(name, kind) for name in names for kind in ("mapping", "source")}
    assert len(pages) == 2 * len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]+", one) for one in pages)


def test_what_reaches_whom() -> None:
    """A path inside `each` is one of the record; what is no field of the customer is not listed."""
    google = reaches(shipped("google/update-contact"))
    assert [one.target for one in google["addresses[*].city"]] == ["addresses[].city"]
    assert "city" not in google and not any(name.startswith("params.") for name in google)
    for name in ("square/update-customer", "mailchimp/update-member"):
        found = reaches(shipped(name))
        assert not {"key", "value"} & found.keys() and "email" in found


def test_what_columns_reach(tmp_path: Path) -> None:
    path = tmp_path / "crm" / "customers.yaml"
    path.parent.mkdir()
    path.write_text(
        "custmap: 1\nsource: crm/customers\n"
        "columns: {id: integer, whole: string, plan: string, none: string}\n"
        "nulls: clear\n"
        "customer: {id: text(id), name: whole, attributes.plan: plan, custom_fields.x: none}\n"
    )
    source = custmap.source(path).explain()
    found = dict(reached_by(source, [shipped("aifi/update-customer")]))
    targets = {column: [reach.target for reach in reached] for column, reached in found.items()}
    assert targets == {
        "id": ["externalId"],
        "whole": ["firstName", "lastName"],
        "plan": ["metadata"],
        "none": [],
    }


def test_sources_of_lists_in_lists() -> None:
    lines = (
        Line("a", ("as",), "as", (), 1),
        Line("a[].b", ("bs",), "bs", (), 2),
        Line("a[].b[].c", ("c", "params.p"), "c", (), 3),
        Line("a[].b[].d", ("@",), "@", (), 4),
    )
    assert record_sources(Lineage("a/b", "f", lines)) == [
        ("as",),
        ("as[*].bs",),
        ("as[*].bs[*].c", "params.p"),
        ("as[*].bs[*]",),
    ]


def test_index() -> None:
    found = [shipped("aifi/update-customer"), shipped("fabric/update-customer")]
    broken = MappingSubject("acme/broken", "f", None, None)
    page = parsed(index_page([*found, broken], []))
    links = {one.attributes.get("aria-label"): one.attributes["href"] for one in page.all("a")}
    label = "blocked reaches blocked of aifi/update-customer"
    (reach,) = reaches(found[0])["blocked"]
    assert reach == Reach("aifi/update-customer", "blocked", links[label] or "")
    assert "blocked reaches blocked of fabric/update-customer" not in links
    assert "has errors" in page.texts
    assert "acme--broken.html" in [one.attributes["href"] for one in page.all("a")]


def test_records_of_an_example_are_json() -> None:
    """Long containers one member a line, short ones on one line."""
    mapping = custmap.load("aifi/update-customer")
    after = {
        "identifiers": {"aifi": "1"},
        "email": "a@b.example",
        "tags": [f"tag number {n}" for n in range(9)],
    }
    plan = mapping.diff(None, after, {"host": "h.example", "token": "t", "password": "s3cret-s3cret"})
    section = example_section(Example("It.", None, after, plan, plan.requests))
    (record, _) = parsed(write(section.content)).all("pre")
    assert json.loads(record.text) == after
    assert '  "identifiers": {"aifi": "1"},\n' in record.text and '\n    "tag number 8"\n' in record.text


def test_changes_are_told_with_values_and_without_secrets() -> None:
    mapping = custmap.load("aifi/update-customer")
    params = {"host": "h.example", "token": "s3cret", "password": "s3cret-s3cret"}
    before = {"identifiers": {"aifi": "1"}, "priority": 0, "email": "a@b.example", "blocked": True}
    after = {"identifiers": {"aifi": "1"}, "priority": 5, "email": None, "role": "tester"}
    plan = mapping.diff(before, after, params)
    page = parsed(write(changes_table(plan)))
    rows = [one.attributes["class"] for one in page.all("tr")[1:]]
    assert rows == ["changed", "added", "rejected"]
    text = "".join(page.texts)
    assert "CM803 cannot be cleared" in text and '"tester"' in text and "s3cret" not in text


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("email", 1, 8),
        ("addresses[1].city", 5, 11),
        ("addresses[7].city", 3, 5),
        ("attributes", 7, 3),
        ('attributes."a.b"', 7, 10),
        ("name.given", 1, 1),
        ("", 1, 1),
    ],
)
def test_places_of_problems(path: str, line: int, column: int) -> None:
    """At the value; of one over several lines, and of one that is not there, at the first key around it."""
    text = b"email: 5\naddresses:\n  - city: Oslo\n    country: NO\n  - city: 7\nattributes:\n  'a.b': 1\n"
    span = node_at(read_yaml(text, "after"), path).span
    assert (span.line, span.column, span.end_line) == (line, column, line)
