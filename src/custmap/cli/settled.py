"""Snapshots that `custmap settle` wrote: each says what one vendor holds."""

from __future__ import annotations

from pathlib import Path

from custmap.cli.call_error import CallError
from custmap.records.ndjson import settled_by
from custmap.values.files import is_file


def check_settled(before: Path, mapping: str) -> None:
    """CallError for a before that was settled by another mapping: it says what another vendor holds."""
    other = settled_by(before) if is_file(before) else None
    if other is not None and other != mapping:
        raise CallError(
            f"{before} was settled by {other}, so it says what that vendor holds",
            f"Give what `custmap settle {mapping}` wrote, or a snapshot.",
        )
