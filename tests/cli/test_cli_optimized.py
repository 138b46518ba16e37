"""`python -OO` takes docstrings and asserts away; nothing that a user sees goes with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AIFI = "mappings/aifi/update-customer.yaml"
CALLS = [
    *(
        ["-m", "custmap", command, "--help"]
        for command in ("apply", "diff", "validate", "test", "prove", "list")
    ),
    ["-m", "custmap", "list"],
    ["-m", "custmap", "validate", "mappings"],
    ["-m", "custmap", "test", "fixtures/aifi"],
    ["-m", "custmap", "explain", AIFI],
    ["-m", "custmap", "show", AIFI],
    ["-m", "custmap", "schema", "mapping"],
    ["-m", "custmap", "schema", "customer"],
    ["-m", "custmap", "code", "CM108"],
    ["-m", "custmap", "apply", AIFI, "no-such-file"],
    ["-m", "custmap.functions.reference"],
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call[1:]))
def test_the_same_with_and_without_docstrings(call: list[str]) -> None:
    plain, optimized = (
        subprocess.run(
            [sys.executable, *flags, *call], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        for flags in ([], ["-OO"])
    )
    assert "CM901" not in optimized.stderr
    assert (optimized.returncode, optimized.stdout, optimized.stderr) == (
        plain.returncode,
        plain.stdout,
        plain.stderr,
    )
