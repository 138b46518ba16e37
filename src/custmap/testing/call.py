"""Make the call that a fixture tests, and keep what came back, errors included."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from custmap.diagnostics.errors import CustmapError
from custmap.testing.fixture import Apply, Diff, Fixture

if TYPE_CHECKING:
    from custmap.check.checked import Checked


class Runnable(Protocol):
    """What is run: a `custmap.Mapping`."""

    @property
    def checked(self) -> Checked: ...

    def apply(self, customer: Any, params: Any = None, **options: Any) -> Any: ...

    def diff(self, before: Any, after: Any, params: Any = None, **options: Any) -> Any: ...


class Load(Protocol):
    """`custmap.load`, as far as fixtures need it."""

    def __call__(self, name_or_path: str | Path, *, start: Path) -> Runnable: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a request (None for none), a plan (of diff), an error, or a misuse in words."""

    mapping: Runnable | None = None
    request: Any = None
    plan: Any = None
    error: CustmapError | None = None
    misuse: str | None = None


def load_mapping(name_or_path: str | Path, *, start: Path) -> Runnable:
    """`custmap.load`, imported when the first fixture runs: the engine takes its time."""
    from custmap.mapper import load

    mapping: Runnable = load(name_or_path, start=start)
    return mapping


def call(fixture: Fixture, load: Load) -> Answer:
    """Load the mapping and call it. Only a bug of custmap gets out as an exception."""
    mapping = None
    try:
        mapping = mapping_of(fixture, load)
        match fixture.call:
            case Apply(customer, options):
                return Answer(mapping, mapping.apply(customer, fixture.params, **options))
            case Diff(before, after, options):
                plan = mapping.diff(before, after, fixture.params, **options)
                return Answer(mapping, plan.request, plan)
    except CustmapError as error:
        return Answer(mapping, error=error)
    except (TypeError, ValueError) as error:
        # Misuse of the API, as by a parameter that the mapping does not declare.
        return Answer(mapping, misuse=f"{type(error).__name__}: {error}")


def mapping_of(fixture: Fixture, load: Load) -> Runnable:
    """The mapping that a fixture names; with a suffix it is a file, seen from the fixture. MappingError."""
    folder = fixture.path.absolute().parent
    if fixture.mapping.endswith((".yaml", ".yml")):
        return load(folder / fixture.mapping, start=folder)
    return load(fixture.mapping, start=folder)


def plan_of(fixture: Fixture, answer: Answer) -> Any:
    """The plan behind an answer, for its changes and lines; None where there is none.

    Apply is a diff without a before, so its plan tells what apply set and refused.
    """
    if answer.plan is not None or answer.mapping is None or not isinstance(fixture.call, Apply):
        return answer.plan
    options = {key: value for key, value in fixture.call.options.items() if key != "on_rejected"}
    try:
        return answer.mapping.diff(None, fixture.call.customer, fixture.params, **options)
    except (CustmapError, TypeError, ValueError):
        return None
