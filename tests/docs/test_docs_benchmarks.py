"""The benchmarks run: each measures once, and its assertions that all candidates give the same hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SECTIONS = [("run", "apply"), ("run", "diff"), ("back", "run"), ("changes", "run"), ("forms", "run")]
SECTIONS += [("keyed", "run"), ("several", "run")]
SECTIONS += [("ablation", "run"), ("ablation_back", "run"), ("ablation_diff", "run")]


@pytest.mark.parametrize(("module", "section"), SECTIONS)
def test_a_benchmark_runs(module: str, section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    known = set(sys.modules)
    try:
        loaded: Any = import_module(module)
        for one in sys.modules.values():
            if str(getattr(one, "__file__", "")).startswith(str(FOLDER)) and hasattr(one, "measure"):
                monkeypatch.setattr(one, "measure", _once)
        getattr(loaded, section)()
    finally:
        for name in sys.modules.keys() - known:  # their names are those of anybody's modules
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(FOLDER)):
                del sys.modules[name]


def _once(works: Sequence[Any], rounds: int = 1) -> list[list[float]]:
    for work in works:
        exec(work.statement, dict(work.names))
    return [[1.0] * len(works)]
