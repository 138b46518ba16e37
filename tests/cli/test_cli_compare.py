"""`custmap compare`: two files, and a real git repository in which a branch changed mappings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cli_runner import Cli

from custmap.review.compare import compare
from shipped_mappings import MAPPINGS

GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="git is not installed")
ODD = "a b\nc"
MICROBASE = "mappings/microbase/customer-update.yaml"
FABRIC = "mappings/fabric/update-attributes.yaml"
SOURCE = """custmap: 1
source: crm/customers
columns: {id: integer, email: string}
key: id
nulls: clear
customer:
  identifiers.microbase: text(id)
  email: email
"""
ROW = """mapping: microbase/customer-update
source: crm/customers
params: {host: h.example, token: t}
before: {id: 1, email: Ann@example.com}
after: {id: 1, email: Bo@example.com}
expect: {rejected: []}
"""


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records are drawn, and git asks no environment that a hook may have set."""
    monkeypatch.setattr(compare, "RECORDS", 60)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose branch `main` has two mappings, a source, and a fixture."""
    top = tmp_path / ODD
    for vendor in ("microbase", "fabric"):
        shutil.copytree(MAPPINGS / vendor, top / "mappings" / vendor)
    (top / "sources/crm").mkdir(parents=True)
    (top / "sources/crm/customers.yaml").write_text(SOURCE)
    (top / "fixtures").mkdir()
    (top / "fixtures/row.yaml").write_text(ROW)
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "one")
    git(top, "checkout", "-q", "-b", "work")
    monkeypatch.chdir(top)
    return top


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@needs_git
def test_nothing_changed(project: Path, cli: Cli) -> None:
    ended = cli("compare", "--against", "main")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "4 files against main: no change of meaning\n"


@needs_git
def test_spelling_is_no_change(project: Path, cli: Cli) -> None:
    edit(project / MICROBASE, "body:\n", "# what MicroBase is told\nbody:\n")
    ended = cli("compare", "--against", "main", "--fail-on", "clear,reject,remove")
    assert (ended.code, ended.out) == (0, "")


@needs_git
def test_a_branch_against_main(project: Path, cli: Cli) -> None:
    edit(project / MICROBASE, "clear: send_empty", "clear: impossible")
    git(project, "commit", "-qam", "two")
    edit(project / FABRIC, 'format: "Bearer {}"', 'format: "Token {}"')
    ended = cli("compare", "--against", "main")
    assert ended.code == 0
    assert "microbase/customer-update   main → working tree\n" in ended.out
    assert (
        "  tags  clear: send_empty → impossible  null and a gone list were sent as [], "
        "are now rejected (CM803)\n" in ended.out
    )
    assert "fabric/update-attributes   main → working tree\n" in ended.out
    assert "over 1 fixture and 60 records: " in ended.out
    (project / "fixtures/row.yaml").unlink()  # main has it still
    assert "over 1 fixture and 60 records: " in cli("compare", "--against", "main").out
    assert cli("compare", "--against", "main", "--fail-on", "reject").code == 1
    assert cli("compare", "--against", "main", "--fail-on", "remove").code == 0
    assert "microbase" not in cli("compare", "--against", "HEAD").out


@needs_git
def test_added_removed_and_broken(project: Path, cli: Cli) -> None:
    shutil.copytree(project / "mappings/fabric", project / "mappings/cloth")
    (project / "mappings/cloth/update-customer.yaml").unlink()
    edit(project / "mappings/cloth/update-attributes.yaml", "name: fabric/", "name: cloth/")
    (project / FABRIC).unlink()
    edit(project / MICROBASE, "empty: reject", "emty: reject")
    ended = cli("compare", "--against", "main", "--format", "json")
    told = {one["mapping"]: one for one in json.loads(ended.out)["comparisons"]}
    assert {name: one["status"] for name, one in told.items()} == {
        "cloth/update-attributes": "added",
        "fabric/update-attributes": "removed",
        "microbase/customer-update": "broken",
    }
    (remark,) = told["cloth/update-attributes"]["remarks"]
    assert remark == "It means the same as `fabric/update-attributes`, which is gone."
    (finding,) = told["microbase/customer-update"]["findings"]
    assert (finding["side"], finding["code"], finding["file"]) == ("new", "CM201", MICROBASE)
    assert ended.code == 1
    git(project, "add", "-A")
    git(project, "commit", "-qm", "broken")
    shutil.copy(MAPPINGS / "microbase/customer-update.yaml", project / MICROBASE)
    ended = cli("compare", "--against", "HEAD", "microbase/customer-update")
    assert ended.code == 1
    assert f"HEAD:{MICROBASE}:" in ended.out


@needs_git
def test_a_link_is_a_file_of_its_own(project: Path, cli: Cli) -> None:
    outside = project.parent / "elsewhere.yaml"
    outside.write_text("SENTINEL: [")
    (project / MICROBASE).unlink()
    (project / MICROBASE).symlink_to(outside)
    ended = cli("compare", "--against", "main", "--format", "json")
    (told,) = json.loads(ended.out)["comparisons"]
    assert (told["mapping"], told["status"]) == ("microbase/customer-update", "broken")
    assert "SENTINEL" not in ended.out
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a link that leads out")  # of the old side it is left out
    (project / MICROBASE).unlink()
    shutil.copy(MAPPINGS / "microbase/customer-update.yaml", project / MICROBASE)
    (told,) = json.loads(cli("compare", "--against", "HEAD", "--format", "json").out)["comparisons"]
    assert told["status"] == "added"


@needs_git
def test_a_contract_and_a_source(project: Path, cli: Cli) -> None:
    edit(project / "mappings/microbase/openapi.yaml", "required: [id]", "required: [id, email]")
    ended = cli("compare", "--against", "main")
    assert "  email  required added  every request has it; without it a record is refused\n" in ended.out
    edit(project / "sources/crm/customers.yaml", "email: email", "email: lower(email)")
    ended = cli("compare", "--against", "main")
    assert "source crm/customers   main → working tree\n" in ended.out
    assert "email → lower(email)" in ended.out
    git(project, "checkout", "-q", "main", "--", "mappings")
    ended = cli("compare", "--against", "main", "--format", "json")
    told = {one["mapping"]: one for one in json.loads(ended.out)["comparisons"]}
    assert (
        told["microbase/customer-update"]["records"]["requests_differ"] == 1
    )  # by the source of its fixture


@needs_git
def test_below_the_top_and_in_another_worktree(
    project: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(project / MICROBASE, "clear: send_empty", "clear: impossible")
    git(project, "commit", "-qam", "two")
    below = project / "docs" / "more"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert "tags" in cli("compare", "--against", "main").out
    assert "tags" in cli("compare", "--against", "main", "microbase/customer-update").out
    assert "tags" in cli("compare", "--against", "main", f"../../{MICROBASE}").out
    assert "tags" in cli("compare", "--against", "main", "../../mappings").out
    other = project.parent / "other tree"
    git(project, "worktree", "add", "-q", str(other), "main")
    monkeypatch.chdir(other)
    assert "tags" in cli("compare", "--against", "work").out
    several = project.parent / "several"
    shutil.copytree(project / "mappings", several / "shop" / "mappings")
    git(several, "init", "-q", "-b", "main")
    git(several, "add", "-A")
    git(several, "commit", "-qm", "one")
    edit(several / "shop" / MICROBASE, "clear: impossible", "clear: send_empty")
    monkeypatch.chdir(several)
    assert "microbase/customer-update" in cli("compare", "--against", "HEAD").out


@needs_git
def test_nothing_is_written_in_the_repository(project: Path, cli: Cli) -> None:
    edit(project / MICROBASE, "clear: send_empty", "clear: impossible")
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    cli("compare", "--against", "main")
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


@needs_git
@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (("--against", "mian"), "there is no revision `mian`", "Did you mean `main`?"),
        (("--against=--upload-pack=x",), "there is no revision `--upload-pack=x`", "Name a branch"),
        (("--against", ""), "there is no revision ``", "Name a branch"),
        (("--against", "main", "acme/nope"), "is no mapping or source of this repository", "Check the name."),
        (
            ("--against", "main", "--fail-on", "cleer"),
            "`--fail-on`: there is no `cleer`",
            "Did you mean `clear`?",
        ),
        (("--against", "main", "--source", "crm/customers"), "`--source` says what rows are", "--with FILE"),
        (("microbase/customer-update",), "1 mapping cannot be compared", "custmap compare OLD NEW"),
        (("microbase/customer-update", "crm/customers"), "is a source, the other a mapping", ""),
        (("microbase/customer-update", "nope.yaml"), "nope.yaml: No such file", ""),
        (("microbase/customer-update", "microbase/customer-updat"), "there is no mapping", "Did you mean"),
    ],
)
def test_wrong_calls(project: Path, cli: Cli, arguments: tuple[str, ...], message: str, advice: str) -> None:
    ended = cli("compare", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert advice in ended.err


def test_no_repository_and_no_git(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if GIT is not None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        ended = cli("compare", "--against", "main")
        assert ended.code == 2
        assert "is in no git repository" in ended.err
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = cli("compare", "--against", "main")
    assert ended.code == 2
    assert "git cannot be found" in ended.err


def test_two_files_and_records(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(MAPPINGS / "microbase", "mappings/microbase")
    edit(Path(MICROBASE), "from: email, ", "from: lower(email), ")
    old = str(MAPPINGS / "microbase/customer-update.yaml")
    records = b'{"identifiers": {"microbase": "1"}, "email": "SENTINEL@Example.com"}\n'
    for form in ("text", "json", "markdown"):
        arguments = ("compare", old, MICROBASE, "--with", "-", "--format", form)
        ended = cli(*arguments, stdin=records)
        assert ended.code == 0
        assert "SENTINEL" not in ended.out + ended.err
        assert "lower(email)" in ended.out
    assert "1 request differs" in cli(*arguments[:5], stdin=records).out
    ended = cli("compare", old, old, "--format", "json")
    (told,) = json.loads(ended.out)["comparisons"]
    assert (told["status"], told["changes"], told["records"]["requests_differ"]) == ("same", [], 0)
    colored = cli("compare", old, MICROBASE, "--color", "always")
    assert "\x1b[1mmicrobase/customer-update\x1b[0m" in colored.out
    for lines in (b"{{{\n", b"{}\n[1]\n"):
        bad = cli("compare", old, MICROBASE, "--with", "-", stdin=lines)
        assert bad.code == 1 and "CM711" in bad.err and "standard input: line " in bad.err
    unsent = cli("compare", old, old, "--with", "-", stdin=b'{"email": "a@b.example"}\n')
    assert "no request differs · 1 record makes no request in either version" in unsent.err
    assert cli("compare", old, MICROBASE, "--with", "-", stdin=b"a,b\n1,2\n").code == 2


def test_a_broken_side(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(MAPPINGS / "microbase", "mappings/microbase")
    edit(Path(MICROBASE), "from: email, ", "from: emial, ")
    ended = cli("compare", str(MAPPINGS / "microbase/customer-update.yaml"), MICROBASE)
    assert ended.code == 1
    assert "cannot be compared" in ended.out
    assert "CM301" in ended.out
    assert "Did you mean `email`?" in ended.out
