"""`custmap apply` over a small fake mapping: records in, requests and rejections out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cli_fake
import pytest
from cli_runner import Cli

from custmap.cli import apply, ending

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "load", cli_fake.load)
    monkeypatch.setattr(apply, "read_for", cli_fake.read_for)


def bodies(text: str) -> list[Any]:
    return [json.loads(line)["body"] for line in text.split("\n")[:-1]]


def test_one_object_gives_one_pretty_request(cli: Cli) -> None:
    ended = cli("apply", "a/b", stdin=b'\n {"id": "7",\n "email": "a@b.example"}\n\n')
    assert ended.code == 0 and ended.err == ""
    told = json.loads(ended.out)
    assert list(told)[:4] == ["id", "index", "mapping", "method"] and ended.out.startswith('{\n  "id": "')
    assert (told["index"], told["url"]) == (0, "https://x.io/c/7")


@pytest.mark.parametrize("stdin", [b'{"email":"a"}', b'{"email":"a"}\n\n', b'\xef\xbb\xbf{"email":"a"}'])
def test_one_line_is_one_object(cli: Cli, stdin: bytes) -> None:
    ended = cli("apply", "a/b", "-", stdin=stdin)
    assert (ended.code, json.loads(ended.out)["body"]) == (0, {"email": "a"})
    assert ended.out.count("\n") > 1


def test_absent_changes_nothing_where_requests_do_not_replace_the_record(cli: Cli) -> None:
    plain, complete = (cli("apply", "a/b", *more, stdin=b"{}\n{}\n") for more in ([], ["--absent", "clear"]))
    assert (plain.code, bodies(plain.out)) == (complete.code, bodies(complete.out))


def test_lines_give_lines_in_order(cli: Cli) -> None:
    ended = cli("apply", "a/b", stdin='{"email":"a\u2028"}\r\n\n{"email":"b"}\n{"email":"c"}'.encode())
    assert ended.code == 0
    assert bodies(ended.out) == [{"email": "a\u2028"}, {"email": "b"}, {"email": "c"}]
    assert ended.err == "3 in = 3 out + 0 rejected\n"


def test_lines_carry_place_and_key(cli: Cli, tmp_path: Path) -> None:
    lines = b'{"id":7,"email":"a"}\n\n{"email":"b"}\nnope\n{"id":"7","email":"a"}\n{"id":"8","email":7}\n'
    ended = cli("apply", "a/b", "--key", "id", "--rejects", tmp_path / "r", stdin=lines)
    made = [json.loads(line) for line in ended.out.splitlines()]
    assert [(one["index"], one["key"]) for one in made] == [(0, "7"), (3, "7")]
    assert list(made[0])[:4] == ["id", "index", "key", "mapping"] and made[0]["id"] != made[1]["id"]
    rejected = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert [(one["index"], one.get("key")) for one in rejected] == [(1, None), (2, None), (4, "8")]
    assert "the key is missing, null, a list or an object" in rejected[0]["errors"][0]["message"]
    assert rejected[0]["record"] == {"email": "b"}
    assert cli("apply", "a/b", "--key", "id", stdin=lines).out == ended.out
    alone = cli("apply", "a/b", "--key", "id", stdin=b'{"id":7,"email":"a"}').out
    assert alone.count("\n") == 1, "lines of several calls are put together"
    one = json.loads(alone)
    assert (one["id"], one["index"], one["key"]) == (made[0]["id"], 0, "7")


@pytest.mark.parametrize(
    ("more", "same"),
    [
        (["-p", "token=a"], True), (["--with-secrets"], True), (["-p", "note=a"], False),
        (["--key", "id"], False), (["--nulls", "absent"], False), (["--on-rejected", "drop"], False),
        (["--strict-records"], False), (["--param-from", "note=email"], False),
        (["--absent", "clear"], False),
    ],
)  # fmt: skip
def test_ids_are_of_mapping_options_and_parameters(cli: Cli, more: list[str], same: bool) -> None:
    def ids(*arguments: str) -> list[str]:
        ended = cli("apply", "a/b", *arguments, stdin=b'{"id":1,"email":"a"}\n{"id":2,"email":"a"}\n')
        return [json.loads(line)["id"] for line in ended.out.splitlines()]

    first, second = ids("-p", "token=t"), ids(*(more if "token=a" in more else ["-p", "token=t", *more]))
    assert len({*first, *second}) == (2 if same else 4)


@pytest.mark.parametrize("key", ["a[0]", ""])
def test_a_key_that_is_none(cli: Cli, key: str) -> None:
    ended = cli("apply", "a/b", "--key", key, stdin=b"{}")
    assert ended.code == 2 and "`--key`" in ended.err


@pytest.mark.parametrize("name", ["x.ndjson", "x.JSONL"])
def test_a_name_that_says_lines(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'{"email":"a"}\n')
    ended = cli("apply", "a/b", tmp_path / name)
    assert ended.out.count("\n") == 1 and bodies(ended.out) == [{"email": "a"}]


@pytest.mark.parametrize(
    "first", [b"{", b'{"email":', b'{"email":"\xff"}', b"x" * 70, b"x,y", b'{"email":1e999}']
)
def test_a_bad_first_line_stops_nothing(cli: Cli, tmp_path: Path, first: bytes) -> None:
    ended = cli("apply", "a/b", "--rejects", tmp_path / "r", stdin=first + b'\n{"email":"b"}\n{"email":7}\n')
    assert ended.code == 1
    assert bodies(ended.out) == [{"email": "b"}]
    assert ended.err.endswith("\n3 in = 1 out + 2 rejected\n") and ended.err.count("error[") == 2
    bad, wrong = [json.loads(line) for line in (tmp_path / "r").read_text().splitlines()]
    assert (bad["index"], bad["record"], bad["errors"][0]["code"]) == (0, None, "CM711")
    assert "line 1" in bad["errors"][0]["message"]
    assert (wrong["index"], wrong["record"]) == (2, {"email": 7})
    assert wrong["errors"][0]["code"] == "CM701" and wrong["errors"][0]["path"] == "email"
    assert set(wrong) == {"index", "errors", "record"}
    assert set(wrong["errors"][0]) == {"code", "path", "message"}


@pytest.mark.parametrize("text", [b'{"email":\n', b"{\n'a': 1\n}", b"{nope", b'{"a":\xff\xfe}', b'{"a":1}}'])
def test_a_broken_document_is_one_rejection(cli: Cli, text: bytes) -> None:
    ended = cli("apply", "a/b", stdin=text)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("CM711") == 1


@pytest.mark.parametrize("text", [b"[[]]", b"7", b'"a"', b"null"])
def test_a_document_that_is_no_object_is_left_to_the_mapping(cli: Cli, text: bytes) -> None:
    ended = cli("apply", "a/b", stdin=text)
    assert ended.code == 1 and "CM701" in ended.err


def test_nothing_in_nothing_out(cli: Cli) -> None:
    ended = cli("apply", "a/b", stdin=b"\n \n")
    assert (ended.code, ended.out, ended.err) == (0, "", "0 in = 0 out + 0 rejected\n")


def test_rejections_without_a_place_go_to_standard_error(cli: Cli) -> None:
    ended = cli("apply", "a/b", stdin=b'{"email":"a"}\n{"email":7}\n')
    assert ended.code == 1 and bodies(ended.out) == [{"email": "a"}]
    assert "record 1 (line 2): error[CM701]: email: " in ended.err


def test_output_and_rejects_are_files(cli: Cli, tmp_path: Path) -> None:
    stdin = b'{"email":"a"}\n{"email":7}\n'
    ended = cli("apply", "a/b", "-o", tmp_path / "o", "--rejects", tmp_path / "r", stdin=stdin)
    assert (ended.code, ended.out) == (1, "")
    assert bodies((tmp_path / "o").read_text()) == [{"email": "a"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o", "r"]


def test_one_place_for_both_is_refused(cli: Cli, tmp_path: Path) -> None:
    ended = cli("apply", "a/b", "-o", tmp_path / "o", "--rejects", tmp_path / "." / "o")
    assert ended.code == 2 and "the same file" in ended.err


def spelled(path: Path) -> list[Path]:
    """The same file under other names."""
    link, hard = path.with_name("link"), path.with_name("hard")
    link.symlink_to(path)
    hard.hardlink_to(path)
    return [
        path,
        path.parent / "." / path.name,
        path.parent / ".." / path.parent.name / path.name,
        link,
        hard,
    ]


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_what_is_read_is_not_written(cli: Cli, tmp_path: Path, option: str) -> None:
    records, params = tmp_path / "in.ndjson", tmp_path / "params.json"
    records.write_text('{"email":"a"}\n{"email":7}\n')
    params.write_text('{"tenant": "t"}')
    for name in spelled(records):
        ended = cli("apply", "a/b", records, option, name)
        assert ended.code == 2 and "is a file that is read" in ended.err
        assert "Write to another file" in ended.err and ended.out == ""
    for given in (("--params", params), ("-p", f"tenant=@file:{params}")):
        ended = cli("apply", "a/b", records, *given, option, params)
        assert ended.code == 2 and str(params) in ended.err
    assert records.read_text() == '{"email":"a"}\n{"email":7}\n' and params.read_text() == '{"tenant": "t"}'


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_what_is_read_is_not_removed_as_a_leftover(cli: Cli, tmp_path: Path, option: str) -> None:
    names = [f"out.{number}.part" for number in (1, 2, 3)]
    for name in names:
        (tmp_path / name).write_text('{"email":"a"}\n')
    for name in names:
        ended = cli("apply", "a/b", tmp_path / name, option, tmp_path / "out")
        assert ended.code == 2 and f"{name}, which" in ended.err and "Write to another file" in ended.err
    assert all((tmp_path / name).exists() for name in names)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_names_the_file(cli: Cli) -> None:
    ended = cli("apply", "a/b", "-o", "/dev/full", stdin=b'{"email":"a"}')
    assert (ended.code, ended.err) == (2, "error: /dev/full: No space left on device\n")


def test_devices_may_be_both(cli: Cli, tmp_path: Path) -> None:
    records = tmp_path / "in.ndjson"
    records.write_text('{"email":"a"}\n{"email":7}\n')
    ended = cli("apply", "a/b", records, "-o", "/dev/null", "--rejects", "/dev/null")
    assert ended.code == 1 and ended.out == ""


@pytest.mark.parametrize("form", ["json", "curl", "http"])
def test_secrets_are_hidden_unless_asked_for(cli: Cli, form: str) -> None:
    arguments = ("apply", "a/b", "-p", "token=s3cret", "--as", form)
    hidden = cli(*arguments, stdin=b'{"email":"a"}')
    assert "Bearer {{token}}" in hidden.out and "s3cret" not in hidden.out
    shown = cli(*arguments, "--with-secrets", stdin=b'{"email":"a"}')
    assert "Bearer s3cret" in shown.out and "{{token}}" not in shown.out
    many = cli(*arguments, stdin=b'{"email":"a"}\n{"email":"b"}\n')
    assert many.out.count("{{token}}") == 2 and many.out.count("\n###\n") == (form == "http")


def test_parameters(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "from env=")
    (tmp_path / "tenant").write_bytes(b"from file\r\n")
    (tmp_path / "p.json").write_text('{"note": "n", "tenant": "overruled"}')
    ended = cli(
        "apply", "a/b", "-p", "token=@env:TOKEN", "-p", f"tenant=@file:{tmp_path / 'tenant'}",
        "--params", tmp_path / "p.json", "--with-secrets", stdin=b'{"email":"a"}',
    )  # fmt: skip
    headers = {"Authorization": "Bearer from env=", "note": "n", "tenant": "from file"}
    assert json.loads(ended.out)["headers"] == headers


def test_parameters_from_each_record(cli: Cli) -> None:
    ended = cli(
        "apply", "a/b", "--param-from", "note=upper(attributes.n)", "--param-from", "tenant=abs(id)",
        stdin=b'{"attributes":{"n":"x"},"id":3}\n{}\n{"id":"no number"}\n',
    )  # fmt: skip
    lines = [json.loads(line)["headers"] for line in ended.out.splitlines()]
    assert lines[0] == {"note": "X", "tenant": 3}
    assert "CM709" in ended.err and "no number" not in ended.err


WRONG_CALLS = [
    (["-p", "tokne=x"], "Unknown parameter `tokne`", "Did you mean `token`?"),
    (["-p", "zzz=x"], "Unknown parameter `zzz`", "Known parameters: token, tenant, note"),
    (["-p", "s3cret"], "`-p` needs NAME=VALUE", None),
    (["-p", "token=a", "-p", "token=b"], "Parameter `token` is given twice", None),
    (["-p", "token=a", "--param-from", "token=id"], "Parameter `token` is given twice", None),
    (["-p", "token=@env:NO_SUCH_VARIABLE"], "`NO_SUCH_VARIABLE` is not set", None),
    (["-p", "token=@file:no-such-file"], "no-such-file: No such file", None),
    (["--params", "no-such-file"], "no-such-file: No such file", None),
    (["--param-from", "note=a["], "The expression for parameter `note`", None),
    (["--nulls", "kep"], "Invalid value for '--nulls'", None),
    (["--on-rejcted", "drop"], "No such option", None),
    (["-o", "no-such-folder/x"], "No such file or directory", None),
    (["no-such-file"], "no-such-file: No such file or directory", None),
]


@pytest.mark.parametrize(("arguments", "message", "advice"), WRONG_CALLS)
def test_wrong_calls(cli: Cli, arguments: list[str], message: str, advice: str | None) -> None:
    ended = cli("apply", "a/b", *arguments, stdin=b"{}")
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err and "s3cret" not in ended.err
    assert advice is None or f"= help: {advice}" in ended.err


def test_an_unknown_mapping(cli: Cli) -> None:
    ended = cli("apply", "a/bb")
    assert (ended.code, ended.out) == (2, "")
    assert "CM204" in ended.err and "Did you mean `a/b`?" in ended.err


def test_a_bug_is_told_without_data(cli: Cli) -> None:
    ended = cli("apply", "a/b", stdin=b'{"email":"bug"}')
    assert ended.code == 2 and "CM901" in ended.err and "This is a bug in custmap: KeyError at" in ended.err
    assert "secret value" not in ended.err


def test_unknown_members_are_counted_or_refused(cli: Cli) -> None:
    stdin = b'{"emial":"a","name":{"givn":"A"}}\n{"email":"b"}\n'
    ended = cli("apply", "a/b", stdin=stdin)
    assert ended.code == 0 and ended.err.splitlines() == [
        "2 in = 2 out + 0 rejected",
        "unknown members are ignored:",
        "  emial (1): did you mean `email`?",
        "  name.givn (1): did you mean `name.given`?",
    ]
    ended = cli("apply", "a/b", "--strict-records", stdin=stdin)
    assert ended.code == 1 and ended.err.count("CM712") == 2 and "2 in = 1 out + 1 rejected" in ended.err


def test_unknown_members_are_counted_by_name_the_most_frequent_first(cli: Cli) -> None:
    flat = '{"shoe":1,"first_name":"A"}\n' + '{"first_name":"B"}\n' * 49
    lines = cli("apply", "a/b", stdin=flat.encode()).err.splitlines()
    assert lines[1:] == [
        "unknown members are ignored:",
        "  first_name (50): did you mean `name.given`?",
        "  shoe (1)",
    ]
    odd = "".join(f'{{"k{number}":1}}\n' for number in range(1500))
    lines = cli("apply", "a/b", stdin=odd.encode()).err.splitlines()
    assert len(lines) == 23 and lines[-1] == "  and 1,480 more"


def test_errors_of_one_kind_are_one_line(cli: Cli, tmp_path: Path) -> None:
    stdin = b'{"email":"a"}\n' + b'{"email":7}\n' * 527 + b'{"email":"a",}\n' * 2 + b"7\n"
    ended = cli("apply", "a/b", "--rejects", tmp_path / "r", stdin=stdin)
    assert len((tmp_path / "r").read_text().splitlines()) == 530
    assert ended.err.splitlines() == [
        "527 times, first in record 1 (line 2): error[CM701]: email: Record does not fit the canonical "
        "schema: expected text, got a number",
        "2 times, first in record 528 (line 529): error[CM711]: Line is not a record: line 529, byte 13 "
        "(byte 6351 of the file): trailing comma in object",
        "record 530 (line 531): error[CM701]: Record does not fit the canonical schema: expected an object",
        "531 in = 1 out + 530 rejected",
    ]


def test_kinds_of_errors_are_bounded(cli: Cli) -> None:
    stdin = "".join(f'{{"k{n}":1}}\n'.replace("k", "k" * (n % 50) + "x" * (n // 50)) for n in range(300))
    lines = cli("apply", "a/b", "--strict-records", stdin=stdin.encode()).err.splitlines()
    assert len(lines) == 102 and lines[100] == "and 200 errors of other kinds"


def test_strange_output_places(cli: Cli, tmp_path: Path) -> None:
    assert cli("apply", "a/b", "-o", os.devnull, stdin=b"{}").code == 0
    assert cli("apply", "a/b", "-o", "-", stdin=b"{}").out != ""
    if Path("/dev/full").exists():
        ended = cli("apply", "a/b", "-o", "/dev/full", stdin=b"{}")
        assert ended.code == 2 and "/dev/full: No space left" in ended.err


DRIVER = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import cli_fake
from custmap.cli import apply, main
apply.load, apply.read_for = cli_fake.load, cli_fake.read_for
main()
"""


