"""The list of changes that change nothing names changes of the code as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "mutants" / "run.py"


def test_what_changes_nothing_is_a_change() -> None:
    listing = [sys.executable, str(RUN), "--list", "--room", "clearing"]
    ran = subprocess.run(listing, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
