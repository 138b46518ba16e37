"""`custmap drift` as it is called: which document it replaces, formats, exit codes, and wrong calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.cli_runner import Cli, cli

__all__ = ["cli"]
DOCUMENT = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://api.acme.example"}],
    "paths": {
        "/people/{id}": {
            "patch": {
                "operationId": "update",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "nick": {"type": "string", "maxLength": 60},
                                    "mail": {"$ref": "parts/mail.json#/Mail"},
                                },
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "OK"}},
            }
        },
        "/people/{id}/tags": {"put": {"operationId": "tag", "responses": {"200": {"description": "OK"}}}},
    },
}
MAPPING = """\
custmap: 1
name: acme/update
contract: {openapi: vendor.json, operation: update}
path: {id: identifiers.acme}
body:
  nick: name.given
  mail: email
"""
SEVERAL = """\
custmap: 1
name: acme/several
path: {id: identifiers.acme}
requests:
  - name: one
    contract: {openapi: vendor.json, operation: update}
    path: {id: identifiers.acme}
    body: {nick: name.given, mail: email}
  - name: two
    contract: {openapi: other.json, operation: update}
    path: {id: identifiers.acme}
    body: {nick: name.family}
"""
LINE = "mappings/acme/update.yaml:6:3: warning[CM605]: Limit has changed: now at most 5 characters, before 60"


def document(nick: int = 60, operation: str = "update") -> str:
    text = json.dumps(DOCUMENT, indent=1).replace("60", str(nick))
    return text.replace('"operationId": "update"', f'"operationId": "{operation}"')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "mappings/acme/update.yaml": MAPPING,
        "mappings/acme/several.yaml": SEVERAL.replace("path: {id: identifiers.acme}\nrequests", "requests"),
        "mappings/acme/vendor.json": document(),
        "mappings/acme/other.json": document(),
        "mappings/acme/parts/mail.json": '{"Mail": {"type": "string"}}',
        "new/vendor.json": document(5),
        "new/parts/mail.json": '{"Mail": {"type": "string"}}',
        "new/another.json": document(5),
        "same.json": document(),
        "parts/mail.json": '{"Mail": {"type": "string"}}',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def test_a_change_is_one_line_in_a_pipe(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.out.startswith(LINE) and ended.out.endswith("(new/vendor.json:30)\n")
    assert '"maxLength": 5' in (project / "new/vendor.json").read_text().splitlines()[29]
    assert (ended.code, ended.err) == (0, "acme/update: 0 errors, 1 warning, 0 worth knowing\n")


def test_nothing_to_tell(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "same.json", "--strict")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "acme/update: nothing that its rules touch has changed\n"


def test_strict_makes_errors_of_warnings(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "new/vendor.json", "--strict")
    assert ended.code == 1 and "error[CM605]" in ended.out


def test_a_mapping_that_would_be_wrong_ends_with_1(project: Path, cli: Cli) -> None:
    (project / "new/vendor.json").write_text(document(operation="modify"))
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.code == 1
    assert "update.yaml:3:45: error[CM211]" in ended.out and "Did you mean `modify`?" in ended.out


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_formats(form: str, project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "new/vendor.json", "--format", form)
    assert ended.code == 0 and "CM605" in ended.out
    if form == "json":
        (found,) = json.loads(ended.out)["findings"]
        assert (found["line"], found["target"]) == (6, "nick")
        assert [(note["file"], note["line"]) for note in found["notes"]] == [("new/vendor.json", 30)]
    if form == "sarif":
        (related,) = json.loads(ended.out)["runs"][0]["results"][0]["relatedLocations"]
        assert related["physicalLocation"]["region"]["startLine"] == 30


def test_standard_input(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "-", stdin=document(5).encode())
    assert ended.out.startswith(LINE) and ended.out.endswith("(-:30)\n")


def test_standard_input_has_an_end(project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custmap.cli.drift.LIMIT", len(document(5)) - 1)
    ended = cli("drift", "acme/update", "-", stdin=document(5).encode())
    assert ended.code == 2 and "The document is larger than" in ended.err


def test_references_of_the_new_document_are_looked_up_beside_it(project: Path, cli: Cli) -> None:
    (project / "new/parts/mail.json").write_text('{"Mail": {"type": "string", "maxLength": 9}}')
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert "update.yaml:7:3: warning[CM605]" in ended.out and "(new/parts/mail.json:1)" in ended.out
    (project / "new/parts/mail.json").unlink()
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.code == 1 and "update.yaml:3:11: error[CM212]" in ended.out, ended


def test_of_several_contracts_the_one_of_that_name(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/several", "new/vendor.json")
    assert "several.yaml:7:12: warning[CM605]" in ended.out and ":11:" not in ended.out


def test_of_several_contracts_the_chosen_one(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/several", "new/another.json")
    assert ended.code == 2 and "`vendor.json`, `other.json`" in ended.err and "--contract" in ended.err
    for name in ("other.json", "mappings/acme/other.json"):
        ended = cli("drift", "acme/several", "new/another.json", "--contract", name)
        assert ended.code == 0 and "several.yaml:11:12: warning[CM605]" in ended.out
        assert ":7:12" not in ended.out
    ended = cli("drift", "acme/several", "new/another.json", "--contract", "othr.json")
    assert ended.code == 2 and "Did you mean `other.json`?" in ended.err


WRONG = {
    "a document that is none": ('{"a": 1}', 2, "error[CM210]"),
    "Swagger 2": ('{"swagger": "2.0", "paths": {}}', 2, "this is Swagger 2.0"),
    "another version": ('{"openapi": "4.0.0"}', 2, "neither OpenAPI 3.0 nor 3.1"),
    "no JSON": ("{", 2, "error[CM112]"),
    "nothing": ("", 2, "error[CM112]"),
    "a list": ("[1]", 2, "error[CM210]"),
    "no operations": ('{"openapi": "3.1.0"}', 1, "update.yaml:3:45: error[CM211]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_new_document_that_is_wrong(name: str, project: Path, cli: Cli) -> None:
    text, code, said = WRONG[name]
    (project / "new/vendor.json").write_text(text)
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.code == code and said in ended.out + ended.err, ended


def test_files_that_are_not_there(project: Path, cli: Cli) -> None:
    ended = cli("drift", "acme/update", "new/gone.json")
    assert ended.code == 2 and "new/gone.json" in ended.err
    ended = cli("drift", "acme/updat", "new/vendor.json")
    assert ended.code == 2 and "Did you mean `acme/update`?" in ended.err
    ended = cli("drift", "acme/update", "new")
    assert ended.code == 2
    ended = cli("drift", "acme/update", "https://vendor.example/openapi.json")
    assert ended.code == 2 and "custmap fetches nothing" in ended.err


def test_a_mapping_that_is_wrong_already(project: Path, cli: Cli) -> None:
    (project / "mappings/acme/update.yaml").write_text(MAPPING.replace("nick:", "nicks:"))
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.code == 2 and "update.yaml:6:3" in ended.out + ended.err and "CM303" in ended.out + ended.err


def test_an_inline_contract_has_no_document(project: Path, cli: Cli) -> None:
    contract = '{method: PATCH, url: "https://a.example/{id}", fields: {nick: string}}'
    inline = MAPPING.replace("{openapi: vendor.json, operation: update}", contract)
    (project / "mappings/acme/update.yaml").write_text(inline.replace("  mail: email\n", ""))
    ended = cli("drift", "acme/update", "new/vendor.json")
    assert ended.code == 2 and "is inline" in ended.err and "custmap validate" in ended.err
