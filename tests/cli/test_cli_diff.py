"""`custmap diff` over a small fake mapping: documents, snapshots, exit codes, reports without values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cli_fake
import pytest
from cli_runner import Cli

from custmap.cli import diff


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "load", cli_fake.load)
    monkeypatch.setattr(diff, "read_for", cli_fake.read_for)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_two_documents(cli: Cli, write: Any) -> None:
    before, after = write("b", '{"email": "old"}'), write("a", '{\n"email": "new"}')
    ended = cli("diff", "a/b", before, after, "--format", "json", "-p", "token=s3cret")
    plan = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert list(plan) == ["index", "mapping", "changes", "rejected", "notes", "requests"]
    assert plan["changes"] == [
        {
            "action": "set",
            "target": "email",
            "source": "email",
            "before": "old",
            "after": "new",
            "line": 7,
            "request": 0,
        }
    ]
    assert plan["requests"][0]["headers"] == {"Authorization": "Bearer {{token}}"}
    assert (
        "s3cret"
        in cli("diff", "a/b", before, after, "--format", "json", "-p", "token=s3cret", "--with-secrets").out
    )


CODES = [
    ('{"email":"a"}', '{"email":"a"}', [], 0),
    ('{"email":"a"}', '{"email":"a"}', ["--exit-code"], 0),
    ('{"email":"a"}', '{"email":"b"}', [], 0),
    ('{"email":"a"}', '{"email":"b"}', ["--exit-code"], 3),
    ("null", '{"email":"b"}', ["--exit-code"], 3),
    ('{"email":"a"}', '{"email":null}', [], 1),
    ('{"email":"a"}', '{"email":null}', ["--exit-code"], 1),
    ('{"email":"a"}', '{"email":null}', ["--on-rejected", "drop"], 0),
    ('{"email":"a"}', '{"email":null}', ["--on-rejected", "raise"], 1),
    ('{"email":"a"}', '{"email":7}', [], 1),
    ('{"email":"a"}', "7", [], 1),
    ("{", "{}", [], 1),
    ("{}", "{}\n{}", [], 2),
    ("{}", "", [], 2),
]


@pytest.mark.parametrize(("before", "after", "arguments", "code"), CODES)
def test_exit_codes(cli: Cli, write: Any, before: str, after: str, arguments: list[str], code: int) -> None:
    ended = cli("diff", "a/b", write("b", before), write("a", after), "--format", "json", *arguments)
    assert ended.code == code


def test_standard_input_is_one_of_them(cli: Cli, write: Any) -> None:
    path = write("x", '{"email":"old"}')
    ended = cli("diff", "a/b", path, "-", "--format", "json", stdin=b'{"email":"new"}')
    assert json.loads(ended.out)["changes"][0]["after"] == "new"
    assert cli("diff", "a/b", "-", "-").code == 2


def test_deepdiff_hides_personal_values_unless_asked_for(cli: Cli, write: Any) -> None:
    before, after = write("b", '{"email":"old-s3cret"}'), write("a", '{"email":"new-s3cret"}')
    ended = cli("diff", "a/b", before, after, "--format", "deepdiff")
    assert json.loads(ended.out) == {
        "values_changed": {"root['email']": {"new_value": "••••", "old_value": "••••"}}
    }
    ended = cli("diff", "a/b", before, after, "--format", "deepdiff", "--show-values")
    assert json.loads(ended.out)["values_changed"]["root['email']"]["new_value"] == "new-s3cret"
    ended = cli("diff", "a/b", write("b", "null"), after, "--format", "deepdiff")
    assert json.loads(ended.out) == {"dictionary_item_added": {"root['email']": "••••"}}


def test_the_picture_hides_personal_values(cli: Cli, write: Any) -> None:
    before, after = write("b", '{"email":"old-s3cret"}'), write("a", '{"email":"new\u202e-s3cret"}')
    ended = cli("diff", "a/b", before, after)
    assert ended.out.startswith("a/b  PATCH /c/0\n") and "  ~ email" in ended.out
    assert ended.out.endswith("1 changed\n") and "s3cret" not in ended.out and "\x1b" not in ended.out
    ended = cli("diff", "a/b", before, after, "--show-values")
    assert '"old-s3cret" → "new\\u202e-s3cret"' in ended.out
    assert "\x1b[33m  ~ email" in cli("diff", "a/b", before, after, "--color", "always").out


def test_pictures_of_snapshots_are_those_with_something_to_say(cli: Cli, write: Any) -> None:
    pytest.importorskip("duckdb")
    before = write("b.ndjson", '{"id":"1","email":"a"}\n{"id":"2","email":"b"}\n')
    after = write("a.ndjson", '{"id":"1","email":"a"}\n{"id":"2","email":"c"}\n')
    ended = cli("diff", "a/b", before, after, "--key", "id")
    assert ended.out.count("a/b  PATCH") == 1 and "/c/2" in ended.out


BEFORE = (
    b'{"id":"1","email":"a"}\n{"id":"2","email":"b"}\n{"id":"3"}\n'
    b'{"id":"4","email":"d"}\n{"id":"5"}\n{"id":"5"}\n'
)
AFTER = b'{"id":"4","email":7}\n{"id":"1","email":"x"}\nnope\n{"id":"2"}\n{"id":"9"}\n'


def told(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def test_snapshots(cli: Cli, write: Any, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    before, after, rejects = write("b.ndjson", BEFORE), write("a.ndjson", AFTER), tmp_path / "r"
    ended = cli("diff", "a/b", before, after, "--key", "id", "--format", "json", "--rejects", rejects)
    assert ended.code == 1
    lines = told(ended.out)
    assert [(line["index"], line.get("key"), list(line)[-1]) for line in lines] == [
        (2, None, "errors"),
        (0, "4", "errors"),
        (1, "1", "requests"),
        (3, "2", "requests"),
        (4, "5", "errors"),
        (5, "5", "errors"),
    ]
    plans = [line for line in lines if "changes" in line]
    assert list(plans[0]) == ["index", "key", "mapping", "changes", "rejected", "notes", "requests"]
    assert [[change["after"] for change in plan["changes"]] for plan in plans] == [["x"], []]
    assert [plan["rejected"][0]["code"] if plan["rejected"] else None for plan in plans] == [None, "CM803"]
    request = plans[0]["requests"][0]
    assert list(request)[:4] == ["id", "index", "key", "mapping"]
    assert (request["index"], request["key"]) == (1, "1")
    rejected = told(rejects.read_text())
    assert [{**line, "record": None} for line in rejected] == [
        {**line, "record": None} for line in lines if "errors" in line
    ]
    assert [(one["index"], one["errors"][0]["code"]) for one in rejected] == [
        (2, "CM711"),
        (0, "CM701"),
        (4, "CM713"),
        (5, "CM713"),
    ]
    assert rejected[1]["record"] == {"before": {"id": "4", "email": "d"}, "after": {"id": "4", "email": 7}}
    assert rejected[2]["record"] == {"id": "5"}
    assert ended.err.count("error[") == 3 and "\n2 times, first in record 4 (before, line 5): " in ended.err
    assert ended.err.splitlines()[3:] == [
        "3 pairs: 0 unchanged, 1 request (0 clears), 1 with rejected changes, 1 rejected",
        "11 rows: 3 × 2 in pairs, 1 only in before, 1 only in after, 3 rejected",
    ]


SAME = b'{"id":"1","email":"a"}\n{"id":2,"email":"b"}\n'
OTHER = b'{"id":"1","email":"a"}\n{"id":"2","email":"x"}\n'


def test_a_customer_without_a_change_has_a_line_if_all_have(cli: Cli, write: Any) -> None:
    pytest.importorskip("duckdb")
    before, after = write("b", SAME), write("a", OTHER)
    for form, last in (("json", "requests"), ("deepdiff", "values_changed")):
        call = ["diff", "a/b", before, after, "--key", "id", "--format", form]
        assert [(line["key"], list(line)[-1]) for line in told(cli(*call).out)] == [("2", last)]
        everybody = told(cli(*call, "--all").out)
        assert [(line["index"], line["key"]) for line in everybody] == [(0, "1"), (1, "2")]
    pictures = cli("diff", "a/b", before, after, "--key", "id", "--all").out
    assert pictures.count("a/b  PATCH") == 1 and pictures.count("nothing to do") == 1


def test_customers_of_one_snapshot_only(cli: Cli, write: Any, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    before, after, alone = write("b", BEFORE), write("a", AFTER), tmp_path / "alone"
    ended = cli("diff", "a/b", before, after, "--key", "id", "--only-in", alone)
    assert "1 only in before, 1 only in after" in ended.err
    assert told(alone.read_text()) == [
        {"index": 2, "key": "3", "side": "before", "record": {"id": "3"}},
        {"index": 4, "key": "9", "side": "after", "record": {"id": "9"}},
    ]


@pytest.mark.parametrize("option", ["--output", "--rejects", "--only-in"])
@pytest.mark.parametrize("name", ["b", "a"])
def test_an_output_that_is_an_input_is_refused(cli: Cli, write: Any, option: str, name: str) -> None:
    paths = {"b": write("b", SAME), "a": write("a", OTHER)}
    ended = cli("diff", "a/b", paths["b"], paths["a"], "--key", "id", option, paths[name])
    assert ended.code == 2 and f"`{option}` is a file that is read: " in ended.err
    assert (paths["b"].read_bytes(), paths["a"].read_bytes()) == (SAME, OTHER)


def test_two_outputs_are_two_files(cli: Cli, write: Any, tmp_path: Path) -> None:
    call = ["diff", "a/b", write("b", SAME), write("a", OTHER), "--key", "id", "--only-in", tmp_path / "x"]
    for option in ("--output", "--rejects"):
        ended = cli(*call, option, tmp_path / "x")
        assert ended.code == 2 and f"`{option}` and `--only-in` name the same file" in ended.err
    ended = cli(*call[:-1], "-")
    assert ended.code == 2 and "`--output` and `--only-in` name the same file" in ended.err


@pytest.mark.parametrize("option", [["--all"], ["--only-in", "x"]])
def test_what_is_for_snapshots(cli: Cli, write: Any, option: list[str]) -> None:
    ended = cli("diff", "a/b", write("b", "{}"), write("a", "{}"), *option)
    assert ended.code == 2 and f"`{option[0]}` is for snapshots" in ended.err and "`--key`" in ended.err


def test_snapshots_through_standard_input(cli: Cli, write: Any) -> None:
    pytest.importorskip("duckdb")
    after = write("a.ndjson", b'{"id":"1","email":"x"}\n')
    ended = cli("diff", "a/b", "-", after, "--key", "id", "--format", "json", stdin=BEFORE)
    assert [line["changes"][0]["after"] for line in told(ended.out) if "changes" in line] == ["x"]


@pytest.mark.parametrize("key", ["a[0]", ""])
def test_a_key_that_is_none(cli: Cli, write: Any, key: str) -> None:
    ended = cli("diff", "a/b", write("b", ""), write("a", ""), "--key", key)
    assert ended.code == 2 and "`--key`" in ended.err


def test_snapshots_without_a_key(cli: Cli, write: Any) -> None:
    ended = cli("diff", "a/b", write("b.ndjson", BEFORE), write("a.ndjson", AFTER))
    assert ended.code == 2 and "Join two snapshots with `--key`" in ended.err


def test_a_missing_snapshot(cli: Cli, write: Any) -> None:
    ended = cli("diff", "a/b", write("b.ndjson", BEFORE), "no-such-file", "--key", "id")
    assert ended.code == 2 and "no-such-file: No such file" in ended.err
