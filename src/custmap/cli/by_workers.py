"""A run in parts: what workers do with one, and what becomes of it in the process of the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from custmap.cli.report import Part, Report, report_of_part
from custmap.records.checkpoints import Checkpoints
from custmap.records.outputs import Blocks
from custmap.records.workers import Job, Workers, sendable

P = TypeVar("P", bound=Part)


def by_workers(
    job: Job, count: int, given: Iterable[Any], take: Callable[[Any], None], states: Checkpoints
) -> None:
    """Take what `count` processes make of parts, in order; `states` are those of the run."""
    with Workers(job, count) as workers:
        for part in workers.results(given):
            take(part)
            if part.error is not None:
                raise part.error
            states.add(part.tally.came_in)


def reported(part: P, work: Callable[[Report], None], *, rejects: bool) -> P:
    """The part, after work on it in a worker; `rejects`: what is rejected is to be written."""
    rejected = Blocks()
    report = report_of_part(part, rejected if rejects else None)
    try:
        work(report)
    except Exception as found:
        part.error = sendable(found)
    part.rejected, part.found = rejected.all(), report.found
    return part
