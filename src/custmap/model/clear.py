"""How a vendor is told that a value is gone: a class a form, which carries the facts about it.

Whoever asks what a form can do asks for a fact (`fits_item`), never for a list of names, so that a new
form is a class here, what it writes in `plan/clearing.py` and how the declared store reads it in
`prove/store.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

Place = tuple[str, ...]
"""A place in the body, by its names."""


@dataclass(frozen=True, slots=True)
class Clear:
    """One way of clearing.

    `says`            the vendor is told; else the change is rejected (`impossible`) or noted (`skip`).
    `at_place`        a value at the target's own place tells it.
    `fits_container`  it can clear a whole map or list without knowing what is in it.
    `fits_item`       it can say which item of a list with a key is gone.
    `fits_in_item`    it may stand at a member of an item.
    `only_replaced`   it means something only where the container around is sent whole.
    """

    says: ClassVar[bool] = True
    at_place: ClassVar[bool] = False
    fits_container: ClassVar[bool] = False
    fits_item: ClassVar[bool] = False
    fits_in_item: ClassVar[bool] = True
    only_replaced: ClassVar[bool] = False

    @property
    def places(self) -> tuple[Place, ...]:
        """Where in the body it writes, other than at the target's own place."""
        return ()

    def for_container(self, empty: Any) -> Clear:
        """The same way for a whole map or list, of which `empty` is the empty one."""
        return self

    def for_item(self) -> Clear:
        """The same way for an item, which its key names."""
        return self


@dataclass(frozen=True, slots=True)
class SendNull(Clear):
    at_place: ClassVar[bool] = True
    fits_container: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Send(Clear):
    """A value of its own stands for "there is none"."""

    value: Any
    at_place: ClassVar[bool] = True
    fits_container: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendEmpty(Send):
    """`""`, `[]` or `{}`, whichever the contract's type is."""

    def for_container(self, empty: Any) -> Clear:
        return SendEmpty(empty)


@dataclass(frozen=True, slots=True)
class Write(Clear):
    """Other members are written instead: `writes` are their places and values."""

    writes: tuple[tuple[Place, Any], ...]
    fits_container: ClassVar[bool] = True

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(place for place, _ in self.writes)


@dataclass(frozen=True, slots=True)
class Named(Clear):
    """A name is written at `place`; `name` None: the target's last part, or the entry's key."""

    place: Place
    name: str | None = None
    fits_item: ClassVar[bool] = True
    fits_in_item: ClassVar[bool] = False

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.place,)

    def for_item(self) -> Clear:
        return replace(self, name=None)


@dataclass(frozen=True, slots=True)
class NameIn(Named):
    """The name is listed in the array at `place`."""


@dataclass(frozen=True, slots=True)
class KeyIn(Named):
    """The name is a member of the object at `place`, with `value`."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Omit(Clear):
    only_replaced: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Impossible(Clear):
    says: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Skip(Clear):
    says: ClassVar[bool] = False


IMPOSSIBLE: Final = Impossible()
SKIP: Final = Skip()

WORDS: Final[dict[str, Clear]] = {
    "send_null": SendNull(),
    "omit": Omit(),
    "impossible": IMPOSSIBLE,
    "skip": SKIP,
}
"""The forms that a word says; `send_empty` is one too, once the type is known."""
