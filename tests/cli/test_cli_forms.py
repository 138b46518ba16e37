"""A body that is sent as a form, on the command line: `content` beside the body, secrets by name."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Cli

from small_mappings import write

RULES = """
contract: {method: POST, url: 'https://x.io/c', form: brackets}
params: {token: {secret: true}}
body:
  mail: email
  key: {param: token}
  meta: {from: attributes, merge: entries}
"""
GIVEN = ("-p", "token=s3&t")
RECORDS = [{"email": "a b", "attributes": {"plan": ["x"]}}, {"email": "b", "attributes": {"a[b]": 1}}]
LINES = "\n".join(map(json.dumps, RECORDS)).encode()
HIDDEN, WHOLE = (f"key={key}&mail=a+b&meta[plan][0]=x" for key in ("{{token}}", "s3%26t"))


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return write(tmp_path, RULES)


@pytest.mark.parametrize(("more", "content"), [((), HIDDEN), (("--with-secrets",), WHOLE)])
def test_lines_have_the_content(cli: Cli, mapping: Path, more: tuple[str, ...], content: str) -> None:
    for stdin in (LINES, json.dumps(RECORDS[0]).encode()):
        ended = cli("apply", mapping, *GIVEN, *more, "--on-rejected", "drop", stdin=stdin)
        told: dict[str, Any] = json.loads(ended.out if stdin != LINES else ended.out.split("\n")[0])
        assert told["content"] == content
        assert list(told)[-2:] == ["body", "content"]
        assert ("s3" in ended.out) is bool(more)


def test_what_cannot_be_written_is_rejected(cli: Cli, mapping: Path) -> None:
    ended = cli("apply", mapping, *GIVEN, stdin=LINES)
    assert ended.code == 1 and "CM710" in ended.err and len(ended.out.splitlines()) == 1


@pytest.mark.parametrize("form", ["curl", "http"])
def test_as_a_command_and_as_text(cli: Cli, mapping: Path, form: str) -> None:
    ended = cli("apply", mapping, *GIVEN, "--as", form, stdin=json.dumps(RECORDS[0]).encode())
    assert ended.code == 0 and "s3" not in ended.out
    shown = shlex.split(ended.out.replace("\\\n", ""))[-1] if form == "curl" else ended.out.splitlines()[-1]
    assert shown == HIDDEN


def test_plans_have_the_content(cli: Cli, mapping: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text("{}")
    after.write_text(json.dumps({**RECORDS[0], "attributes": {"plan": [None]}}))
    ended = cli("diff", mapping, before, after, *GIVEN, "--format", "json")
    plan = json.loads(ended.out)
    assert [one["content"] for one in plan["requests"]] == ["key={{token}}&mail=a+b"]
    assert [(one["code"], one["target"]) for one in plan["rejected"]] == [("CM710", "meta.plan")]


TWO = """
requests:
  - {name: one, contract: {method: PUT, url: 'https://x.io/one'}, body: {mail: email}}
  - {name: two, contract: {method: PUT, url: 'https://x.io/two'}, body: {firm: company}}
"""


def test_requests_of_one_record_are_apart(cli: Cli, tmp_path: Path) -> None:
    records = b'{"email": "a", "company": "b"}\n' * 2
    ended = cli("apply", write(tmp_path, TWO), "--as", "http", stdin=records)
    told = [one.split()[1] for one in ended.out.split("###\n")]
    assert told == ["https://x.io/one", "https://x.io/two"] * 2
