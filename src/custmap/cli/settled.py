"""Snapshots that `custmap settle` wrote: each says what one vendor holds."""

from __future__ import annotations

from pathlib import Path

from custmap.cli.call_error import CallError
from custmap.records.ndjson import settled_by
from custmap.values.files import is_file


def check_settled(before: Path, after: Path, mapping: str) -> None:
    """CallError for a before that was settled by another mapping, and for an after that was settled: they say
    what a vendor holds."""
    other = settled_by(before) if is_file(before) else None
    if other is not None and other != mapping:
        raise CallError(
            f"{before} was settled by {other}, so it says what that vendor holds",
            f"Give what `custmap settle {mapping}` wrote, or a snapshot.",
        )
    if is_file(after) and settled_by(after) is not None:
        raise CallError(
            f"{after} was settled, so it says what a vendor holds, and not how the customers should be",
            "Are BEFORE and AFTER swapped?",
        )
