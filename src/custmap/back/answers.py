"""What reads the answers of a mapping, each part made when it is first needed."""

from __future__ import annotations

from functools import cached_property

from custmap.back.bulk_reader import BulkReader
from custmap.back.outcome import Outcome
from custmap.back.reader import Reader
from custmap.back.reverse import Reverse
from custmap.codegen.define import Functions
from custmap.model.checked import Checked


class Answers:
    """What reads the answers of a mapping."""

    def __init__(self, checked: Checked, forward: Functions) -> None:
        self._checked = checked
        self._forward = forward

    @cached_property
    def reverse(self) -> Reverse:
        return Reverse(self._checked, self._forward)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self._checked, self.reverse)

    @cached_property
    def _bulk(self) -> BulkReader | None:
        bulk = self._checked.operation.bulk
        return None if bulk is None else BulkReader(self._checked, bulk, self.reader)

    def outcome(self, status: object, body: object, request: object = None) -> Outcome:
        """The outcome of an answer to a request with one customer; it is always the same `request`.

        TypeError or ValueError for a status that is none.
        """
        number = _status(status)
        return self.reader.read(number, body) if self._bulk is None else self._bulk.read(number, body)[0]

    def outcomes(
        self, status: object, body: object, sent: object, request: object = None
    ) -> tuple[Outcome, ...]:
        """The outcomes of an answer for the customers whom a request carried; `sent` is its body."""
        if self._bulk is None:
            return (self.outcome(status, body),)
        return self._bulk.read(_status(status), body, sent)


def _status(status: object) -> int:
    if not isinstance(status, int) or isinstance(status, bool):
        raise TypeError(f"status is an integer, not {type(status).__name__}")
    if not 100 <= status <= 599:
        raise ValueError(f"status is 100 to 599, not {status}")
    return int.__int__(status)
