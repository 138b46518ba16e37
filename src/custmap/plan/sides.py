"""Two records that are compared, before their slots are known and after."""

from __future__ import annotations

from typing import Any, NamedTuple

from custmap.border.intake import Taken

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
