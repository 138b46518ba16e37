"""`Mask`: where a request names what it sets or clears, and which names those are."""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from custmap.values.paths import Member, TargetPath


class Mask(Struct, frozen=True):
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


class MaskedKeys(Struct, frozen=True):
    """The keys of a map whose entries are named in a parameter, where `join` stands between two names.

    `is_deep`  those of objects in it are in names, too. It is asked as a `FormStyle` is.
    """

    join: str
    is_deep: bool
    json: ClassVar[bool] = False
    of_scalars: ClassVar[bool] = False

    def unwritable(self, value: Any) -> str | None:
        """Why the keys of a map cannot be in names; None if they can."""
        for key, entry in value.items():
            if self.join in key:
                return "has a key with what stands between the names in the mask"
            if self.is_deep and type(entry) is dict and (reason := self.unwritable(entry)):
                return reason
        return None
