"""What files and records say reaches a terminal, and the log of a build, as plain text."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import custmap
from custmap.cli.ending import run
from custmap.diagnostics.plain import plain, plain_json, plain_json_bytes, plain_lines

EVIL = "\x1b[31m\u202e\u2028\n::error ::pwned\r##vso[task.x]##[error]"
EVIL_FOLDER = "::error ::pwned\x1b[31m\u202e##vso[task.x]"
PLAIN_FOLDER = "\\u003a:error ::pwned\\u001b[31m\\u202e#\\u0023vso[task.x]"
"""How the folder begins a line."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
RECORD = {
    "id": "1",
    "email": "x",
    "company": None,
    "role": "tester",
    "attributes": {"k" + EVIL: "v" + EVIL},
    "channels": [{"type": "email", "value": "v" + EVIL}],
    "un" + EVIL: 1,
}
LATER = {**RECORD, "email": "y", "company": "c", "attributes": {}, "channels": []}
WRONG = {"email": 5, "un2" + EVIL: 2, "id" + EVIL: {}}


def said(text: str) -> str:
    return json.dumps(text + EVIL)


def key(text: str) -> str:
    """A target path in quotes, as a key of YAML."""
    return json.dumps(json.dumps(text + EVIL))


GOOD = f"""
custmap: 1
name: evil/good
summary: {said("S")}
contract:
  method: PATCH
  url: "https://x.io/c/{{id}}"
  fields: {{zz: string, a: {{type: string}}, {key("k")}: string}}
params: {{token: {{secret: true, summary: {said("P")}, default: D}}}}
path: {{id: id}}
headers: {{x-a: {{param: token}}}}
ignored: {{zz: {said("I")}}}
body:
  a:
    from: email
    note: {said("N")}
    assumed: {said("A")}
    values: {{{said("V")}: {said("W")}}}
    unmapped: pass
  {key("k")}: company
  c: {{from: attributes, merge: entries, clear: {{name_in: gone}}, note: {said("N2")}}}
  d: {json.dumps("concat(role, '" + EVIL + "')")}
  e: {{each: channels, key: value, merge: keyed, clear: impossible, fields: {{value: value}}}}
  f: {{value: {said("C")}}}
"""
BAD = f"""
custmap: 1
name: {said("evil")}
summary: {said("S")}
{said("key")}: 1
contract: {{method: {said("M")}, url: {said("u")}}}
params: {{{said("p")}: {{}}}}
body:
  a: {said("emial")}
  b: {{from: email, merge: {said("m")}, clear: {said("c")}, {said("q")}: 1}}
  c: {{param: {said("pp")}}}
  d: {{from: email, transitions: {{{said("T")}: {said("U")}}}}}
  {said("bad")}: email
"""
FIXTURES = {
    "one": f"""
mapping: evil/good
summary: {said("F")}
before: {json.dumps(RECORD)}
after: {json.dumps(LATER)}
expect: {{request: {{body: {{{said("z")}: 1}}}}, changes: [{said("set ")}], rejected: []}}
""",
    "two": f"mapping: {said('evil/')}\nsummary: {said('F')}\ncustomer: {{}}\nexpect: {{{said('z')}: 1}}\n",
}
COMMANDS = [
    ["list"],
    *(["validate", f"mappings/evil/{name}.yaml", "--format", form]
      for name in ("good", "bad") for form in ("text", "github", "json", "sarif", "junit")),
    *(["validate", ".", "--format", form] for form in ("text", "github", "json", "sarif", "junit")),
    ["validate", EVIL_FOLDER + "/schema.json"],
    *(["apply", "evil/good", *files]
      for files in (["whole.json"], ["many.ndjson"], ["many.ndjson", "-o", "out", "--rejects", "-"])),
    *(["diff", "evil/good", "before.json", "after.json", "--format", form, *more]
      for form in ("json", "deepdiff") for more in ([], ["--show-values"])),
    *(["diff", "evil/good", "many.ndjson", "many2.ndjson", "--key", "id", "--format", form]
      for form in ("json", "deepdiff")),
    ["explain", "evil/good", "--format", "json"],
    ["explain", "evil/good", "--unused", "--format", "json"],
    ["prove", "evil/good", "--examples", "5", "--format", "json"],
    ["test", "--format", "json"],
    ["test", EVIL_FOLDER],
    *(["apply", "evil/good", "whole.json", "--as", form] for form in ("curl", "http")),
    ["apply", "evil/good", "many.ndjson", "-o", "out"],
    ["apply", "evil/good", "many.ndjson", "-o", "out", "--strict-records"],
    ["apply", "evil/bad", "before.json"],
    ["apply", "evil/good" + EVIL],
    ["apply" + EVIL],
    ["apply", "evil/good", "none" + EVIL],
    ["apply", "evil/good", "before.json", "-p", f"x{EVIL}=1"],
    ["apply", "evil/good", "before.json", "-p", "x" + EVIL],
    ["apply", "evil/good", "before.json", "--param-from", "token=emial" + EVIL],
    *(["diff", "evil/good", *pair, *more]
      for pair in (["before.json", "after.json"], ["after.json", "before.json"])
      for more in ([], ["--show-values"], ["--verify"], ["--on-rejected", "raise"])),
    ["diff", "evil/good", "many.ndjson", "many2.ndjson", "--key", "id"],
    ["diff", "evil/good", "many.ndjson", "many2.ndjson", "--key", "id" + EVIL],
    ["explain", "evil/good"],
    ["explain", "evil/good", "a" + EVIL],
    ["explain", "evil/good", "--format", "mermaid"],
    ["prove", "evil/good", "--examples", "5"],
    ["prove", "evil/good", "--examples", "5", "--with", "many.ndjson"],
    ["test"],
    ["test", "--coverage"],
    ["test", "-k", EVIL],
    ["show", "evil/good"],
    ["code", "CM" + EVIL],
    ["schema", "x" + EVIL],
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    home, fixtures = tmp_path / "mappings" / "evil", tmp_path / "fixtures"
    home.mkdir(parents=True)
    fixtures.mkdir()
    (home / "good.yaml").write_text(GOOD)
    (home / "bad.yaml").write_text(BAD)
    evil = tmp_path / EVIL_FOLDER / "mappings" / "evil"
    evil.mkdir(parents=True)
    (evil / "bad.yaml").write_text(BAD)
    (tmp_path / EVIL_FOLDER / "schema.json").write_text("{}")
    for name, text in FIXTURES.items():
        (fixtures / f"{name}.yaml").write_text(text)
        (tmp_path / EVIL_FOLDER / f"{name}.yaml").write_text(text)
    texts: dict[str, list[Any]] = {
        "before.json": [RECORD],
        "after.json": [LATER],
        "whole.json": [{**RECORD, "company": "c"}],
        "many.ndjson": [RECORD, WRONG],
        "many2.ndjson": [LATER, WRONG],
    }
    for name, records in texts.items():
        (tmp_path / name).write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return tmp_path


@pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda words: "-".join(words)[:40].encode("ascii", "replace").decode()
)
def test_commands(
    command: list[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    run(command)
    for stream in capfdbinary.readouterr():
        for line in stream.decode().split("\n"):
            assert not RAW.search(line), line
            # A text that begins a line of its own would have `::` there, as it is or escaped.
            assert not line.lstrip().startswith("::error ::pwned"), line
            assert not line.lstrip().startswith("\\u003a:error") or line.startswith(PLAIN_FOLDER), line
            assert "##vso[" not in line and "##[error" not in line, line


def test_a_summary_gives_no_command(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    text = FIXTURES["one"].replace(said("F"), '"::error ::pwned"')
    (folder / "fixtures" / "three.yaml").write_text(text)
    run(["test", "-k", "three"])
    lines = capfdbinary.readouterr().out.decode().split("\n")
    assert "  \\u003a:error ::pwned" in lines and not any(line.lstrip().startswith("::") for line in lines)


def test_json_is_the_same_data_on_standard_output(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (folder / "more.ndjson").write_text((folder / "whole.json").read_text() * 2)
    run(["apply", "evil/good", "more.ndjson", "-o", "out"])
    run(["apply", "evil/good", "more.ndjson"])
    shown, written = capfdbinary.readouterr().out, (folder / "out").read_bytes()
    assert shown != written and b"\\u0023vso" in shown and b"##vso" in written
    assert [json.loads(line) for line in shown.split(b"\n")[:-1]] == [
        json.loads(line) for line in written.split(b"\n")[:-1]
    ]


@given(st.text(), st.sampled_from([None, 2]))
@example("##[a]##vso[b] \U000e0001\u0085é", 2)
def test_plain_json_is_the_same_data(text: str, indent: int | None) -> None:
    value = {text: [text, f"##{text}["]}
    made = plain_json(json.dumps(value, ensure_ascii=False, indent=indent))
    assert json.loads(made) == value
    assert not any(map(RAW.search, made.split("\n"))) and plain_json_bytes(made.encode()) == made.encode()


def test_texts_of_the_library(folder: Path) -> None:
    mapping = custmap.load("evil/good")
    plan = mapping.diff(LATER, RECORD)
    for text in (str(plan), plan.picture(show_values=True), str(mapping.explain()), str(mapping.prove(5))):
        assert not any(map(RAW.search, text.split("\n")))
        assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


def test_plain() -> None:
    assert plain("é ##x ::") == "é ##x ::"
    assert plain("a\tb\x1b\u202e\ud800") == "a\\tb\\u001b\\u202e\\ud800"
    assert plain("##[x] ##vso[y]") == "#\\u0023[x] #\\u0023vso[y]"
    assert plain_lines("a\n  ::error ::b\n::c") == "a\n  \\u003a:error ::b\n\\u003a:c"


def test_code_runs_as_it_is_shown(folder: Path) -> None:
    request = custmap.load("evil/good").apply({"id": "1", "role": "tester"})
    assert request.body == {"d": "tester" + EVIL, "f": "C" + EVIL}
