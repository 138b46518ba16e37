"""What may be told of a bug: never the exception's text, since it may contain a value of a record."""

from __future__ import annotations

import traceback
from pathlib import Path


def told_bug(error: BaseException) -> tuple[str, str]:
    """The type of an exception, and the last place in custmap that it came through."""
    return type(error).__name__, _place(error)


def _place(error: BaseException) -> str:
    package = Path(__file__).parent.parent
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if package in Path(frame.filename).parents] or frames
    if not own:
        return "at an unknown place"
    last = own[-1]
    return f"at {Path(last.filename).name}:{last.lineno} in {last.name}"
