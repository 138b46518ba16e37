"""What the same run is: its digest, and the ids of its requests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_night import Night, digest, edited, ids, night, unchanged
from cli_runner import Cli, Ended

__all__ = ["night"]
pytest.importorskip("duckdb")

ANOTHER: list[tuple[Callable[[Path], None], dict[str, Any]]] = [
    (edited("before.ndjson", "v1@", "w1@"), {}),
    (edited("after.ndjson", "v2@", "w2@"), {}),
    (edited("after.ndjson", "\n", "\n\n"), {}),
    (edited("acme/case.yaml", "firm:", "company:"), {}),
    (unchanged, {"params": "tenant=u token=s3cret"}),
    (unchanged, {"params": "tenant=t"}),
    (unchanged, {"more": ["--absent", "clear"]}),
    (unchanged, {"more": ["--nulls", "absent", "--guard", "changes=0"]}),
    (unchanged, {"more": ["--on-rejected", "drop"]}),
    (unchanged, {"more": ["--strict-records"]}),
    (unchanged, {"more": ["--verify"]}),
    (unchanged, {"params": "token=s3cret", "more": ["--param-from", "tenant=id"]}),
    (unchanged, {"key": "email", "more": ["--guard", "changes=0"]}),
]
THE_SAME: list[dict[str, Any]] = [
    {},
    {"params": "tenant=t token=other"},
    {"more": ["--with-secrets"]},
    {"more": ["--format", "text", "--show-values"]},
    {"more": ["--all", "--exit-code"]},
    {"more": ["--guard", "clears=1%"]},
]


def run_as(night: Night, how: dict[str, Any]) -> Ended:
    return night.run(*how.get("more", ()), **{key: value for key, value in how.items() if key != "more"})


def check_another(night: Night, change: Callable[[Path], None], how: dict[str, Any]) -> None:
    (night.folder / "before.ndjson").write_text((night.folder / "before.ndjson").read_text() + "{}\n")
    loose = {**how, "more": [*how.get("more", ()), "--guard", "rejected=0"]}
    first = night.run("--guard", "rejected=0")
    change(night.folder)
    assert digest(run_as(night, loose)) != digest(first)


@pytest.mark.parametrize("at", range(len(ANOTHER)))
def test_another_run_has_another_digest(night: Night, at: int) -> None:
    check_another(night, *ANOTHER[at])


@pytest.mark.parametrize("how", THE_SAME, ids=str)
def test_the_same_run_has_the_same_digest(night: Night, how: dict[str, Any]) -> None:
    first = night.run()
    assert digest(run_as(night, how)) == digest(first)


def test_a_run_started_again_writes_the_same_bytes(night: Night, tmp_path: Path) -> None:
    """In another process, with another hash seed, and whatever the mapping's folder is called."""
    first = night.run("--guard", "clears=100%")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("acme", "before.ndjson", "after.ndjson"):
        (tmp_path / name).rename(moved / name)
    for seed in ("1", "2"):
        again = replace(night, folder=moved, cli=_process(seed)).run("--guard", "clears=100%")
        assert (again.code, again.out, again.err) == (first.code, first.out, first.err)
    assert len(set(ids(first))) == 20


def _process(seed: str) -> Cli:
    def call(*arguments: str | Path) -> Ended:
        command = [sys.executable, "-m", "custmap", *map(str, arguments)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        return Ended(ran.returncode, ran.stdout, ran.stderr)

    return call


def test_requests_of_another_night_have_other_ids(night: Night) -> None:
    first = night.run("--guard", "clears=100%")
    edited("before.ndjson", "v1@", "w1@")(night.folder)
    other = night.run("--guard", "clears=100%")
    assert not set(ids(first)) & set(ids(other))
