"""The renderers: order, exact forms, and well-formed output for hostile texts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custmap
from custmap.diagnostics.codes import CODES
from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.render.render import FORMATS, render
from custmap.diagnostics.span import Span

TWICE = Diagnostic(
    "CM103",
    "a second time",
    Span("m.yaml", 9, 3, 9, 5),
    "Leave one out.",
    (Note(Span("m.yaml", 2, 3, 2, 5), "first"),),
)
WARNING = Diagnostic("CM402", "may be", Span("m.yaml", 10, 1, 11, 2))
RECORD = Diagnostic("CM803", "cannot", path="name.given", target="firstName")
OTHER = Diagnostic("CM301", "no, none: 100%\nof it", Span("a,b:%.yaml", 1, 1, 1, 4))
ALL = [WARNING, TWICE, OTHER, RECORD]

any_text = st.text(st.characters()) | st.sampled_from(
    ["]]>", "&<>\"'", "::error::x", "a\r\nb", "\x00\x1b[31m", "\ud800", "\ufffe", "\u2028", "%0A"]
)
spans = st.builds(
    lambda file, line, column, lines, length: Span(file, line, column, line + lines, column + length),
    any_text,
    st.integers(1, 50),
    st.integers(1, 50),
    st.integers(0, 2),
    st.integers(0, 9),
)
diagnostics = st.builds(
    Diagnostic,
    st.sampled_from(["CM103", "CM402", "CM803"]),
    any_text,
    st.none() | spans,
    st.none() | any_text,
    st.lists(st.builds(Note, spans, any_text), max_size=2).map(tuple),
    st.none() | any_text,
    st.none() | any_text,
)


def test_one_line_each_in_order() -> None:
    assert render(ALL, "text", frames=False) == (
        "error[CM803]: name.given: Value cannot be cleared: cannot\n"
        "a,b:%.yaml:1:1: error[CM301]: Unknown source path: no, none: 100%\\nof it\n"
        "m.yaml:9:3: error[CM103]: Duplicate key: a second time; Leave one out.\n"
        "m.yaml:10:1: warning[CM402]: Value may be null: may be\n"
    )


def test_frames_are_apart_by_an_empty_line() -> None:
    text = render([TWICE, RECORD], "text", lookup=lambda *_: None)
    assert text == (
        "error[CM803]: Value cannot be cleared\n  = cannot\n  = path: name.given\n  = target: firstName\n"
        "\n"
        "error[CM103]: Duplicate key\n --> m.yaml:9:3\n ::: m.yaml:2:3\n  = first\n"
        "  = a second time\n  = help: Leave one out.\n"
    )


def test_github_commands_are_escaped() -> None:
    assert render(ALL, "github").splitlines() == [
        "::error title=CM803 Value cannot be cleared::name.given: cannot",
        "::error file=a%2Cb%3A%25.yaml,line=1,endLine=1,col=1,title=CM301 Unknown source path,endColumn=4"
        "::no, none: 100%25%0Aof it",
        "::error file=m.yaml,line=9,endLine=9,col=3,title=CM103 Duplicate key,endColumn=5"
        "::a second time%0ALeave one out.",
        "::warning file=m.yaml,line=10,endLine=11,col=1,title=CM402 Value may be null::may be",
    ]


def test_json_document() -> None:
    document = json.loads(render(ALL, "json"))
    assert document["format_version"] == 1
    assert document["findings"][2] == {
        "code": "CM103", "severity": "error", "title": "Duplicate key", "message": "a second time",
        "help": "Leave one out.", "path": None, "target": None,
        "file": "m.yaml", "line": 9, "column": 3, "end_line": 9, "end_column": 5,
        "notes": [
            {"file": "m.yaml", "line": 2, "column": 3, "end_line": 2, "end_column": 5, "message": "first"}
        ],
    }  # fmt: skip
    assert len({tuple(finding) for finding in document["findings"]}) == 1


def test_sarif_document() -> None:
    run = json.loads(render(ALL, "sarif"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CM103", "CM301", "CM402", "CM803"]
    assert run["tool"]["driver"]["version"] == custmap.__version__
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["defaultConfiguration"]["level"] == CODES[rule["id"]].severity
        assert "## Instead" in rule["help"]["markdown"] and rule["help"]["text"]
    results = run["results"]
    assert [result["level"] for result in results] == ["error", "error", "error", "warning"]
    assert "locations" not in results[0]
    location = results[1]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "a%2Cb%3A%25.yaml"}
    assert location["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 4}
    assert results[2]["relatedLocations"][0]["message"] == {"text": "first"}
    assert results[2]["ruleIndex"] == 0


def test_junit_counts() -> None:
    suites = ElementTree.fromstring(render(ALL, "junit"))
    assert suites.attrib == {"tests": "4", "failures": "3", "errors": "0"}
    assert len(suites.findall(".//failure")) == 3
    assert suites.findall(".//testcase")[3].attrib == {
        "classname": "m.yaml",
        "name": "10:1 CM402 Value may be null",
    }


@pytest.mark.parametrize(
    ("format", "part"),
    [
        ("text", ""),
        ("github", ""),
        ("json", '"findings": []'),
        ("sarif", '"results": []'),
        ("junit", "no findings"),
    ],
)
def test_no_findings(format: str, part: str) -> None:
    assert part in render([], format)
    assert bool(render([], format)) == bool(part)


def test_an_unknown_format_is_misuse() -> None:
    with pytest.raises(ValueError, match="text, json, github, sarif, junit"):
        render([], "xml")


@given(st.lists(diagnostics, max_size=3), st.randoms())
def test_any_text_is_rendered_well_formed_and_in_one_order(found: list[Diagnostic], random: Any) -> None:
    texts = {format: render(found, format, lookup=lambda *_: "x") for format in FORMATS}
    for text in texts.values():
        text.encode()
    assert len(json.loads(texts["json"])["findings"]) == len(found)
    assert len(json.loads(texts["sarif"])["runs"][0]["results"]) == len(found)
    assert len(ElementTree.fromstring(texts["junit"]).findall(".//testcase")) == max(1, len(found))
    commands = texts["github"].split("\n")[:-1]
    assert len(commands) == len(found)
    assert all(command.startswith(("::error ", "::warning ")) for command in commands)
    lines = render(found, "text", frames=False)
    assert lines.count("\n") == len(found)
    again = sorted(found, key=lambda _: random.random())
    assert {format: render(again, format, lookup=lambda *_: "x") for format in FORMATS} == texts
