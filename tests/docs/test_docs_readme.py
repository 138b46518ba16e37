"""What the pages show is what happens: every example runs, every link leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples import Reader, alike, fences

from shipped_mappings import SHIPPED

ROOT = Path(__file__).parents[2]
# The pages of docs/codes/ and of docs/functions.md have tests of their own.
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "docs/vendors/*.md")
    for path in ROOT.glob(pattern)
    if path.name != "functions.md"
)
_LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [page for page in PAGES if fences(page)], ids=_name)
def test_examples(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    if (to_copy := page.with_suffix("")).is_dir():
        shutil.copytree(to_copy, tmp_path / to_copy.name)
    reader = Reader(page, tmp_path)
    for fence in fences(page):
        reader.read(fence)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links(page: Path) -> None:
    lost = [link for link in _LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert lost == []


def test_console_output_is_compared() -> None:
    assert alike("one\n…\nfour\n", "one\ntwo\nthree\nfour\n")
    assert not alike("one\ntwo\n", "one\nthree\n")


def test_the_demo_runs_from_any_folder_and_hides_secrets(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "docs" / "demo.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    begun = [line.partition(" ")[0] for line in ran.stdout.splitlines()]
    assert [name for name in SHIPPED if begun.count(name) < 2] == []
    assert "never-shown" not in ran.stdout + ran.stderr
    assert ran.stderr == ""


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    assert [page.name for page in folder.glob("0*.md") if page.name not in index] == []
