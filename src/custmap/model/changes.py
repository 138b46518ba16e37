"""Updates that are said as a list of changes: where the list is, and how a node's change is said."""

from __future__ import annotations

from dataclasses import dataclass

from custmap.model.filling import Filling
from custmap.model.template import Template


@dataclass(frozen=True, slots=True)
class Changes:
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
    """

    set: Template
    add: Template
    always: bool = False
    filling: Filling | None = None

    @property
    def templates(self) -> tuple[Template, ...]:
        return (self.set,) if self.add is self.set else (self.set, self.add)

    @property
    def has_parts(self) -> bool:
        """Are parts of them held against the contract when they are filled?"""
        return any(one.parts for one in self.templates)
