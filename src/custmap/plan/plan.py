"""`Plan`: what changes, what cannot be said, and the request that says the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from custmap.diagnostics.span import Span
from custmap.model.note import Note
from custmap.plan.request import Request
from custmap.schema.canonical import Canonical


def _shown(told: object, members: dict[str, Any]) -> str:
    """As a dataclass is shown; a place is its line."""
    return f"{type(told).__name__}({', '.join(f'{name}={value!r}' for name, value in members.items())})"


class Change(NamedTuple):
    """One change in the vendor's own terms.

    `target`  the place in the request (`tags`, `attributes.plan`, `channels[type=email]`).
    `source`  the canonical path behind it, or None.
    `before`, `after`  target values; None also where there was, or is, none.
    `span`    the rule's place in the mapping file: two rules may stand on one line.
    `request` which of the plan's requests says it, from 0; None where none does.
    """

    action: Literal["set", "clear"]
    target: str
    source: str | None
    before: Any
    after: Any
    span: Span
    request: int | None = 0

    @property
    def line(self) -> int:
        """The rule's line in the mapping file."""
        return self.span.line

    def __repr__(self) -> str:
        return _shown(self, self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "target": self.target,
            "source": self.source,
            "before": self.before,
            "after": self.after,
            "line": self.line,
            "request": self.request,
        }


class Rejection(NamedTuple):
    """One change that the vendor cannot be told, and why; no value of the record is in `message`."""

    code: str
    target: str
    source: str | None
    span: Span
    message: str

    @property
    def line(self) -> int:
        """The rule's line in the mapping file."""
        return self.span.line

    def __repr__(self) -> str:
        return _shown(self, self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "target": self.target,
            "source": self.source,
            "line": self.line,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The update from one customer to another.

    `requests` is empty when there is nothing to say. A plan is false only when nothing changed and
    nothing was rejected. `changes` and `rejected` are sorted by target: the order of rules is no news.
    `added` are the targets that had no value, `canonical` knows which sources are personal: both are for
    the picture.
    """

    mapping: str
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    notes: tuple[Note, ...]
    requests: tuple[Request, ...]
    added: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    canonical: Canonical | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[type[Plan], tuple[Any, ...]]:
        return Plan, (
            self.mapping, self.changes, self.rejected, self.notes, self.requests, self.added, self.canonical,
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
        from custmap.plan.picture import picture

        return picture(self)

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
        added: frozenset[str],
        canonical: Canonical | None,
    ) -> None:
        self.mapping = mapping
        self.changes = changes
        self.rejected = rejected
        self.notes = notes
        self.requests = requests
        self.added = added
        self.canonical = canonical


def make_plan(
    mapping: str,
    changes: tuple[Change, ...],
    rejected: tuple[Rejection, ...],
    notes: tuple[Note, ...],
    requests: tuple[Request, ...],
    added: frozenset[str] = frozenset(),
    canonical: Canonical | None = None,
) -> Plan:
    """`Plan(…)` at a quarter of its price, as `make_request` makes requests."""
    made: Any = _Open(mapping, changes, rejected, notes, requests, added, canonical)
    made.__class__ = Plan
    return cast(Plan, made)
