"""`Plan`: what changes, what cannot be said, and the request that says the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from custmap.model.note import Note
from custmap.plan.change import Change, Rejection
from custmap.plan.picture import heading, picture
from custmap.schema.canonical import Canonical
from custmap.schema.personal import is_personal
from custmap.wire.request import Request


@dataclass(frozen=True, slots=True)
class Plan:
    """The update from one customer to another.

    `requests` is empty when there is nothing to say. A plan is false only when nothing changed and
    nothing was rejected. `changes` and `rejected` are sorted by target: the order of rules is no news.
    `canonical` knows which sources are personal, for the picture.
    """

    mapping: str
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    notes: tuple[Note, ...]
    requests: tuple[Request, ...]
    canonical: Canonical | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[type[Plan], tuple[Any, ...]]:
        return Plan, (
            self.mapping, self.changes, self.rejected, self.notes, self.requests, self.canonical,
        )  # fmt: skip

    def __bool__(self) -> bool:
        return bool(self.changes or self.rejected)

    @property
    def request(self) -> Request | None:
        """The one request, or None; TypeError where a plan has several."""
        if len(self.requests) > 1:
            raise TypeError(f"this plan has {len(self.requests)} requests: see `requests`")
        return self.requests[0] if self.requests else None

    def __str__(self) -> str:
        return self.picture()

    def picture(self, *, show_values: bool = False) -> str:
        """The plan as people read it. Personal values are dots; `show_values` shows them too."""
        return picture(
            heading(self.mapping, self.requests),
            self.changes,
            self.rejected,
            self.notes,
            self.canonical.is_personal if self.canonical else is_personal,
            show_values=show_values,
        )

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """The plan as JSON values; with `secrets=False` the request hides secret parameters."""
        return {
            "mapping": self.mapping,
            "changes": [change.to_dict() for change in self.changes],
            "rejected": [rejection.to_dict() for rejection in self.rejected],
            "notes": list(map(str, self.notes)),
            "requests": [request.to_dict(secrets=secrets) for request in self.requests],
        }


class _Open:
    """A plan while it is made: the same slots, but plain assignment."""

    __slots__ = Plan.__slots__

    def __init__(
        self,
        mapping: str,
        changes: tuple[Change, ...],
        rejected: tuple[Rejection, ...],
        notes: tuple[Note, ...],
        requests: tuple[Request, ...],
        canonical: Canonical | None,
    ) -> None:
        self.mapping = mapping
        self.changes = changes
        self.rejected = rejected
        self.notes = notes
        self.requests = requests
        self.canonical = canonical


def make_plan(
    mapping: str,
    changes: tuple[Change, ...],
    rejected: tuple[Rejection, ...],
    notes: tuple[Note, ...],
    requests: tuple[Request, ...],
    canonical: Canonical | None = None,
) -> Plan:
    """`Plan(…)` at a quarter of its price, as `make_request` makes requests."""
    made: Any = _Open(mapping, changes, rejected, notes, requests, canonical)
    made.__class__ = Plan
    return cast(Plan, made)
