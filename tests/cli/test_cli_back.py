"""`custmap reverse` and `custmap outcome`: copies and answers in, customers and what answers mean out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

from small_mappings import write

RULES = """
params: {token: {secret: true}}
headers: {authorization: {param: token, format: "Bearer {}"}}
body:
  mail: email
  s: {from: status, values: {active: A}}
  map: {from: attributes, merge: whole, clear: send_null}
  "p[0].first": given_name(name)
response:
  ok: body.ok
  customer: body.customer
  failed: body.ids
  errors: {each: body.errors, field: f, code: c, message: m}
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return write(tmp_path, RULES)


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_one_copy_gives_one_customer(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    text = b'{"mail": "\xc3\xa9@x.io", "s": "A",\n "p": [{"first": "Ann"}], "more": 1}'
    wanted = {"email": "é@x.io", "name": {"given": "Ann"}, "status": "active"}
    (tmp_path / "copy.json").write_bytes(text)
    for ended in (cli("reverse", mapping, stdin=text), cli("reverse", mapping, tmp_path / "copy.json")):
        assert (ended.code, ended.err, json.loads(ended.out)) == (0, "", wanted)
        assert ended.out.startswith("{\n  ") and "é" in ended.out


def test_many_copies_give_many_customers_in_order(cli: Cli, mapping: Path) -> None:
    text = b'{"mail": "a"}\n\n{"s": "Z", "mail": "b"}\r\n{"s": "Z"}\n'
    ended = cli("reverse", mapping, stdin=text)
    assert ended.code == 0 and lines(ended.out) == [{"email": "a"}, {"email": "b"}, {}]
    assert ended.err.split("\n")[:-1] == [
        "3 in = 3 out + 0 rejected",
        "note: status: cannot be read: has no row in `values` (2)",
    ]


def test_notes_of_one_copy(cli: Cli, mapping: Path) -> None:
    ended = cli("reverse", mapping, stdin=b'{"s": "zq0qz", "mail": ["zq1qz"]}')
    assert (ended.code, json.loads(ended.out)) == (0, {})
    assert ended.err.count("note: ") == 2 and "zq" not in ended.err


def test_more_kinds_of_notes_than_are_told(cli: Cli, tmp_path: Path) -> None:
    rules = "body:\n" + "".join(
        f"  m{one}: {{from: attributes.a{one}, values: {{x: y}}}}\n" for one in range(25)
    )
    copy = json.dumps({f"m{one}": "z" for one in range(25)})
    ended = cli("reverse", write(tmp_path, rules), stdin=copy.encode())
    assert ended.err.count("note: ") == 20 and "and 5 more kinds of notes" in ended.err


def test_a_name_that_says_lines(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    (tmp_path / "copies.ndjson").write_text('{"mail": "a"}\n')
    ended = cli("reverse", mapping, tmp_path / "copies.ndjson")
    assert lines(ended.out) == [{"email": "a"}] and ended.err == "1 in = 1 out + 0 rejected\n"


def test_bad_lines_are_rejected(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    text = b'{"mail": "a"}\n[1]\n{"mail": "zq0qz"\n{"mail": "b", "mail": "c"}\n{"mail": "d"}\n'
    ended = cli("reverse", mapping, "--rejects", tmp_path / "r", "-o", tmp_path / "o", stdin=text)
    assert (ended.code, ended.out) == (1, "")
    assert lines((tmp_path / "o").read_text()) == [{"email": "a"}, {"email": "d"}]
    assert ended.err.endswith("5 in = 2 out + 3 rejected\n") and "zq0qz" not in ended.err
    rejected = lines((tmp_path / "r").read_text())
    assert [(one["index"], one["errors"][0]["code"]) for one in rejected] == [
        (1, "CM701"),
        (2, "CM711"),
        (3, "CM711"),
    ]


@pytest.mark.parametrize("text", [b"{nope", b"[]", b"7", b'"x"', b"null", b'{"mail":'])
def test_no_copy(cli: Cli, mapping: Path, text: bytes) -> None:
    ended = cli("reverse", mapping, stdin=text)
    assert (ended.code, ended.out) == (1, "") and "error[CM7" in ended.err


def test_nothing_in_nothing_out(cli: Cli, mapping: Path) -> None:
    ended = cli("reverse", mapping, stdin=b"\n")
    assert (ended.code, ended.out, ended.err) == (0, "", "0 in = 0 out + 0 rejected\n")


def test_a_base(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    base = tmp_path / "base.json"
    base.write_text('{"email": "old", "company": "C", "name": "Ann Lee"}')
    ended = cli("reverse", mapping, "--base", base, stdin=b'{"mail": "new", "p": [{"first": "Ann"}]}')
    assert ended.code == 0
    assert json.loads(ended.out) == {"email": "new", "company": "C", "name": {"formatted": "Ann Lee"}}


NO_BASES = ["", "[]", "7", "nope", '{"email": 7}', '{"email": "a"}\n{"email": "b"}\n', '{"status": "zq0qz"}']


@pytest.mark.parametrize("position", range(len(NO_BASES)))
def test_no_base(cli: Cli, mapping: Path, tmp_path: Path, position: int) -> None:
    base = tmp_path / "base.json"
    base.write_text(NO_BASES[position])
    ended = cli("reverse", mapping, "--base", base, stdin=b"{}")
    assert (ended.code, ended.out) == (2, "") and str(base) in ended.err and "zq0qz" not in ended.err


def test_a_base_is_for_one_copy(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text("{}")
    ended = cli("reverse", mapping, "--base", tmp_path / "base.json", stdin=b"{}\n{}\n")
    assert (ended.code, ended.out) == (2, "") and "many documents" in ended.err


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_what_is_read_is_not_written(cli: Cli, mapping: Path, tmp_path: Path, option: str) -> None:
    copy, base = tmp_path / "copy.json", tmp_path / "base.json"
    copy.write_text("{}")
    base.write_text("{}")
    for name in (copy, base, mapping):
        kept = name.read_text()
        ended = cli("reverse", mapping, copy, "--base", base, option, name)
        assert ended.code == 2 and "is a file that is read" in ended.err and name.read_text() == kept


ANSWER = (
    b'{"ok": false, "errors": [{"f": "mail", "c": "E1", "m": "zq0qz"}, {"f": "map.zq1qz"}], "ids": ["zq2qz"]}'
)


def test_an_answer_as_text(cli: Cli, mapping: Path) -> None:
    ended = cli("outcome", mapping, "--status", "500", stdin=ANSWER)
    assert (ended.code, ended.err) == (1, "") and "zq" not in ended.out
    assert ended.out.startswith("acme/case  500  failed in part; worth another try\n")
    assert "! email" in ended.out and "E1" in ended.out and "(line 8)" in ended.out
    shown = cli("outcome", mapping, "--status", "500", "--show-values", stdin=ANSWER)
    assert all(token in shown.out for token in ("zq0qz", "attributes.zq1qz", "zq2qz"))


def test_an_answer_as_json(cli: Cli, mapping: Path) -> None:
    ended = cli("outcome", mapping, "--status", "400", "--format", "json", stdin=ANSWER)
    told = json.loads(ended.out)
    assert ended.code == 1 and told["errors"][0] == {
        "field": "email", "vendor_field": "mail", "code": "E1", "message": "zq0qz", "line": 8,
    }  # fmt: skip
    assert set(told) == {
        "mapping", "status", "ok", "applied", "retry", "customer", "errors", "warnings", "failed",
    }  # fmt: skip


def test_an_answer_that_is_ok(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    (tmp_path / "answer").write_text('{"ok": true, "customer": {"mail": "zq0qz"}}')
    ended = cli("outcome", mapping, tmp_path / "answer", "--status", "200")
    assert (ended.code, ended.out, ended.err) == (0, "acme/case  200  ok\n", "")
    ended = cli("outcome", mapping, tmp_path / "answer", "--status", "200", "--format", "json")
    assert json.loads(ended.out)["customer"] == {"email": "zq0qz"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>zq0qz", b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"ok": 1, "ok": 2}', b'{"errors": NaN}',
        b'{"errors": [{"m": "\\ud83d", "f": "\\ud83d", "c": "\\ud83d"}], "ids": ["\\ud83d"]}',
        b'{"errors": [{"m": "\\u001b[31m", "c": "##vso[a]", "f": "\\u202e"}]}',
        b'{"errors": [{"c": ' + b"9" * 5000 + b"}]}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["text", "json"])
def test_any_answer(cli: Cli, mapping: Path, body: bytes, form: str) -> None:
    for more in ([], ["--show-values"]):
        ended = cli("outcome", mapping, "--status", "400", "--format", form, *more, stdin=body)
        assert (ended.code, ended.err) == (1, "")
        assert ended.out.replace("\n", "").isprintable() and "##vso[" not in ended.out
        if form == "json":
            json.loads(ended.out)


@pytest.mark.parametrize("status", ["", "99", "600", "x", "200.0", None])
def test_no_status(cli: Cli, mapping: Path, status: str | None) -> None:
    given = [] if status is None else ["--status", status]
    assert cli("outcome", mapping, *given, stdin=b"").code == 2


@pytest.mark.parametrize("command", [["reverse"], ["outcome", "--status", "200"]])
def test_no_mapping_and_no_file(cli: Cli, mapping: Path, tmp_path: Path, command: list[str]) -> None:
    name, *more = command
    assert cli(name, "no/such", *more, stdin=b"{}").code == 2
    assert cli(name, mapping, tmp_path / "none", *more).code == 2


@pytest.mark.parametrize("command", ["reverse", "outcome --status 200"])
def test_a_closed_standard_output_is_no_success(mapping: Path, command: str) -> None:
    name, *more = command.split()
    given = f"echo '{{\"ok\": true}}' | '{sys.executable}' -m custmap {name} '{mapping}' {' '.join(more)} >&-"
    ended = subprocess.run(["sh", "-c", given], capture_output=True, text=True)
    assert ended.returncode == 2 and "Standard output is closed" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_body_that_is_too_large(cli: Cli, mapping: Path) -> None:
    ended = cli("outcome", mapping, "--status", "200", stdin=b" " * (64 * 1024 * 1024 + 1))
    assert (ended.code, ended.out) == (2, "") and "larger than 64 MiB" in ended.err
