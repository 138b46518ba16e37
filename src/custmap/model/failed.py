"""`Failed`: a path of a customer that a row should state, and cannot."""

from __future__ import annotations

from typing import Any, NamedTuple


class Failed(NamedTuple):
    """What a path says is not known, since its rule cannot make it.

    `path`  the canonical path: names alone, up to the first list.
    `code`, `reason`  as of a rejection.
    `raw`   what the rule reads; two failures of equal values are no change.
    """

    path: tuple[str, ...]
    code: str
    reason: str
    raw: Any
