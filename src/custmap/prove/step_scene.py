"""What is proved of a mapping with several requests beside each request alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from custmap.diagnostics.errors import RecordError
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken
from custmap.prove.overlaid import overlaid
from custmap.prove.places import Edit, Place, edited, skeleton
from custmap.prove.scene import Absent, Case, Engine, Record


@dataclass(slots=True)
class StepScene(ABC):
    """Something that requests say of a customer; `refused`: why the last one had no plan."""

    mapping: Engine
    params: Mapping[str, Any]
    refused: str | None = field(init=False, default=None)

    @abstractmethod
    def identities(self) -> list[tuple[Any, ...]]:
        """The paths of what names the customer."""

    @abstractmethod
    def places(self) -> tuple[Place, ...]:
        """What is read of the customer."""

    @abstractmethod
    def broken_by(self, case: Case) -> tuple[str, Broken] | None:
        """The first law that a case breaks, by name."""

    @property
    def start(self) -> Record:
        """The smallest customer whom requests can name."""
        edits = [Edit(way, "1") for way in self.identities()]
        return edited(skeleton(self.mapping.checked.canonical.type), edits)

    def planned(self, before: Record | None, after: Record, absent: Absent = "keep") -> Plan | None:
        """A plan, None if there is none."""
        try:
            return self.mapping.diff(before, after, self.params, absent=absent)
        except RecordError as error:
            self.refused = str(error.diagnostics[0])
            return None

    def laid(self, before: Record, after: Record) -> Record:
        return overlaid(deepcopy(before), deepcopy(after), self.mapping.checked.canonical)
