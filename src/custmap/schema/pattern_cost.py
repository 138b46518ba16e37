"""How long a text may be that a pattern is held against.

A pattern is matched in time that grows with its size times the text's length, its size being that of the
pattern with its counted repetitions written out: `(a{1,100}){1,100}` has 10,000 places. Where there is but
one way to go on at each sign, as in `^.{1,4000}$`, only one place is looked at, however many there are.
"""

from __future__ import annotations

import re
from typing import Final

_STEPS: Final = 2**24
"""Places times signs: a tenth of a second for most patterns, a second for the worst."""
_SMALL: Final = 64
"""Patterns of fewer places are quick on any text."""

_TOKEN: Final = re.compile(
    r"(?P<open>\((?:\?(?:[a-zA-Z-]*:|<?[=!]|P?<\w+>))?)|(?P<close>\))"
    r"|(?P<count>\{(?P<least>\d+)(?P<upto>,(?P<most>\d*))?\})|(?P<some>[*+?])"
    r"|(?P<sign>\\.|\[\^?\]?(?:\\.|[^\]\\])*(?:\]|\Z)|[^|^$])",
    re.DOTALL,
)


def longest_text(pattern: str) -> int | None:
    """The most characters of a text for the pattern; None where any text will do."""
    places, choices, ends_open = _size(pattern)
    plain = choices <= 1 and "|" not in pattern and (pattern.startswith("^") or ends_open)
    return None if plain or places <= _SMALL else _STEPS // places


def _size(pattern: str) -> tuple[int, int, bool]:
    """The places; how many repetitions have no fixed count; and does the pattern end with such a one?"""
    groups: list[tuple[int, int]] = []  # the places of each open group, and of the last part of each
    total = last = choices = 0
    chosen = False
    for token in _TOKEN.finditer(pattern):
        chosen = False
        if token["open"]:
            groups.append((total, last))
            total = last = 0
        elif token["close"]:
            around, _ = groups.pop() if groups else (0, 0)
            total, last = around + total, total
        elif token["count"]:
            least = int(token["least"][:9])
            most = int((token["most"] or token["least"])[:9])
            chosen = token["upto"] is not None and token["most"] != token["least"]
            times = max(least, most, 1)
            total, last = min(total + last * (times - 1), 2 * _STEPS), min(last * times, 2 * _STEPS)
        elif token["some"]:
            chosen = True
        else:
            total, last = total + 1, 1
        choices += chosen
    return total, choices, chosen
