"""Guards on the command line: what is stopped, and that nothing of it is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_night import COUNT, RULES, Night, came_out, digest, night, pipe
from cli_runner import Cli

from small_mappings import write

__all__ = ["night"]
pytest.importorskip("duckdb")

STOPPED = """\
40 pairs: 20 unchanged, 20 requests (20 clears), 0 with rejected changes, 0 rejected
80 rows: 40 × 2 in pairs, 0 only in before, 0 only in after, 0 rejected
error: A guard stopped this run, and nothing was written
  `email` is cleared in 50% of the records that have it (20 of 40); `clears.email` allows 10%
  = help: If it is meant, let exactly this run through with `--allow DIGEST`.
"""


def test_a_column_that_turned_null_is_not_published(night: Night, tmp_path: Path) -> None:
    ended = night.run()
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.replace(digest(ended), "DIGEST") == STOPPED
    kept = {name: tmp_path / name for name in ("o", "r", "x")}
    options = ["-o", kept["o"], "--rejects", kept["r"], "--only-in", kept["x"]]
    for text in (None, "old"):
        for path in kept.values():
            if text is not None:
                path.write_text(text)
        assert night.run(*options).code == 4
        assert {path.read_text() if path.exists() else None for path in kept.values()} == {text}
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("form", ["text", "json", "deepdiff"])
@pytest.mark.parametrize("option", ["-o", "--rejects", "--only-in"])
def test_nothing_of_it_gets_into_a_pipe(night: Night, tmp_path: Path, form: str, option: str) -> None:
    night.rows("before", [{"id": "1", "email": "a"}, {"id": "2"}, {"id": "3", "email": 7}])
    night.rows("after", [{"id": "1", "email": None}, {"id": "3"}])
    for more, code, is_empty in (["--guard", "clears=0"], 4, True), (["--guard", "clears=1"], 1, False):
        with pipe() as (name, read):
            ended = night.run(option, name, "--format", form, *more)
            assert (ended.code, came_out(read) == b"") == (code, is_empty)


@pytest.mark.parametrize(
    "rules", [RULES, RULES.replace(", clear: send_null", "")], ids=["cleared", "rejected"]
)
def test_what_is_allowed_is_this_run_alone(night: Night, tmp_path: Path, rules: str) -> None:
    write(tmp_path, rules)
    named = digest(night.run())
    allowed = night.run("--allow", named)
    assert allowed.code == (0 if rules == RULES else 1)
    assert len(allowed.out.splitlines()) == 20
    assert (
        "note: a guard would stop this run, which `--allow` lets through\n  `email` is cleared" in allowed.err
    )
    other = "0" * 20
    ended = night.run("--allow", other)
    assert (ended.code, ended.out, digest(ended)) == (4, "", named)
    assert f"`--allow` names another run: {other}" in ended.err
    quiet = night.run("--guard", "clears=100%", "--allow", other)
    assert (quiet.code, quiet.out) == (allowed.code, allowed.out)
    for wrong in ("", "0" * 19, "G" * 20, named.upper() + "0"):
        assert night.run("--allow", wrong).code == 2


@pytest.mark.parametrize(
    ("guard", "code"),
    [
        ("clears=50%", 0), ("clears=49.9%", 4), ("clears.email=20", 0), ("clears.email=19", 4),
        ("clears.company=0", 4), ("clears=100%,changes=50%", 0), ("clears=100%,changes=49%", 4),
        ("clears=100%,rejected=0", 0),
    ],
)  # fmt: skip
def test_limits(night: Night, guard: str, code: int) -> None:
    ended = night.run("--guard", guard)
    assert (ended.code, len(ended.out.splitlines())) == (code, 20 if code == 0 else 0)


def test_rows_that_are_rejected_count(night: Night, tmp_path: Path) -> None:
    (tmp_path / "after.ndjson").write_text("not JSON\n" * COUNT)
    ended = night.run("--guard", "rejected=50%")
    assert ended.code == 4 and "100% of the pairs and rows are rejected (40 of 40)" in ended.err


def test_a_few_clears_are_no_flood(night: Night) -> None:
    rows = [{"id": f"C-{at}", "email": f"v{at}@x.io"} for at in range(19)]
    night.rows("before", rows)
    night.rows("after", [{**row, "email": None} for row in rows])
    assert night.run().code == 0


def test_no_value_is_said(night: Night) -> None:
    ended = night.run()
    assert not re.search("x.io|C-1|Acme|s3cret", ended.err)


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("claers=1%", "Did you mean `clears`?"),
        ("clears.mail=1%", "Did you mean `email`?"),
        ("clears=lots", "Write `clears=100`"),
    ],
)  # fmt: skip
def test_a_guard_that_cannot_be_read(night: Night, guard: str, said: str) -> None:
    ended = night.run("--guard", guard)
    assert ended.code == 2 and "error: `--guard`: " in ended.err and said in ended.err


@pytest.mark.parametrize("option", ["--guard=clears=1%", f"--allow={'0' * 20}"])
def test_guards_are_for_snapshots(cli: Cli, night: Night, tmp_path: Path, option: str) -> None:
    one = tmp_path / "one.json"
    one.write_text("{}")
    ended = cli("diff", tmp_path / "acme" / "case.yaml", one, one, option)
    assert ended.code == 2 and "is for snapshots" in ended.err
