"""Every example of every function of the library holds."""

from __future__ import annotations

import pytest

from custmap.functions.examples import broken
from custmap.functions.table import LIBRARY


@pytest.mark.parametrize("name", LIBRARY)
def test_examples_hold(name: str) -> None:
    spec = LIBRARY[name]
    assert spec.examples, "a function without examples has no documentation"
    assert broken(spec) == []
