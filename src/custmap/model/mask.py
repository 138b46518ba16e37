"""`Mask`: where a request names what it sets or clears, and which names those are."""

from __future__ import annotations

from dataclasses import dataclass

from custmap.values.paths import Member, TargetPath


@dataclass(frozen=True, slots=True)
class Mask:
    """The vendor replaces what a request names, and leaves alone what it does not.

    `query`   the parameter that has the names, with `join` between them; None: they are listed in the body.
    `place`   where in the body.
    `is_cut`  only members of the body itself have names; else what is in them, too, up to a list's items.
    """

    is_cut: bool
    query: str | None = None
    join: str = ","
    place: TargetPath = ()

    def is_replaced(self, path: TargetPath) -> bool:
        """Is what stands there replaced as one: does its name, or one around it, end there?"""
        return bool(path) and (self.is_cut or not all(isinstance(segment, Member) for segment in path))
