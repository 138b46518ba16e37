"""Coverage is what fixtures show: cases as data, each with what is missing in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.testing.cases import run_cases
from custmap.testing.command import Options, run
from custmap.testing.coverage import Coverage, coverage_of
from custmap.testing.discover import fixture_files
from custmap.testing.loaded import MappingCache

CASES = yaml.safe_load((Path(__file__).parent / "coverage.yaml").read_text("utf-8"))
HEAD = {"custmap": 1, "name": "acme/update"}
PROJECT = Path(__file__).parents[2]


def written(folder: Path, case: dict[str, Any]) -> None:
    """The mapping, the source and the fixtures of a case, in a folder."""
    mapping: dict[str, Any] = {**HEAD, "params": case.get("params", {}), **case.get("rest", {})}
    if "requests" in case:
        mapping["requests"] = case["requests"]
    else:
        fields = {"method": "PATCH", "url": "https://acme.example/{id}", "fields": case["fields"]}
        mapping |= {"contract": fields, "path": {"id": "id"}, "body": case["body"]}
    place = folder / "mappings" / "acme" / "update.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(_yaml(mapping))
    if "source" in case:
        source = folder / "sources" / "crm" / "people.yaml"
        source.parent.mkdir(parents=True)
        source.write_text(_yaml({"custmap": 1, "source": "crm/people", **case["source"]}))
    fixtures = folder / "fixtures" / "acme"
    fixtures.mkdir(parents=True)
    for name, fixture in case["fixtures"].items():
        (fixtures / f"{name}.yaml").write_text(_yaml({"mapping": "acme/update", **fixture}))


def _yaml(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, sort_keys=False))


def covered(folder: Path) -> Coverage:
    cache = MappingCache()
    cases = list(run_cases(fixture_files(folder / "fixtures"), cache.load, update=False))
    assert not [one.problems for one in cases if one.problems]
    mapping = cache.load("acme/update", start=folder)
    return coverage_of([case.report for case in cases if case.report], [mapping])  # type: ignore[list-item]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_missing(case: dict[str, Any], tmp_path: Path) -> None:
    written(tmp_path, case)
    coverage = covered(tmp_path)
    missing = {
        ("source " if one.is_source else "") + rule.target: [fact.name for fact in rule.open]
        for one in coverage.mappings
        for rule in one.open
    }
    assert missing == case["open"]


def test_a_fact_knows_the_first_fixture_that_shows_it(tmp_path: Path) -> None:
    written(tmp_path, CASES[1])
    (mapping,) = covered(tmp_path).mappings
    email = next(rule for rule in mapping.rules if rule.target == "email")
    assert {fact.name: fact.fixture for fact in email.facts} == {
        "absent": "acme/another",
        "null": "acme/null-clears",
        '""': "acme/apply",
        "value": "acme/nobody",
        "gone": "acme/gone",
        "send_null": "acme/gone",
    }


def test_too_little_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, CASES[1])
    monkeypatch.chdir(tmp_path)
    assert run([], Options(fail_under=100)) == 0
    assert capsys.readouterr().out == "acme/update  100 %  9 of 9 facts\n\n6 passed\n"
    (tmp_path / "fixtures" / "acme" / "gone.yaml").unlink()
    assert run([], Options(fail_under=88)) == 0
    assert run([], Options(fail_under=89)) == 1
    out, err = capsys.readouterr()
    assert "  email  never gone\n" in out
    assert err == "custmap test: the coverage is 88 %, below the 89 % of `--fail-under`\n"


def test_a_mapping_without_fixtures_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, CASES[1])
    text = (tmp_path / "mappings/acme/update.yaml").read_text().replace("acme/update", "acme/create")
    (tmp_path / "mappings/acme/create.yaml").write_text(text)
    (tmp_path / "mappings/acme/broken.yaml").write_text(text.replace("from", "form"))
    monkeypatch.chdir(tmp_path)
    assert run([], Options(coverage=True, form="json")) == 0
    told = json.loads(capsys.readouterr().out)["coverage"]
    found = [(one["name"], one["shown"], one["total"]) for one in told["mappings"]]
    assert found == [("acme/create", 0, 9), ("acme/update", 9, 9)]
    assert (told["format_version"], told["shown"], told["total"], told["percent"]) == (1, 9, 18, 50)
    assert run([Path("fixtures/acme")], Options(coverage=True)) == 0
    assert "acme/create" not in capsys.readouterr().out


def test_the_shipped_mappings_stand_at_100_percent() -> None:
    """With what is missing, if something is."""
    cases = list(run_cases(fixture_files(PROJECT / "fixtures"), MappingCache().load, update=False))
    coverage = coverage_of([case.report for case in cases if case.report])
    missing = [f"{one.name}:{rule.line} {rule.target}" for one in coverage.mappings for rule in one.open]
    names = {path.parent.name for path in (PROJECT / "mappings").glob("*/*.yaml")}
    assert not missing and {one.name.partition("/")[0] for one in coverage.mappings} == names
