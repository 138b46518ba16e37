"""Updates that are said as a list of changes: where the list is, and how a node's change is said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from msgspec import Struct

from custmap.model.filling import Filling
from custmap.model.template import Template


class Changes(Struct, frozen=True):
    """A body whose list has an item for each change.

    `into`      the names that lead to the list; (): the body itself is the list.
    `paths`     how a path in a template is written: dotted, pointer, scim.
    `required`  the contract requires the list.
    `fails`     a clear of what is not there fails.
    """

    into: tuple[str, ...]
    paths: str
    required: bool
    fails: bool


@dataclass(frozen=True, slots=True)
class Says:
    """The templates of a node's values.

    `add`     where it is known that the vendor has none; often as `set`.
    `always`  it is in every update that has something to say.
    `filling` what the contract asks of a single value in a text of a template.
    `others`  the names of other rules in the same templates: no entry and no item is said by one of them.
    `is_sure` the templates can say every entry and item, if their paths can be written.
    """

    set: Template
    add: Template
    always: bool = False
    filling: Filling | None = None
    others: tuple[Collection[str], ...] = field(default=(), compare=False)
    is_sure: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        sure = not self.others and not any(one.parts for one in self.templates)
        object.__setattr__(self, "is_sure", sure)

    @property
    def templates(self) -> tuple[Template, ...]:
        return (self.set,) if self.add is self.set else (self.set, self.add)

    def is_taken(self, name: str | None) -> bool:
        """Is it the name of another rule's value?"""
        return any(name in one for one in self.others)
