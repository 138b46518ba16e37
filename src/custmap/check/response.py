"""Placeholder until written."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.check.checked import Checked
from custmap.diagnostics.diagnostic import Diagnostic


def response(checked: Checked) -> Iterator[Diagnostic]:
    """Nothing yet."""
    return iter(())
