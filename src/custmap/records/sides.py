"""The two sides of a comparison, as messages name them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeAlias

from custmap.diagnostics.errors import RecordError

Side: TypeAlias = Literal["before", "after"]
SIDES: Final[tuple[Side, Side]] = ("before", "after")


def on_side(side: Side, error: RecordError) -> RecordError:
    """The same error, with the side that it is about."""
    return RecordError(replace(one, message=f"{side}, {one.message}") for one in error.diagnostics)
