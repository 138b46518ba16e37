"""Compiled is interpreted, for whole mappings of several rules: apply and diff.

A failure prints the seed: `python tests/laws/whole.py --seeds SEED --shrink` makes it small.
"""

from __future__ import annotations

import os
from random import SystemRandom

import pytest
from whole_known import reason
from whole_law import Differs, cases, check

CHUNKS = 10
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = 334 if LONG else 10
"""Mappings a chunk, with 30 pairs each: 3,000 pairs; long, 100,000 that are new every time."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_compiled_is_interpreted(chunk: int) -> None:
    first = SystemRandom().randrange(10**9) if LONG else chunk * SEEDS
    for seed in range(first, first + SEEDS):
        for loaded, whole, case in cases(seed):
            try:
                check(loaded, whole, case)
            except Differs as differs:
                if not reason(differs.case, differs.what, differs.compiled, differs.interpreted):
                    raise
