"""`custmap test --new`: the first fixture of a record passes at once, and nothing is written over."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from cli_runner import Cli, cli

__all__ = ["cli"]

ANN = {"identifiers": {"microbase": "H7"}, "email": "ann@example.com", "tags": ["VIP"]}
NEW = "microbase/customer-update"
MAPPING = """custmap: 1
name: acme/update
contract: {method: PATCH, url: "https://acme.example/{id}", fields: {email: string}, query: {lang: string}}
params: {lang: {}, code: {}}
path: {id: id}
query: {lang: {param: lang}}
body: {email: email}
"""
SOURCE = """custmap: 1
source: crm/people
columns: {id: integer, mail: string}
nulls: clear
customer: {id: text(id), email: mail}
"""


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("mappings/acme/update", MAPPING), ("sources/crm/people", SOURCE)):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


def test_apply(folder: Path, cli: Cli) -> None:
    ended = cli("test", "--new", NEW, stdin=as_json(ANN))
    assert (ended.code, ended.out) == (0, "fixtures/microbase/customer-update/first.yaml\n")
    assert "say in `summary`" in ended.err
    assert Path(ended.out.strip()).read_text() == (
        "mapping: microbase/customer-update\n"
        "summary: A customer sets email, tags\n"
        "params: {host: example.com, token: token}\n"
        "customer: {identifiers: {microbase: H7}, email: ann@example.com, tags: [VIP]}\n"
        "expect:\n"
        "  request: {body: {email: ann@example.com, id: H7, tags: [VIP]}}\n"
    )
    assert cli("test").out == "1 passed\n"


@pytest.mark.parametrize(
    "given",
    [
        as_json({"before": ANN, "after": ANN | {"tags": None}}),
        as_json([ANN, ANN | {"tags": None}]),
        BOM_UTF8 + as_json([ANN, ANN | {"tags": None}]) + b"\r\n",
        as_json(ANN) + b"\n" + as_json(ANN | {"tags": None}) + b"\n",
    ],
)
def test_two_records_are_a_diff(folder: Path, cli: Cli, given: bytes) -> None:
    assert cli("test", "--new", f"{NEW}/tags-gone", stdin=given).code == 0
    text = (folder / "fixtures" / NEW / "tags-gone.yaml").read_text()
    assert "summary: A change clears tags\n" in text and "before: {" in text
    assert text.endswith("  request: {body: {id: H7, tags: []}}\n  changes: [clear tags]\n  rejected: []\n")
    assert cli("test").out == "1 passed\n"


def test_nothing_is_written_over(folder: Path, cli: Cli) -> None:
    assert cli("test", "--new", f"{NEW}/a", stdin=as_json(ANN)).code == 0
    ended = cli("test", "--new", f"{NEW}/a.yaml", stdin=as_json(ANN))
    assert ended.code == 2 and "is there already, and is not overwritten" in ended.err
    for name in ("first", "first-2", "first-3"):
        ended = cli("test", "--new", NEW, stdin=as_json(ANN))
        assert ended.out == f"fixtures/{NEW}/{name}.yaml\n"


def test_the_projects_own_folder_and_parameters(
    folder: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mappings" / "acme" / "below").mkdir()
    monkeypatch.chdir(folder / "mappings" / "acme" / "below")
    ended = cli("test", "--new", "acme/update", stdin=as_json({"id": "a", "email": "ann@example.com"}))
    assert ended.out == "../../../fixtures/acme/update/first.yaml\n"
    assert "params" not in Path(ended.out.strip()).read_text()
    assert cli("test").out == "1 passed\n"  # the same folder


def test_rows(folder: Path, cli: Cli) -> None:
    row = as_json({"id": 7, "mail": "ann@example.com"})
    assert cli("test", "--new", "acme/update", "--source", "crm/people", stdin=row).code == 0
    assert cli("test", "--new", "crm/people/ann", stdin=row).code == 0
    through = (folder / "fixtures/acme/update/first.yaml").read_text()
    assert "source: crm/people\n" in through and "row: {id: 7, mail: ann@example.com}\n" in through
    alone = (folder / "fixtures/crm/people/ann.yaml").read_text()
    assert "mapping" not in alone and "  customer: {email: ann@example.com, id:" in alone
    assert cli("test").out == "2 passed\n"
    ended = cli("test", "--new", "crm/people", stdin=as_json([{}, {}]))
    assert ended.code == 2 and "a source reads one row" in ended.err


def test_what_is_refused_is_expected_and_said(folder: Path, cli: Cli) -> None:
    ended = cli("test", "--new", NEW, stdin=as_json({"email": ["ann@example.com"]}))
    assert ended.code == 0 and "the record is refused, and the fixture expects that" in ended.err
    assert "ann@example.com" not in ended.err
    text = (folder / "fixtures" / NEW / "first.yaml").read_text()
    assert 'summary: "It is refused (CM701)"\n' in text or "summary: It is refused (CM701)\n" in text
    assert cli("test").out == "1 passed\n"


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        (NEW, b"", "there is no record on standard input"),
        (NEW, b"{", "standard input: "),
        (NEW, b"[]", "a fixture has one record, or two for a diff; there are 0"),
        (NEW, b"[{}, {}, {}]", "there are 3"),
        (NEW, b'"ann@example.com"', "a record is one JSON object; this is text"),
        (NEW, b"[{}, 7]", "a record is one JSON object; this is a number"),
        (NEW, b'{"before": {}, "after": null}', "this is null"),
        (f"{NEW}/a\nb", b"{}", "names no mapping"),
        (NEW, b'{"before": {}}', "a diff has `before` and `after`"),
        ("microbase", b"{}", "`--new microbase` names no mapping"),
        ("../x/y", b"{}", "names no mapping"),
        ("microbase/customer-updat", b"{}", "Did you mean `microbase/customer-update`?"),
    ],
)
def test_what_cannot_be_written(folder: Path, cli: Cli, name: str, given: bytes, said: str) -> None:
    ended = cli("test", "--new", name, stdin=given)
    assert ended.code == 2 and said in ended.err and not ended.out, ended.err
    assert not (folder / "fixtures").exists()


def test_it_runs_no_fixtures(folder: Path, cli: Cli) -> None:
    for more in (["--update"], ["--coverage"], ["fixtures"], ["-k", "a"], ["--fail-under", "9"]):
        assert cli("test", "--new", NEW, *more, stdin=as_json(ANN)).code == 2, more
    ended = cli("test", "--source", "crm/people")
    assert ended.code == 2 and "`--source` belongs to `--new`" in ended.err
