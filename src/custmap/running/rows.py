"""Rows of slots: one customer gives one row."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

from custmap.running.states import bare
from custmap.values.equality import same


def equal(before: tuple[Any, ...], after: tuple[Any, ...], mixed: Set[int]) -> bool:
    """Are two rows the same for certain? A false answer means: look closer.

    Python's equality is JSON's but for booleans among numbers; `mixed` are the slots that may hold both.
    """
    return before == after and (not mixed or all(same(before[slot], after[slot]) for slot in mixed))


def bare_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row of before, whether it is settled or not."""
    return tuple(map(bare, row))


def kept_row(before: tuple[Any, ...], after: tuple[Any, ...], identities: Iterable[int]) -> tuple[Any, ...]:
    """The row of before, with after's identities."""
    row = list(bare_row(before))
    for slot in identities:
        row[slot] = after[slot]
    return tuple(row)
