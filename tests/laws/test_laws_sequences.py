"""Several requests: compiled is interpreted, sequences converge, and settled nights do."""

from __future__ import annotations

import os

import pytest
from sequence_law import check

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
CHUNKS = 5
SEEDS = 1000 if LONG else 16


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_sequences(chunk: int) -> None:
    assert sum(map(check, range(chunk * SEEDS, (chunk + 1) * SEEDS))) > SEEDS / 2
