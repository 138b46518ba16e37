"""A vendor's copy over a customer: what it does not state is kept, and so is what is unsettled of it."""

from __future__ import annotations

from typing import Any, Protocol

from custmap.border.intake import Taken
from custmap.border.unsettled import UNSETTLED
from custmap.model.note import Note
from custmap.plan.open_paths import mentions, open_path
from custmap.values.types import Type

Read = tuple[dict[str, Any], tuple[Note, ...]]


class Reads(Protocol):
    """What reads a vendor's copy, for one request or several."""

    def read(self, document: object, base: dict[str, Any] | None = None) -> Read: ...


def read_back(back: Reads, document: object, base: Taken | None, type_: Type) -> Read:
    """The customer of a vendor's copy, laid over one who was taken in, and notes about what was not read.

    `type_` is that of the canonical record. What the copy states is settled.
    """
    if base is None:
        return back.read(document)
    customer, notes = back.read(document, base.record)
    if not base.unsettled:
        return customer, notes
    stated, _ = back.read(document)
    left = [path for path in base.unsettled if not mentions(stated, open_path(path).names, type_)]
    return {**customer, UNSETTLED: left} if left else customer, notes
