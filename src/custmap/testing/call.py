"""Make the call that a fixture tests, and keep the result, including errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from custmap.diagnostics.errors import CustmapError
from custmap.mapping.form import Kind
from custmap.testing.expectation import OUTCOME_MEMBERS
from custmap.testing.fixture import Answered, Answers, Apply, Diff, Fixture, Reverse, Settle, Stated
from custmap.values.absent import ABSENT

if TYPE_CHECKING:
    from custmap.back.outcome import Outcome
    from custmap.mapper import Mapping
    from custmap.plan.plan import Plan
    from custmap.settle.sent import Outcomes
    from custmap.tables.source import Source
    from custmap.wire.request import Request


class Load(Protocol):
    """The part of `custmap.load`, and of `custmap.source`, that fixtures need."""

    def __call__(
        self, name_or_path: str | Path, *, start: Path, kind: Kind = "mapping"
    ) -> Mapping | Source: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a call: what it gave, an error, or a description of misuse.

    Apply gives requests, diff a plan and its requests, reverse a customer, outcome an outcome, settle a plan
    and what is kept, None for nothing.
    """

    mapping: Mapping | None = None
    requests: tuple[Request, ...] = ()
    plan: Plan | None = None
    customer: Any = ABSENT
    outcome: Outcome | None = None
    error: CustmapError | None = None
    misuse: str | None = None
    source: Source | None = None

    @property
    def request(self) -> Request | None:
        """The first request, None if there is none."""
        return self.requests[0] if self.requests else None

    def members(self) -> dict[str, Any]:
        """The customer or the outcome, by the name under which a fixture expects it."""
        if self.outcome is not None:
            told = self.outcome.to_dict()
            return {"outcome": {name: told[name] for name in OUTCOME_MEMBERS}}
        return {} if self.customer is ABSENT else {"customer": self.customer}


def load_named(
    name_or_path: str | Path,
    *,
    start: Path,
    kind: Kind = "mapping",
    functions: Sequence[str] = (),
    root: str | None = None,
) -> Mapping | Source:
    """`custmap.load` or `custmap.source`, imported when the first fixture runs: importing takes time.

    `functions` names a project's own modules of functions; ImportError if one is not found.
    """
    modules = [import_module(name) for name in functions]
    if kind == "source":
        from custmap.tables.source import source

        return source(name_or_path, start=start, functions=modules, root=root)
    from custmap.mapper import load

    return load(name_or_path, start=start, functions=modules, root=root)


def call(fixture: Fixture, load: Load) -> Answer:
    """Load the mapping and call it. Only a bug of custmap is raised as an exception."""
    mapping = None
    try:
        source = source_of(fixture, load)
        if isinstance(fixture.call, Stated):
            assert source is not None, "`source` was checked"
            return Answer(customer=source.customer(fixture.call.row))
        mapping = mapping_of(fixture, load)
        if source is not None:
            return _through(mapping, source, fixture)
        match fixture.call:
            case Apply(customer, options):
                return Answer(mapping, mapping.requests(customer, fixture.params, **options))
            case Diff(before, after, options):
                plan = mapping.diff(before, after, fixture.params, **options)
                return Answer(mapping, plan.requests, plan)
            case Reverse(document, base):
                return Answer(mapping, customer=mapping.reverse(document, base))
            case Answered():
                return Answer(mapping, outcome=_outcome(mapping, fixture.call, fixture.call.request))
            case Settle(Diff(before, after, options), answers):
                plan = mapping.diff(before, after, fixture.params, **options)
                kept = mapping.settle(before, after, plan, _outcomes(mapping, plan, answers), **options)
                return Answer(mapping, plan.requests, plan, kept)
    except CustmapError as error:
        return Answer(mapping, error=error)
    except (TypeError, ValueError) as error:
        # Misuse of the API, such as a parameter that the mapping does not declare.
        return Answer(mapping, misuse=f"{type(error).__name__}: {error}")


def _through(mapping: Mapping, source: Source, fixture: Fixture) -> Answer:
    """The answer where records are rows; of one row what it states, too."""
    match fixture.call:
        case Apply(row, options):
            stated = source.reader.take(row).record
            try:
                requests = mapping.requests(row, fixture.params, source=source, **options)
            except CustmapError as error:
                return Answer(mapping, customer=stated, error=error, source=source)
            return Answer(mapping, requests, customer=stated, source=source)
        case Diff(before, after, options):
            plan = mapping.diff(before, after, fixture.params, source=source, **options)
            return Answer(mapping, plan.requests, plan, source=source)
    raise AssertionError("`source` was checked")


def _outcome(mapping: Mapping, answer: Answered, request: Request | str | None) -> Outcome:
    if request is None:
        return mapping.outcome(answer.status, answer.body)
    return mapping.outcome(answer.status, answer.body, request)


def _outcomes(mapping: Mapping, plan: Plan, answers: Answers) -> Outcomes:
    """The outcome of one answer, or the outcomes of several by request."""
    if not isinstance(answers, dict):
        return None if answers is None else _outcome(mapping, answers, None)
    requests: dict[str | int, Request] = {one.name: one for one in plan.requests}
    requests |= dict(enumerate(plan.requests))
    return {
        name: None if one is None else _outcome(mapping, one, requests.get(name, str(name)))
        for name, one in answers.items()
    }


def mapping_of(fixture: Fixture, load: Load) -> Mapping:
    """The mapping that a fixture names; with a suffix it is a file, relative to the fixture. MappingError."""
    return cast("Mapping", _loaded(fixture, fixture.mapping, load, "mapping"))


def source_of(fixture: Fixture, load: Load) -> Source | None:
    """The source that a fixture names, found as its mapping is."""
    if fixture.source is None:
        return None
    return cast("Source", _loaded(fixture, fixture.source, load, "source"))


def _loaded(fixture: Fixture, name: str, load: Load, kind: Kind) -> Mapping | Source:
    folder = fixture.path.absolute().parent
    return load(folder / name if name.endswith((".yaml", ".yml")) else name, start=folder, kind=kind)


def plan_of(fixture: Fixture, answer: Answer) -> Plan | None:
    """The plan behind an answer, for its changes and lines; None if there is none.

    Apply is a diff without a before, so its plan tells what apply set and refused.
    """
    if answer.plan is not None or answer.mapping is None or not isinstance(fixture.call, Apply):
        return answer.plan
    options = {key: value for key, value in fixture.call.options.items() if key != "on_rejected"}
    options |= {} if answer.source is None else {"source": answer.source}
    try:
        return answer.mapping.diff(None, fixture.call.customer, fixture.params, **options)
    except (CustmapError, TypeError, ValueError):
        return None
