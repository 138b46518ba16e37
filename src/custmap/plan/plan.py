"""`Plan`: what changes, what the vendor cannot be told, and the request for the rest."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from custmap.model.change import Change, Rejection
from custmap.model.note import Note
from custmap.plan.picture import heading, picture
from custmap.wire.request import Request


class Plan(Struct, frozen=True):
    """The update from one customer to another.

    `mapping`    the mapping's name.
    `changes`    what is set and cleared, `rejected` what the vendor cannot be told; sorted by target.
    `notes`      sentences about targets or the record.
    `requests`   in the order in which they are sent; empty when there is nothing to send.

    A plan is falsy if nothing changed and nothing was rejected.
    """

    mapping: str
    changes: tuple[Change, ...]
    rejected: tuple[Rejection, ...]
    notes: tuple[Note, ...]
    requests: tuple[Request, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.rejected)

    @property
    def request(self) -> Request | None:
        """The request, None if there is nothing to send; TypeError if there are several."""
        if len(self.requests) > 1:
            raise TypeError(f"this plan has {len(self.requests)} requests: see `requests`")
        return self.requests[0] if self.requests else None

    def __str__(self) -> str:
        return self.picture()

    def picture(self, *, show_values: bool = False) -> str:
        """The text that `custmap diff` prints. Personal values are dots unless `show_values`."""
        return picture(
            heading(self.mapping, self.requests, show_values=show_values),
            self.changes,
            self.rejected,
            self.notes,
            show_values=show_values,
        )

    def to_dict(self, *, secrets: bool = True) -> dict[str, Any]:
        """The plan as JSON values; `secrets=False` shows secrets as `{{name}}`."""
        requests = [request.to_dict(secrets=secrets) for request in self.requests]
        return self.told(secrets=secrets) | {"requests": requests}

    def told(self, *, secrets: bool = True) -> dict[str, Any]:
        """`to_dict` without its requests."""
        return {
            "mapping": self.mapping,
            "changes": [change.to_dict(secrets=secrets) for change in self.changes],
            "rejected": [rejection.to_dict(secrets=secrets) for rejection in self.rejected],
            "notes": list(map(str, self.notes)),
        }
