"""How a vendor is told of single items of a list of scalars."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from custmap.contract.form_body import FormStyle
from custmap.model.clear import ItemIn
from custmap.model.template import Template
from custmap.values.types import Type

Way: TypeAlias = ItemIn | Template
"""How the vendor is told of an item of a list: its value is listed at a place, or an item says so."""


class ItemWays(Struct, frozen=True):
    """How the vendor is told of an item that came, and of one that is gone; None: it cannot be told.

    `form`    how the list is written at the rule's target, where the body is a form.
    `gone_type` the contract's type of an item that is gone, None: nothing is known. That of one that came is
              the leaf's.
    `others`  the actions ("set", "clear") that another request tells: to be silent about them loses nothing.
    """

    added: Way | None
    gone: Way | None
    form: FormStyle | None = None
    others: frozenset[str] = frozenset()
    gone_type: Type | None = None

    @property
    def told_by_others(self) -> frozenset[str]:
        """The actions that another request tells, and this one does not."""
        return frozenset(
            action
            for action, way in (("set", self.added), ("clear", self.gone))
            if way is None and action in self.others
        )

    @property
    def all(self) -> tuple[Way, ...]:
        return tuple(way for way in (self.gone, self.added) if way is not None)

    @property
    def places(self) -> tuple[ItemIn, ...]:
        return tuple(way for way in self.all if isinstance(way, ItemIn))

    @property
    def is_elsewhere(self) -> bool:
        """Is nothing written at the rule's own target, which is then a name only?"""
        return all(isinstance(way, ItemIn) for way in self.all)
