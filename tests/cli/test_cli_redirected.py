"""Standard streams that are files or pipes: nothing that is read is written, under whatever name."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli_runner import Cli, Ended, Redirected


@pytest.mark.parametrize("arguments", [["-o", "in"], ["--rejects", "in"], []])
def test_redirected_streams_are_files_too(tmp_path: Path, arguments: list[str]) -> None:
    records = tmp_path / "in"
    records.write_text('{"email":"a"}\n')
    given = ["apply", "fabric/update-customer", *arguments]
    with records.open("rb") as stdin, (tmp_path / "out").open("wb") as out, records.open("ab") as appended:
        ended = subprocess.run(
            [sys.executable, "-m", "custmap", *given],
            cwd=tmp_path,
            stdin=stdin,
            stdout=out if arguments else appended,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ended.returncode == 2 and "is a file that is read: standard input" in ended.stderr
    assert records.read_text() == '{"email":"a"}\n'


PROJECT = {
    "mappings/a/b.yaml": "custmap: 1\nname: a/b\nbody: {mail: email}\n"
    "contract: {openapi: o.yaml, operation: op}\n",
    "mappings/a/o.yaml": "openapi: 3.1.0\ninfo: {title: A, version: '1'}\nservers: [{url: 'https://a.example'}]\n"
    "paths: {/c: {post: {operationId: op, responses: {}, requestBody: {content: {application/json: {schema: "
    "{$ref: 'p.yaml#/C'}}}}}}}\n",
    "mappings/a/p.yaml": "C: {type: object, properties: {mail: {type: string}}}\n",
    "fixtures/one.yaml": "mapping: a/b\ncustomer: {email: a}\nexpect: {request: {body: {mail: a}}}\n",
    "records.json": '{"email":"a"}\n',
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder."""
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ARGUMENTS = "apply aifi/update-customer -p token=t -p host=h in"


@pytest.mark.parametrize(
    ("arguments", "appended"),
    [
        ("apply a/b records.json", "records.json"),
        ("apply a/b records.json", "mappings/a/b.yaml"),
        ("diff a/b records.json records.json", "records.json"),
        ("prove a/b --with records.json", "records.json"),
        ("prove a/b", "mappings/a/b.yaml"),
        ("explain a/b", "mappings/a/b.yaml"),
        ("show a/b", "mappings/a/b.yaml"),
        ("validate a/b", "mappings/a/b.yaml"),
        ("validate a/b --format json", "mappings/a/o.yaml"),
        ("validate a/b", "mappings/a/p.yaml"),
        ("test fixtures", "fixtures/one.yaml"),
        ("test fixtures", "mappings/a/b.yaml"),
        ("test fixtures", "mappings/a/p.yaml"),
        ("list", "mappings/a/b.yaml"),
        ("list", "mappings/a/o.yaml"),
    ],
)
@pytest.mark.parametrize("streams", [["stdout"], ["stderr"], ["stdout", "stderr"]])
def test_output_is_never_appended_to_what_is_read(
    project: Path, redirected: Redirected, arguments: str, appended: str, streams: list[str]
) -> None:
    with (project / appended).open("ab") as out:
        ended = redirected(arguments, **dict.fromkeys(streams, out.fileno()))
    what = "Standard output" if streams == ["stdout"] else "Standard error"
    told = "" if len(streams) == 2 else f"error: {what} is a file that is read: "
    assert ended.code == 2 and (ended.out or ended.err).startswith(told)
    assert (project / appended).read_text() == PROJECT[appended]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("apply a/b records.json --no-such-option", 2),
        ("apply a/b records.json --on-rejected=no", 2),
        ("apply a/c records.json", 2),
        ("apply a/b records.json -p tenant", 2),
        ("apply a/b --params=records.json -p tenant", 2),
        ("apply a/b -p tenant=@file:records.json", 2),
        ("--no-such-option records.json", 2),
        ("applx records.json", 2),
        ("validate a/b records.json", 2),
        ("test records.json", 2),
        ("test records.json -k none", 2),
        ("prove a/b --with records.json --examples 0", 2),
    ],
)
def test_a_wrong_call_writes_no_message_into_what_it_names(
    project: Path, redirected: Redirected, arguments: str, code: int
) -> None:
    with (project / "records.json").open("ab") as err:
        ended = redirected(arguments, stderr=err.fileno())
    assert ended.code == code and ended.out
    assert (project / "records.json").read_text() == PROJECT["records.json"]


