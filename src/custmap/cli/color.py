"""Whether to use colour: by the command line, else NO_COLOR and FORCE_COLOR, else on a terminal."""

from __future__ import annotations

import os
from typing import IO, Any

import click


def colored(stream: IO[Any]) -> bool:
    """Should text for this stream be coloured? (no-color.org, force-color.org)"""
    context = click.get_current_context(silent=True)
    said = context.find_root().meta.get("custmap.color") if context else None
    if said in ("always", "never"):
        return bool(said == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
