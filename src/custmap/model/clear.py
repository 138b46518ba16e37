"""Ways of clearing: how a vendor is told that a value is gone. One class per way, with its facts.

Code that depends on what a way can do reads a fact (`fits_item`) and never compares names. So a new way is a
class here, what it writes in `running/clearing.py`, and how the declared store reads it in `prove/store.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from custmap.contract.form_body import FormStyle
from custmap.model.template import Template
from custmap.values.numbers import key_text
from custmap.values.paths import TargetPath


@dataclass(frozen=True, slots=True)
class Clear:
    """One way of clearing.

    `says`            the vendor is told; else the change is rejected (`impossible`) or noted (`skip`).
    `at_place`        the vendor is told by a value at the target's own place.
    `fits_container`  it can clear a whole map or list without knowing its content.
    `fits_item`       it can express which item of a list with a key is gone.
    `fits_in_item`    a member of an item may have it.
    `only_replaced`   it works only if the container around the target is sent whole.
    `by_request`      each entry or item has a request of its own.
    """

    says: ClassVar[bool] = True
    at_place: ClassVar[bool] = False
    fits_container: ClassVar[bool] = False
    fits_item: ClassVar[bool] = False
    fits_in_item: ClassVar[bool] = True
    only_replaced: ClassVar[bool] = False
    by_request: ClassVar[bool] = False

    @property
    def places(self) -> tuple[TargetPath, ...]:
        """The places in the body where it writes, apart from the target's own place."""
        return ()

    def for_container(self, empty: Any) -> Clear:
        """The same way for a whole map or list; `empty` is `{}` or `[]`."""
        return self

    def for_item(self) -> Clear:
        """The same way for an item, which its key names."""
        return self

    def unwritable(self, name: Any) -> str | None:
        """Why it cannot say that what has this name is gone; None if it can."""
        return None


@dataclass(frozen=True, slots=True)
class SendNull(Clear):
    at_place: ClassVar[bool] = True
    fits_container: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Send(Clear):
    """A given value means "there is none"."""

    value: Any
    at_place: ClassVar[bool] = True
    fits_container: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendEmpty(Send):
    """`""`, `[]` or `{}`, depending on the contract's type."""

    def for_container(self, empty: Any) -> Clear:
        return SendEmpty(empty)


@dataclass(frozen=True, slots=True)
class Write(Clear):
    """Other members are written: `writes` are their places and values."""

    writes: tuple[tuple[TargetPath, Any], ...]
    fits_container: ClassVar[bool] = True

    @property
    def places(self) -> tuple[TargetPath, ...]:
        return tuple(place for place, _ in self.writes)


@dataclass(frozen=True, slots=True)
class Named(Clear):
    """A name is written at `place`; `name` None: the target's last part, or the entry's key.

    `form`         how the place is written, where the body is a form.
    `others`       of a map or list: the names that other rules write there.
    `container`    what the contract has at `place`, `array` or `object`, and its `items`, where it has some.
    `takes_value`  a `value` belongs to it.
    `is_shared`    several rules may write names at one place.
    """

    place: TargetPath
    name: str | None = None
    value: Any = None
    form: FormStyle | None = None
    others: Collection[str] = field(default=(), compare=False, repr=False)
    fits_item: ClassVar[bool] = True
    fits_in_item: ClassVar[bool] = False
    container: ClassVar[str]
    items: ClassVar[str | None] = None
    takes_value: ClassVar[bool] = False
    is_shared: ClassVar[bool] = True

    @property
    def places(self) -> tuple[TargetPath, ...]:
        return (self.place,)

    def for_item(self) -> Clear:
        return self if self.name is None else replace(self, name=None)


@dataclass(frozen=True, slots=True)
class NameIn(Named):
    """The name is listed in the array at `place`."""

    container: ClassVar[str] = "array"
    items: ClassVar[str | None] = "string"

    def unwritable(self, name: Any) -> str | None:
        taken = _taken(name, self.others)
        return taken if self.form is None or taken else self.form.unwritable([self.name or name])


@dataclass(frozen=True, slots=True)
class KeyIn(Named):
    """The name is a member of the object at `place`, with `value`."""

    container: ClassVar[str] = "object"
    takes_value: ClassVar[bool] = True

    def unwritable(self, name: Any) -> str | None:
        taken = _taken(name, self.others)
        said = {str(self.name or name): self.value}
        return taken if self.form is None or taken else self.form.unwritable(said)


@dataclass(frozen=True, slots=True)
class ItemIn(Named):
    """The item of a list of scalars is itself listed in the array at `place`: that it came, or is gone."""

    container: ClassVar[str] = "array"
    is_shared: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Operated(Clear):
    """An item of the list of changes says so.

    `fails`   it does where there is nothing.
    `others`  the names of other rules in the same template: no entry and no item is cleared by one of them.
    """

    template: Template
    fails: bool
    others: Collection[str] = field(default=(), compare=False, repr=False)
    fits_item: ClassVar[bool] = True
    fits_in_item: ClassVar[bool] = False

    def unwritable(self, name: Any) -> str | None:
        return _taken(key_text(name), self.others)


@dataclass(frozen=True, slots=True)
class Omit(Clear):
    only_replaced: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Masked(Clear):
    """It is named in the mask and left out."""

    fits_in_item: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ByRequest(Clear):
    """A request of its own says that an entry or item is gone."""

    fits_item: ClassVar[bool] = True
    fits_in_item: ClassVar[bool] = False
    by_request: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ByNoRequest(Clear):
    """An entry or item has a request of its own, and no request says that it is gone."""

    says: ClassVar[bool] = False
    by_request: ClassVar[bool] = True


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
    "mask": Masked(),
    "impossible": IMPOSSIBLE,
    "skip": SKIP,
}
"""The ways that are a single word; `send_empty` is made when the type is known."""

BY_PLACE: Final[dict[str, type[Named]]] = {"name_in": NameIn, "key_in": KeyIn}
"""The ways that name a place of the body."""


def _taken(name: Any, others: Collection[str]) -> str | None:
    return "is that of another rule's value" if name in others else None