GOOD = '{"email":"a\u202eb@x.io","identifiers":{"microbase":"7"}}\n'
BAD = '{"email":5,"id":"a\u202eb"}\n'
MARKED = "apply microbase/customer-update -p token=t -p host=h.io in.ndjson"
"""A run with a request and a reject that each have a mark of direction."""
NAMED = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="standard output has no name here")
@pytest.mark.parametrize("name", NAMED)
def test_standard_output_under_any_name(project: Path, redirected: Redirected, name: str) -> None:
    """As it is without `-o`: to a pipe, and to a file that another process writes, too."""
    (project / "in.ndjson").write_text(GOOD + BAD)

    def to_a_pipe(options: str) -> Ended:
        return redirected(f"{MARKED} {options}")

    def to_a_file(options: str) -> Ended:
        with (project / "all").open("wb") as file:
            ended = redirected(f"{MARKED} {options}", stdout=file.fileno())
            os.write(file.fileno(), b"x\n")
        return replace(ended, out=(project / "all").read_text())

    for call in (to_a_pipe, to_a_file):
        told = [
            call(options)
            for options in ("", f"-o {name}", f"--rejects {name} -o aside", f"--rejects {name} -o /dev/null")
        ]
        assert told[0].out == told[1].out and told[2].out == told[3].out, told
        assert all("\\u202e" in one.out for one in told), told
    assert "\u202e" in (project / "aside").read_text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_what_is_no_file_is_written_plainly(project: Path, redirected: Redirected, option: str) -> None:
    """A pipe or a device may be a terminal; a file has the data as they are."""
    (project / "in.ndjson").write_text(GOOD + BAD)
    os.mkfifo(project / "pipe")
    reader = os.open(project / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    for place in ("pipe", "file"):
        redirected(f"{MARKED} {option} {place}")
    assert b"\\u202e" in os.read(reader, 10_000) and "\u202e" in (project / "file").read_text()
    os.close(reader)


@pytest.mark.parametrize(
    ("options", "stream"), [("-o log", "stderr"), ("--rejects log", "stderr"), ("--rejects log", "stdout")]
)
def test_an_output_does_not_replace_the_file_of_a_stream(
    project: Path, redirected: Redirected, options: str, stream: str
) -> None:
    (project / "in.ndjson").write_text(GOOD)
    with (project / "log").open("wb") as log:
        ended = redirected(f"{MARKED} {options}", **{stream: log.fileno()})
    assert ended.code == 2 and (ended.err or ended.out).startswith("error: `--"), ended


@pytest.mark.parametrize("read", [name for name in PROJECT if name != "records.json"])
def test_a_report_of_tests_replaces_nothing_that_is_read(cli: Cli, project: Path, read: str) -> None:
    ended = cli("test", "fixtures", "--junit", read)
    assert ended.code == 2 and "`--junit` is a file that is read" in ended.err
    assert (project / read).read_text() == PROJECT[read]
    assert cli("test", "fixtures", "--junit", "report.xml").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (ARGUMENTS, 2),
        (f"{ARGUMENTS} -o out", 0),
        ("list", 2),
        ("--version", 2),
        ("diff aifi/update-customer in in", 2),
    ],
)
def test_a_closed_standard_output_is_no_success(tmp_path: Path, arguments: str, code: int) -> None:
    (tmp_path / "in").write_text('{"email":"a@x.io","identifiers":{"aifi":"7"}}\n')
    shell = f"{sys.executable} -m custmap {arguments} >&-"
    ended = subprocess.run(shell, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (code, "error: Standard output is closed\n" if code else "")
    assert (tmp_path / "out").exists() is (code == 0)
