"""Exit codes, and the error of a call that is wrong or cannot run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

CLEAN: Final = 0
FINDINGS: Final = 1
WRONG_CALL: Final = 2
CHANGES: Final = 3
"""`diff --exit-code`: there are changes."""
STOPPED: Final = 4
"""A guard stopped the run."""


class CallError(click.UsageError):
    """The call itself is wrong or cannot run: exit 2. `advice` is one sentence that says what to do."""

    def __init__(self, message: str, advice: str | None = None) -> None:
        super().__init__(message)
        self.advice = advice


def unreadable(path: Path, error: OSError, about: str = "") -> CallError:
    """Message for a file that cannot be opened: its path as given, and what it is relative to."""
    from custmap.syntax.source_text import looked_up_from

    return CallError(f"{about}{path}: {error.strerror}", looked_up_from(path, error))
