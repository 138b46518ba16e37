"""`custmap test` as the command line calls it: exit codes, text, JSON, JUnit."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import fake_mapping
import pytest

from custmap.testing.command import Options, run

PASSING = "mapping: acme/update-customer\ncustomer: {first: Al}\nexpect: {request: {body: {firstName: Al}}}\n"
FAILING = (
    "mapping: acme/update-customer\nsummary: A name\nbefore: {}\nafter: {first: Bo}\n"
    "expect: {request: {body: {firstName: Al}}}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case that passes, one that fails, one that cannot be read, and a file that is no fixture."""
    monkeypatch.setitem(sys.modules, "custmap.mapper", SimpleNamespace(load=fake_mapping.load))
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "fixtures" / "acme" / "update-customer"
    place.mkdir(parents=True)
    (place / "a-passes.yaml").write_text(PASSING)
    (place / "b-fails.yml").write_text(FAILING)
    (place / "c-unreadable.yaml").write_text("mapping: acme/update-customer\ncustomer: {}\nexpct: {}\n")
    (place / "d-data.yaml").write_text("mapping: {a: b}\ncustomer: {}\n")
    return place


def test_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], Options()) == 1
    assert capsys.readouterr().out == (
        "FAIL  acme/update-customer/b-fails\n"
        "  A name\n"
        '  body.firstName: expected "Al", got "Bo"\n'
        "      at fixtures/acme/update-customer/b-fails.yml:5, from m.yaml:12\n"
        "\n"
        "FAIL  acme/update-customer/c-unreadable\n"
        "  error[CM216]: Fixture cannot be used\n"
        "   --> fixtures/acme/update-customer/c-unreadable.yaml:1:1\n"
        "    |\n"
        "  1 | mapping: acme/update-customer\n"
        "    | ^^^^^^^ `expect` is missing\n"
        "    |\n"
        "    = help: State `request`, `requests`, `changes`, `rejected` or `error`, "
        "or run `custmap test --update`.\n"
        "\n"
        "  error[CM201]: Unknown key\n"
        "   --> fixtures/acme/update-customer/c-unreadable.yaml:3:1\n"
        "    |\n"
        "  3 | expct: {}\n"
        "    | ^^^^^ unknown key `expct`\n"
        "    |\n"
        "    = help: Did you mean `expect`?\n"
        "\n"
        "1 passed, 2 failed\n"
    )


def test_color(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run([folder / "b-fails.yml"], Options(color=True))
    assert "\x1b[31mFAIL\x1b[0m" in capsys.readouterr().out


def test_json_and_junit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junit = Path("out/junit.xml")
    assert run([Path("fixtures")], Options(junit=junit, form="json")) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["format_version"], document["passed"], document["failed"]) == (1, 1, 2)
    assert [one["result"] for one in document["fixtures"]] == ["passed", "failed", "failed"]
    assert document["fixtures"][1]["differences"] == [
        {"place": "body.firstName", "expected": '"Al"', "got": '"Bo"', "line": 5, "mapping_line": 12}
    ]
    assert [one["code"] for one in document["fixtures"][2]["problems"]] == ["CM216", "CM201"]
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    case = suite[1]
    assert (case.get("classname"), case.get("name")) == ("acme.update-customer", "b-fails")
    assert case[0].get("message") == 'body.firstName: expected "Al", got "Bo"'


def test_keyword_chooses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], Options(keyword="PASS")) == 0
    assert capsys.readouterr().out == "1 passed\n"


def test_update(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([folder / "b-fails.yml"], Options(update=True)) == 0
    assert capsys.readouterr().out == "updated  acme/update-customer/b-fails\n0 passed, 1 updated\n"
    assert "{firstName: Bo}" in (folder / "b-fails.yml").read_text()
    assert run([folder / "b-fails.yml"], Options(update=True)) == 0
    assert capsys.readouterr().out == "1 passed\n"


@pytest.mark.parametrize(
    ("paths", "keyword"), [([Path("nowhere")], None), ([], "zzz"), ([Path("..")], "zzz")]
)
def test_nothing_to_run(
    folder: Path, paths: list[Path], keyword: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(paths, Options(keyword=keyword)) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("custmap test: ")


def test_a_bug_in_one_case_does_not_hide_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, before: object, after: object, *rest: object, **options: object) -> None:
        raise KeyError(after)

    monkeypatch.setattr(fake_mapping.FakeMapping, "diff", broken)
    assert run([], Options()) == 1
    out = capsys.readouterr().out
    assert "error[CM901]: This is a bug in custmap" in out and "KeyError at test_testing_command.py:" in out
    assert "c-unreadable" in out


def test_marks_of_skip_and_xfail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in folder.iterdir():
        path.unlink()
    marked = {
        "skip": "marks: [{skip: not yet}]\n" + FAILING,
        "slow": "marks: [slow]\n" + PASSING,
        "xfail": "marks: [xfail]\n" + FAILING,
        "xpass": "marks: [{xfail: it will pass}]\n" + PASSING,
    }
    for name, text in marked.items():
        (folder / f"{name}.yaml").write_text(text)
    assert run([], Options()) == 0
    assert capsys.readouterr().out == (
        "skipped  acme/update-customer/skip: not yet\n"
        "failed as expected  acme/update-customer/xfail\n"
        "passed unexpectedly  acme/update-customer/xpass: it will pass\n"
        "1 passed, 1 skipped, 1 failed as expected, 1 passed unexpectedly\n"
    )
    junit = folder / "junit.xml"
    assert run([], Options(update=True, form="json", junit=junit)) == 0
    told = json.loads(capsys.readouterr().out)
    results = {one["name"].rpartition("/")[2]: (one["result"], one["reason"]) for one in told["fixtures"]}
    assert results == {
        "skip": ("skipped", "not yet"),
        "slow": ("passed", None),
        "xfail": ("xfailed", None),
        "xpass": ("xpassed", "it will pass"),
    }
    assert [told[name] for name in ("passed", "skipped", "xfailed", "xpassed", "failed", "updated")] == [
        1, 1, 1, 1, 0, 0,
    ]  # fmt: skip
    assert {path.stem: path.read_text() for path in folder.glob("*.yaml")} == marked
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "2")
