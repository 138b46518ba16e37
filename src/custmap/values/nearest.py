"""The known name nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import local
from typing import Final

_MANY: Final = 2000
"""Of more names only those are compared that differ in case and signs alone: a file can have thousands."""

_COMPARED: Final = 20_000
"""So many names are compared for one file, which can have thousands of mistakes, too."""


class _Left(local):
    names: int | None = None


_left = _Left()


@contextmanager
def for_one_file() -> Iterator[None]:
    """Inside, so many names are compared as are worth it for one file; then none is near."""
    before, _left.names = _left.names, _COMPARED
    try:
        yield
    finally:
        _left.names = before


def compares_no_more() -> bool:
    """Were all names that are worth it compared?"""
    return _left.names is not None and _left.names < 0


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The known name closest to `word`, or None if none is close.

    At most a third of the letters (but at least one) may differ; a swap of two neighbours counts once.

    >>> nearest("emial", ["email", "phone"])
    'email'
    """
    if compares_no_more():
        return None
    names = list(names)
    if word in names:
        return word
    if _left.names is not None:
        _left.names -= len(names)
    if len(names) > _MANY:
        letters = _letters(word)
        names = [name for name in names if _letters(name) == letters]
    near: list[tuple[int, str]] = []
    asked = word.casefold()
    signs = set(asked)
    for name in names:
        limit = max(1, max(len(word), len(name)) // 3)
        known = name.casefold()
        # Each sign that the other does not have, and each that is too many, takes a change of its own.
        if abs(len(asked) - len(known)) <= limit and len(signs.difference(known)) <= limit:
            apart = distance(asked, known, limit)
            if apart <= limit:
                near.append((apart, name))
    return min(near)[1] if near else None


@lru_cache(maxsize=2**17)
def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def distance(a: str, b: str, limit: int = 2**31) -> int:
    """Damerau-Levenshtein distance, restricted to neighbours (optimal string alignment).

    Above `limit` the result is only a lower bound, greater than `limit`.
    """
    above: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a):
        before, above, row = above, row, [i + 1]
        for j, right in enumerate(b):
            apart = min(above[j + 1] + 1, row[j] + 1, above[j] + (left != right))
            if i and j and left == b[j - 1] and right == a[i - 1]:
                apart = min(apart, before[j - 1] + 1)
            row.append(apart)
        least = min(row)
        if least > limit:  # no later row comes below: a swap starts one row higher, and costs one
            return least
    return row[-1]
