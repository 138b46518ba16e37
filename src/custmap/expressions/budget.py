"""How much text the functions of one record may make: a short expression can ask for gigabytes.

The amount is kept per thread, and starts anew with each record (`metered`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import local
from typing import Any, Final, TypeVar

from custmap.expressions.function import FunctionError

MOST: Final = 16 * 1024 * 1024
"""Characters a record."""
FREE: Final = 256
"""Shorter texts are not counted: what holds them takes as much memory."""

_F = TypeVar("_F", bound=Callable[..., Any])


class _Spent(local):
    amount = 0


_spent = _Spent()


def spend(characters: int) -> None:
    """Ask before a text of this length is made; FunctionError if the record has made too much."""
    if characters <= FREE:
        return
    if _spent.amount + characters > MOST:
        raise FunctionError("makes more than 16 MiB of text in one record")
    _spent.amount += characters


def metered(function: _F) -> _F:
    """The function of one record, with a budget of its own."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        _spent.amount = 0
        return function(*arguments)

    return call  # type: ignore[return-value]
