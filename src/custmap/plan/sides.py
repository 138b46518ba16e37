"""Two records that are compared, before their slots are known and after."""

from __future__ import annotations

from typing import Any, NamedTuple

from custmap.border.intake import Taken
from custmap.model.silence import kept
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
        """Two records, the second laid over the first by an overlay.

        What before could not state, and after does not mention, stays so.
        """
        if held is None or complete:
            return cls(held, taken, taken.record, complete)
        if held.failed:
            known = {one.path for one in taken.failed}
            still = (one for one in held.failed if one.path not in known and not _mentions(taken, one.path))
            taken = taken._replace(failed=(*taken.failed, *still))
        return cls(held, taken, laid_over(held.record, taken, overlay), complete)


def laid_over(before: Record, taken: Taken, overlay: Overlay) -> Record:
    """A record laid over another; where it says nothing of a part of a map or list, that stays."""
    after = kept(before, taken.record, taken.silent) if taken.silent else taken.record
    return overlay.over(before, after, taken.texts)


def _mentions(taken: Taken, path: tuple[str, ...]) -> bool:
    """Does a record say something of a path? A text says all of a name or phone, null of all in it."""
    value: Any = taken.record
    for name in path:
        if value is None:
            return True
        if type(value) is not dict or name not in value:
            return path[0] in taken.texts
        value = value[name]
    return True


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
