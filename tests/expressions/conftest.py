"""The oracles stand beside the rooms' tests: `from oracle.expressions import evaluate`."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = str(Path(__file__).parent.parent)
if TESTS not in sys.path:
    sys.path.append(TESTS)
