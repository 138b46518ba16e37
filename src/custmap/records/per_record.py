"""What is made of one record after another: with parameters of all, or of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from custmap.model.note import Note
    from custmap.records.identity import Who
    from custmap.wire.request import Request

T = TypeVar("T")
Applier: TypeAlias = "Callable[[Any, bool], tuple[Request, ...]]"
"""From a record, and whether it is known to fit the schema, to its requests."""
LineApplier: TypeAlias = "Callable[[Any, bool, Who], tuple[bytes, tuple[Note, ...]]]"
"""From these, and which record it is, to what is written, and the notes of the requests."""
Show: TypeAlias = "Callable[[Request, Who, int], bytes]"
"""From a request, the record that it is of, and its place among those of the record, to what is written."""


def by_record(make: Callable[[Any], T], params: Any) -> Callable[[Any], T]:
    """What `make` makes of the parameters of a record: once, unless they are a function from it."""
    if callable(params):
        return lambda record: make(params(record))
    made = make(params)
    return lambda record: made


def lines_applier(apply: Callable[[Any], Applier], show: Show, between: bytes = b"") -> LineApplier:
    """What writes the requests of a record, of which there may be several, and says their notes.

    `apply` gives the applier of a record, `show` writes a request; `between` stands between two.
    """

    def lines(record: Any, fits: bool, who: Who) -> tuple[bytes, tuple[Note, ...]]:
        requests = apply(record)(record, fits)
        written = [show(request, who, place) for place, request in enumerate(requests)]
        return between.join(written), tuple(dict.fromkeys(note for one in requests for note in one.notes))

    return lines
