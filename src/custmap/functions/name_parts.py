"""The parts of a name, and the characters by which an East Asian name is known.

The functions for names need these for every record; what splits a text is imported when the first text comes
(`names.py`), since its vocabulary and expressions take longer to build than a mapping to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTS: Final = ("prefix", "given", "middle", "family", "suffix")

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々〆〇"
"""Chinese and Japanese characters, as ranges for a pattern."""
SELECTORS: Final = "\ufe00-\ufe0d\U000e0100-\U000e01ef"
"""They stand behind a Chinese or Japanese character and choose a form of it; as ranges for a pattern."""


@dataclass(frozen=True, slots=True)
class SplitName:
    """The parts of a name, None for those that it does not have. `ambiguous` is a phrase, without any part of
    the name, that says what was a guess; None: nothing was."""

    prefix: str | None = None
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    suffix: str | None = None
    ambiguous: str | None = None
