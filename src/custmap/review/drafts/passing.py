"""A drafted mapping is checked and run before it is written: what does not pass becomes a comment.

A name and a type show most of what a rule may do, and the checks know the rest. So a draft is tried, and the
rules with errors are left out, until none is left that does not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
from custmap.review.drafts.example_values import example_customer, without
from custmap.review.drafts.mapping_text import fixture_text, rules_of
from custmap.review.drafts.project import DraftError, Project
from custmap.review.drafts.skeleton import Place, Skeleton
from custmap.values.absent import ABSENT
from custmap.values.files import real, unsaved
from custmap.values.paths import format_path

_ROUNDS: Final = 12
_DOUBTS: Final = frozenset({"CM412", "CM413"})
"""Warnings that a filled rule must not have: only some customers' values would fit."""

Written = tuple[Skeleton, str, dict[int, Place]]
"""A skeleton, its text, and the places of the request by line."""


def passing(
    project: Project, write: Callable[[Mapping[Place, int]], Written], others: Mapping[Path, bytes]
) -> Written:
    """The draft whose rules all pass; `write` drafts it without what was refused so often.

    `others` are files that it uses. DraftError when what is wrong is not one rule.
    """
    refused: dict[Place, int] = {}
    for _ in range(_ROUNDS):
        drawn, text, places = write(refused)
        with _as_written(project, text, others):
            found = check_mapping(project.mapping, with_functions(()))[1]
        errors = [one for one in found if one.level is Severity.ERROR]
        doubts = [one for one in found if one.code in _DOUBTS]
        at_rules = [(places[one.line], one) for one in (*errors, *doubts) if one.line in places]
        wrong = {place for place, one in at_rules if _is_new(one, refused.get(place, 0))}
        if not wrong:
            if errors:
                raise _refusal(errors)
            return drawn, text, places
        for place in wrong:
            refused[place] = refused.get(place, 0) + 1
    raise _refusal(errors)


def _as_written(project: Project, text: str, others: Mapping[Path, bytes]) -> AbstractContextManager[None]:
    """Within the block the files of a draft are as if they were there."""
    return unsaved({real(path): data for path, data in {**others, project.mapping: text.encode()}.items()})


def _is_new(one: Diagnostic, tries: int) -> bool:
    """Errors are tried twice: a rule by its name, then a parameter. A doubt about the second is left."""
    return tries < 2 if one.level is Severity.ERROR else tries < 1


def _refusal(errors: Sequence[Diagnostic]) -> DraftError:
    first = errors[0]
    return DraftError(f"The operation cannot be mapped: {first.code}: {first.message}", first.help)


@dataclass(frozen=True, slots=True)
class Tried:
    """A fixture, as its members."""

    members: dict[str, Any]

    @property
    def text(self) -> bytes:
        return fixture_text(self.members).encode()


def tried(project: Project, written: Written, others: Mapping[Path, bytes]) -> Tried:
    """A fixture with a customer who states what the rules read, and what is sent for her."""
    from custmap.mapper import load

    drawn, text, _ = written
    rows = rules_of(drawn)
    reads = [path for row in rows for path in row.reads]
    params = {
        one.name: one.sample
        for one in drawn.params.known.values()
        if one.sample is not ABSENT and (one.needed or one.secret)
    }
    customer = example_customer(reads, drawn.ids)
    with _as_written(project, text, others):
        mapping = load(project.mapping)
    by_target = {format_path(row.path): row.reads for row in rows}
    head = {"mapping": project.name, "summary": "What a customer of the canonical schema's examples sends"}
    while True:
        try:
            request = mapping.apply(customer, params)
        except RecordError as error:
            smaller = _smaller(customer, error, by_target)
            if smaller == customer:
                return _refused(head, params, customer, error)
            customer = smaller
        except CustmapError as error:
            return _refused(head, params, customer, error)
        else:
            sent: dict[str, Any] = {"method": request.method, "url": request.url}
            if request.body is not None:
                sent["body"] = request.body
            return Tried({**_given(head, params, customer), "expect": {"request": sent}})


def _given(head: Mapping[str, str], params: Mapping[str, Any], customer: Any) -> dict[str, Any]:
    return {**head, **({"params": params} if params else {}), "customer": customer}


def _smaller(
    customer: dict[str, Any], error: RecordError, by_target: Mapping[str, tuple[tuple[str | int, ...], ...]]
) -> dict[str, Any]:
    """The customer without what was refused: an example that this vendor does not take."""
    for one in error.diagnostics:
        for path in by_target.get(one.target or "", ()):
            customer = without(customer, path)
    return customer


def _refused(head: Mapping[str, str], params: Mapping[str, Any], customer: Any, error: CustmapError) -> Tried:
    """A fixture that says what is missing: a value that the contract takes was not found."""
    summary = "What the contract requires is missing here: give it, and write down what is sent"
    given = _given({**head, "summary": summary}, params, customer)
    return Tried({**given, "expect": {"error": error.diagnostics[0].code}})
