"""The counts of a run: each record that came in went out or was rejected."""

from __future__ import annotations

from dataclasses import dataclass


class LostRecords(RuntimeError):
    """A bug in custmap: the counts of a run do not agree."""


@dataclass(slots=True)
class Tally:
    """Counts of one run; mutable."""

    came_in: int = 0
    went_out: int = 0
    rejected: int = 0
    one_sided: int = 0

    def check(self) -> None:
        """Raise LostRecords unless in = out + rejected (+ one-sided, in a join)."""
        accounted = self.went_out + self.rejected + self.one_sided
        if self.came_in != accounted:
            raise LostRecords(f"{self.came_in} in, {accounted} accounted for")
