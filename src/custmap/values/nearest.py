"""The known name nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_MANY: Final = 2000
"""Of more names only those are compared that differ in case and signs alone: a file can have thousands."""


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The known name closest to `word`, or None if none is close.

    At most a third of the letters (but at least one) may differ; a swap of two neighbours counts once.

    >>> nearest("emial", ["email", "phone"])
    'email'
    """
    best: tuple[int, str] | None = None
    names = list(names)
    if len(names) > _MANY:
        letters = _letters(word)
        names = [name for name in names if _letters(name) == letters]
    for name in names:
        limit = max(1, max(len(word), len(name)) // 3)
        if abs(len(word) - len(name)) > limit:
            continue
        apart = 0 if word == name else distance(word.casefold(), name.casefold(), limit)
        if apart <= limit and (best is None or (apart, name) < best):
            best = (apart, name)
    return best[1] if best else None


@lru_cache(maxsize=2**17)
def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def distance(a: str, b: str, limit: int = 2**31) -> int:
    """Damerau-Levenshtein distance, restricted to neighbours (optimal string alignment).

    Above `limit` the result is only a lower bound, greater than `limit`.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        above, row = row, [i] + [0] * len(b)
        for j, right in enumerate(b, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and right == a[i - 2]:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > limit and min(above) > limit:
            return limit + 1
        before = above
    return row[-1]
