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

    def outcome(self, status: int, body: object) -> Outcome:
        """The outcome of an answer to a request with one customer."""
        return self.reader.read(status, body) if self._bulk is None else self._bulk.read(status, body)[0]

    def outcomes(self, status: int, body: object, sent: object) -> tuple[Outcome, ...]:
        """The outcomes of an answer for the customers whom a request carried; `sent` is its body."""
        if self._bulk is None:
            return (self.reader.read(status, body),)
        return self._bulk.read(status, body, sent)
