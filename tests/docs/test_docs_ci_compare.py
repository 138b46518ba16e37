"""The workflow that compares a pull request works as it is copied, in a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = yaml.safe_load((ROOT / "docs/ci/compare.yaml").read_text("utf-8"))
STEPS = {step["name"]: step for step in WORKFLOW["jobs"]["compare"]["steps"] if "name" in step}
MAPPING = "mappings/microbase/customer-update.yaml"
pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("bash") is None, reason="git or bash is not installed"
)


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *who, *arguments], cwd=folder, env=plain, check=True, capture_output=True)


def compare(folder: Path) -> tuple[int, str]:
    """The step `Compare` as a runner runs it: its exit code and the summary."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "custmap").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m custmap "$@"\n')
    (programs / "custmap").chmod(0o755)
    summary = folder.parent / "summary.md"
    summary.write_text("")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS["Compare"]["run"]],
        cwd=folder,
        env={
            **plain,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "GITHUB_BASE_REF": "main",
            "GITHUB_STEP_SUMMARY": str(summary),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, summary.read_text("utf-8")


def test_the_comparison_of_a_pull_request(tmp_path: Path) -> None:
    top = tmp_path / "repository"
    shutil.copytree(ROOT / "mappings/microbase", top / "mappings/microbase")
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "one")
    git(top, "update-ref", "refs/remotes/origin/main", "main")
    git(top, "checkout", "-qb", "work")
    text = (top / MAPPING).read_text("utf-8")
    (top / MAPPING).write_text(text.replace("clear: send_empty", "clear: impossible"), encoding="utf-8")
    git(top, "commit", "-qam", "two")
    code, summary = compare(top)
    assert code == 0
    assert "### `microbase/customer-update` origin/main → working tree" in summary
    assert "|  | `tags` | `clear: send_empty → impossible` |" in summary
    (top / MAPPING).write_text(text.replace("empty: reject", "emty: reject"), encoding="utf-8")
    code, summary = compare(top)
    assert code == 1  # and the summary is there all the same
    assert "CM201" in summary and "Some cannot be compared." in summary


def test_it_may_do_no_more_than_comment() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "head.repo.full_name == github.repository" in STEPS["Comment"]["if"]
    for step in STEPS.values():  # what a stranger chose reaches no shell as text
        assert "${{" not in step["run"]
