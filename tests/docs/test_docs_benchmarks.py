"""The benchmarks run: each measures once, and its assertions that all candidates give the same hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
# In a process of its own: its modules have names that others have, too.
ONCE = """
import importlib, sys
def once(works, rounds=1):
    for work in works:
        exec(work.statement, dict(work.names))
    return [[1.0] * len(works)]
import harness
harness.measure = once
loaded = importlib.import_module(sys.argv.pop(1))
(loaded.main if hasattr(loaded, "main") else loaded.run)()
"""


@pytest.mark.parametrize(
    "call",
    [
        ["run", "--only", "apply,diff,back,changes,forms,keyed,several"],
        ["ablation"],
        ["ablation_back"],
        ["ablation_diff"],
    ],
    ids=lambda call: call[0],
)
def test_a_benchmark_runs(call: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ONCE, *call], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
