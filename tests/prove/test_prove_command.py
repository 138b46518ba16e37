"""`custmap prove` as a process: text, JSON, records from a file, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPLACED = """\
custmap: 1
name: acme/update
summary: The vendor replaces the name
contract: {method: PATCH, url: "https://api.example.com/customers", fields: {email: string}}
body:
  name: {merge: whole}
  name.firstName: name.given
  name.lastName: name.family
"""


def prove(*arguments: str, folder: Path = ROOT, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "custmap", "prove", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def written(folder: Path) -> Path:
    path = folder / "mappings" / "acme" / "update.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(REPLACED, encoding="utf-8")
    return path


def test_clean() -> None:
    ended = prove("fabric/update-attributes", "--examples", "50", "--seed", "3")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == (
        "fabric/update-attributes: no counterexample in 50 examples (seed 3)"
    )


def test_counterexample_and_json(tmp_path: Path) -> None:
    written(tmp_path)
    ended = prove("acme/update", "--examples", "100", folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stdout.startswith("counterexample: apply says less than it erases\n  before  {name: ")
    assert "  rule    update.yaml:6  name: {merge: whole}\n" in ended.stdout
    told = json.loads(prove("acme/update", "--examples", "50", "--format", "json", folder=tmp_path).stdout)
    assert told["counterexamples"][0]["line"] == 6
    assert not list(tmp_path.glob(".hypothesis*"))


def test_records(tmp_path: Path) -> None:
    written(tmp_path)
    records = [{"name": {"given": "Quentin", "family": "Zyx"}}, {"name": {"given": "Wilhelmina"}}]
    ended = prove("acme/update", "--with", "-", folder=tmp_path, stdin="\n".join(map(json.dumps, records)))
    assert ended.returncode == 1
    assert 'lastName "text 2" is lost' in ended.stdout
    assert "Zyx" not in ended.stdout + ended.stderr


def test_wrong_calls(tmp_path: Path) -> None:
    written(tmp_path)
    nothing = prove("acme/update", "--with", "-", folder=tmp_path)
    assert (nothing.returncode, nothing.stderr) == (2, "error: standard input has no records\n")
    assert prove("acme/update", "--examples", "0", folder=tmp_path).returncode == 2
    bad = prove("acme/update", "--with", "-", folder=tmp_path, stdin="{}\n[1]\n")
    assert bad.returncode == 1
    assert "CM711" in bad.stderr and "standard input: line 2" in bad.stderr
