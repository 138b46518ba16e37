"""Completion: what we answer to the shells, and that they can read the scripts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cli_runner import Cli

from custmap.cli.complete import VARIABLE

LINES: list[tuple[str, set[str]]] = [
    ("custmap ", {"apply", "diff", "completion"}),
    ("custmap val", {"validate"}),
    ("custmap apply mic", {"microbase/customer-update"}),
    ("custmap apply ac", {"acme/mine"}),
    ("custmap validate ac", {"acme/mine"}),
    ("custmap diff --format ", {"text", "json", "deepdiff"}),
    ("custmap apply x/y --on-", {"--on-rejected"}),
    ("custmap code cm30", {"CM301", "CM309"}),
    ("custmap init --o", {"--openapi", "--operation"}),
    ("custmap init a/b --from square", {"square/update-customer"}),
    ("custmap apply acme/mine -p ", {"shop=", "token="}),
    ("custmap apply acme/mine -p a=1 --param t", {"token="}),
    ("custmap apply -p to", set()),
    ("custmap apply acme/broken -p ", set()),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mappings" / "acme"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(
        "custmap: 1\nname: acme/mine\nparams: {shop: {}, token: {secret: true}}\n"
    )
    (folder / "broken.yaml").write_text("[")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("line", "wanted"), LINES, ids=[line for line, _ in LINES])
def test_offers(
    cli: Cli, project: None, monkeypatch: pytest.MonkeyPatch, line: str, wanted: set[str]
) -> None:
    words = line.split(" ")
    monkeypatch.setenv(VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    ended = cli()
    offered = {row.partition(",")[2] for row in ended.out.splitlines() if row.startswith("plain,")}
    assert ended.code == 0 and offered >= wanted
    assert wanted or not offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("line", ["apply ac", "apply acme/mine -p ", "apply a\x1b[31m"])
def test_offers_are_plain(
    cli: Cli, project: None, monkeypatch: pytest.MonkeyPatch, shell: str, line: str
) -> None:
    folder = Path("mappings/acme")
    for name in ("esc\x1b[31m", "line\nplain,x", "mark\u202e", "command##[error]"):
        (folder / f"{name}.yaml").write_text("custmap: 1\n")
    (folder / "mine.yaml").write_text(
        'custmap: 1\nname: acme/mine\nparams: {shop: {}, "a\\eb": {}, "c\\nd": {}}\n'
    )
    monkeypatch.setenv(VARIABLE, f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", f"custmap {line}")
    monkeypatch.setenv("COMP_CWORD", line.split(" ")[-1] if shell == "fish" else str(len(line.split(" "))))
    ended = cli()
    assert ended.code == 0 and "##[" not in ended.out and ended.out.replace("\n", "").isprintable()
    assert ("shop=" in ended.out) == ("-p" in line) and "plain,x" not in ended.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_that_the_shell_reads(cli: Cli, shell: str) -> None:
    ended = cli("completion", shell)
    assert ended.code == 0 and f"{VARIABLE}={shell}_complete" in ended.out
    if (program := shutil.which(shell)) is not None:
        subprocess.run([program, "-n"], input=ended.out, text=True, check=True)


def test_another_shell(cli: Cli) -> None:
    assert cli("completion", "tcsh").code == 2