def start(*arguments: str | Path, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(HERE), "apply", "a/b", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *((getattr(signal, name), 128 + getattr(signal, name)) for name in ENDING if hasattr(signal, name)),
        (signal.SIGKILL, -9),
    ],
)
def test_killed_in_the_middle_the_output_is_absent(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with start("-o", tmp_path / "o", "--rejects", tmp_path / "r") as process:
        assert process.stdin is not None and process.stderr is not None
        process.stdin.write(b'{"email":"a"}\n{"email":7}\n' * 5000)
        process.stdin.flush()
        process.send_signal(number)
        if number != signal.SIGKILL:  # a terminal that is closed sends two
            process.send_signal(number)
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) in ((code, 143) if number != signal.SIGKILL else (code,))
        err = process.stderr.read()
    assert b"Traceback" not in err
    assert not (tmp_path / "o").exists() and not (tmp_path / "r").exists()
    if number != signal.SIGKILL:
        assert list(tmp_path.iterdir()) == [] and err.splitlines()[-1].startswith(b"error: ")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # children inherit it, as after `nohup`
    try:
        with start("-o", tmp_path / "o") as process:
            assert process.stdin is not None
            process.stdin.write(b'{"email":"a"}\n' * 5000)
            process.stdin.flush()
            process.send_signal(signal.SIGHUP)
            process.stdin.close()
            assert process.wait(10) == 0 and (tmp_path / "o").exists()
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("cleaning", [0.0, 60.0])
def test_a_later_signal_counts_again(cli: Cli, monkeypatch: pytest.MonkeyPatch, cleaning: float) -> None:
    """What the first one raised may be lost; one that comes at once does not end the clean-up."""
    monkeypatch.setattr(ending, "_CLEANING", cleaning)
    ending._listen()  # the fixture `cli` puts the old handlers back
    for ends in (True, not cleaning):
        with pytest.raises(ending.Terminated) if ends else nullcontext():
            signal.raise_signal(signal.SIGTERM)


def test_each_record_is_answered_when_somebody_waits(tmp_path: Path) -> None:
    with start() as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b'{"email":"a"}\n{"email":"b"}\n')
        process.stdin.flush()
        assert b'"a"' in process.stdout.readline()
        assert b'"b"' in process.stdout.readline()
        process.stdin.write(b'{"email":"c"}\n')
        process.stdin.flush()
        assert b'"c"' in process.stdout.readline()
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_reader_that_went_away() -> None:
    with start() as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stdin.write(b'{"email":"a"}\n' * 1000)
        process.stdin.close()
        assert process.wait(10) == 2
        assert process.stderr.read() == b"error: Nobody reads the output any more\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk at hand")
def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full, start(stdout=full.fileno()) as process:
        _, err = process.communicate(b'{"email":"a"}\n{"email":"a"}\n')
        assert process.returncode == 2
        assert err == b"error: Standard output: No space left on device\n"
