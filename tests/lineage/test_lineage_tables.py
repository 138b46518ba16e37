"""`explain`: what each state becomes, held as a golden table and against what apply and diff really do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping
from small_mappings import made, tables

SUITES = tables(Path(__file__).parent / "states.yaml")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_states(suite: dict[str, Any], tmp_path: Path) -> None:
    lineage = made(tmp_path, suite["given"]).explain()
    shown = {
        line.target: {state: f"{applied} / {compared}" for state, (applied, compared) in line.states.items()}
        for line in lineage.lines
    }
    assert shown == suite["states"]


RULES = """
params: {token: {}}
headers: {X-A: {param: token, format: "Bearer {}"}}
body:
  name.first: {from: given_name(name), clear: send_null, note: why, assumed: a guess}
  '"a\\"b<x>"': {from: email, immutable: true}
  plan: {from: attributes.plan, values: {gold: G}, unmapped: pass}
  ad: {each: addresses, fields: {city: city, zip: {from: postal_code}}}
  ch: {each: channels, merge: keyed, key: type, fields: {type: type}}
  one: {first: [company, email]}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("m"), RULES)


@pytest.mark.parametrize(
    ("path", "targets"),
    [
        ("name.given", ["name.first"]),
        ("name", ["name.first"]),
        ("name.first", ["name.first"]),
        ("email", ['"a\\"b<x>"', "one"]),
        ("params.token", ["headers.X-A"]),
        ("headers", ["headers.X-A"]),
        ("ad", ["ad", "ad[].city", "ad[].zip"]),
        ("attributes", ["plan"]),
        ("one", ["one"]),
    ],
)
def test_paths(mapping: Mapping, path: str, targets: list[str]) -> None:
    assert [line.target for line in mapping.explain(path).lines] == targets


@pytest.mark.parametrize(
    ("path", "meant"), [("name.frist", "name.first"), ("emial", "email"), ("compny", "company")]
)
def test_unknown_paths(mapping: Mapping, path: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean `{meant}`"):
        mapping.explain(path)


def test_no_path_is_near(mapping: Mapping) -> None:
    with pytest.raises(ValueError, match="zzzzzz") as caught:
        mapping.explain("zzzzzz")
    assert "Did you mean" not in str(caught.value)


def test_lines(mapping: Mapping) -> None:
    (line,) = mapping.explain("name.first").lines
    assert (line.expression, line.line, line.note, line.assumed) == ("given_name(name)", 8, "why", "a guess")
    (plan,) = mapping.explain("plan").lines
    assert plan.sources == ("attributes.plan",)
    assert any('"gold" → "G"' in step for step in plan.steps)
    (token,) = mapping.explain("headers.X-A").lines
    assert token.sources == ("params.token",) and "format Bearer {}" in token.steps and token.states == {}
    (one,) = mapping.explain("one").lines
    assert one.sources == ("company", "email")


def test_text_names_every_line(mapping: Mapping) -> None:
    text = str(mapping.explain())
    for line in mapping.explain().lines:
        assert f"{line.target}  ←" in text and f"(line {line.line})" in text
    assert "note     why" in text and "assumed  a guess" in text


def test_json(mapping: Mapping) -> None:
    said = json.loads(json.dumps(mapping.explain().to_dict()))
    assert said["format_version"] == 1 and said["mapping"] == "acme/case"
    assert {"target", "sources", "expression", "steps", "line", "states", "note", "assumed", "back"} == set(
        said["targets"][0]
    )
    first = next(line for line in said["targets"] if line["target"] == "name.first")
    assert first["states"]["null"] == {"apply": "sends null", "diff": "sends null"}


def test_mermaid(mapping: Mapping) -> None:
    drawn = mapping.explain().to_mermaid().splitlines()
    assert drawn[0] == "flowchart LR"
    for line in drawn[1:]:
        assert "-->" in line or (line.count('"') == 2 and line.endswith('"]'))
    text = "\n".join(drawn)
    assert "<x>" not in text, "Mermaid reads labels as HTML"
