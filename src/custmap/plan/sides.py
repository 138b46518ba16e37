"""Two records that are compared, before their slots are known and after."""

from __future__ import annotations

from typing import Any, NamedTuple

from custmap.border.intake import Taken
from custmap.plan.overlay import Overlay

Row = tuple[Any, ...]
Record = dict[str, Any]


class Pair(NamedTuple):
    """Two records that were taken in.

    `held`     what is known of the customer; None: nothing is.
    `after`    what `taken` says, laid over that unless records are complete.
    `complete` what it does not mention is gone.
    """

    held: Taken | None
    taken: Taken
    after: Record
    complete: bool

    @property
    def before(self) -> Record:
        return {} if self.held is None else self.held.record

    @property
    def unsettled(self) -> tuple[str, ...]:
        return () if self.held is None else self.held.unsettled

    @property
    def failed(self) -> bool:
        """Could one of the records not state all that it should?"""
        return bool(self.taken.failed or (self.held is not None and self.held.failed))

    @classmethod
    def laid(cls, held: Taken | None, taken: Taken, overlay: Overlay, *, complete: bool) -> Pair:
        """Two records, the second laid over the first by an overlay."""
        if held is None or complete:
            return cls(held, taken, taken.record, complete)
        return cls(held, taken, overlay.over(held.record, taken.record, taken.texts), complete)


class Sides(NamedTuple):
    """Two records that are compared, with their slots, and what after itself states.

    `stated`   after without what it keeps of before; members that its plain texts say are not there are null.
    `own`      the slots of that.
    `complete` records are complete: what after does not mention is gone.
    """

    before: Record
    after: Record
    old: Row
    new: Row
    stated: Record
    own: Row
    complete: bool
