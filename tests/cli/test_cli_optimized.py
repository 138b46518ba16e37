"""`python -OO` takes docstrings and asserts away; nothing that a user sees goes with them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AIFI = "mappings/aifi/update-customer.yaml"
CALLS = [
    *(["custmap", command, "--help"] for command in ("apply", "diff", "validate", "test", "prove", "list")),
    ["custmap", "list"],
    ["custmap", "validate", "mappings"],
    ["custmap", "test", "fixtures/aifi"],
    ["custmap", "explain", AIFI],
    ["custmap", "show", AIFI],
    ["custmap", "schema", "mapping"],
    ["custmap", "schema", "customer"],
    ["custmap", "code", "CM108"],
    ["custmap", "apply", AIFI, "no-such-file"],
    ["custmap.functions.reference"],
]
EACH = """
import io, json, runpy, sys

def ended(call):
    sys.argv = list(call)
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    try:
        runpy.run_module(call[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code
    said = []
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    return [code, *said]

answers = [ended(call) for call in json.loads(sys.argv[1])]
json.dump(answers, sys.__stdout__)
"""


@pytest.fixture(scope="module")
def answers() -> list[list[Any]]:
    """What the calls say, one after the other in one process: without and with the option."""
    found = []
    for flags in ([], ["-OO"]):
        command = [sys.executable, *flags, "-c", EACH, json.dumps(CALLS)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
        found.append(json.loads(ended.stdout))
    return found


@pytest.mark.parametrize("number", range(len(CALLS)), ids=lambda number: " ".join(CALLS[number]))
def test_the_same_with_and_without_docstrings(answers: list[list[Any]], number: int) -> None:
    (code, out, err), optimized = (one[number] for one in answers)
    assert code in (0, 2) and out + err and "CM901" not in optimized[2]
    assert optimized == [code, out, err]
