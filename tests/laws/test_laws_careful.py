"""Quick code is careful code: the same request, plan, notes and errors, on drawn mappings of several rules.

The careful way is taken by a mapping whose quick functions always find the record unusual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from itertools import product
from typing import Any, Final, NoReturn

import pytest
from whole_law import Case, cases

from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.mapper import Mapping
from custmap.plan.engine import Engine
from custmap.values.unusual import Unusual

CHUNKS, SEEDS = 4, 15
QUICK: Final = {0: (974, 816, 145), 1: (818, 790, 132), 2: (847, 885, 132), 3: (828, 838, 128)}
"""A chunk's records that `apply` and `slots` do quickly, and plans that are made carefully in spite of that.
What is lost here is speed, which no result shows; only who draws other mappings takes over new numbers."""


def unusual(*_: object) -> NoReturn:
    raise Unusual


def careful_twin(mapping: Mapping) -> Mapping:
    """The same mapping, which takes every record carefully."""
    twin = Mapping(mapping.checked)
    vars(twin.functions).update(apply=unusual, slots=unusual)
    return twin


def told(call: Callable[[], Any]) -> Any:
    """What a call gives, or the errors that it raises."""
    try:
        made = call()
    except RecordError as error:
        return sorted((one.code, one.target or "", one.path or "", one.message) for one in error.diagnostics)
    return made.to_dict(), sorted(made.notes)


def differences(mapping: Mapping, twin: Mapping, case: Case) -> list[str]:
    nulls = {key: value for key, value in case.options.items() if key == "nulls"}
    calls: dict[str, Callable[[Mapping], Any]] = {
        "apply": lambda one: one.apply(deepcopy(case.after), case.params, **nulls),
        "drop": lambda one: one.apply(deepcopy(case.after), case.params, on_rejected="drop", **nulls),
        "unchecked": lambda one: one.apply(deepcopy(case.after), case.params, check=False, **nulls),
        "diff": lambda one: one.diff(
            deepcopy(case.before), deepcopy(case.after), case.params, **case.options
        ),
    }
    found = []
    for name, call in calls.items():
        quick, careful = told(lambda call=call: call(mapping)), told(lambda call=call: call(twin))  # type: ignore[misc]
        if quick != careful:
            found.append(f"{name}\n{case}\nquick   {quick}\ncareful {careful}")
    return found


def count_quick(mapping: Mapping, counts: Counter[str]) -> None:
    """Count the records that the quick functions of a mapping do."""

    def counted(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            made = inner(*given)
            counts[name] += 1
            return made

        return call

    for name in ("apply", "slots"):
        vars(mapping.functions)[name] = counted(name, getattr(mapping.functions, name))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_quick_is_careful(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    carefully = Engine.carefully

    def counted(engine: Engine, *given: Any) -> Any:
        counts["carefully"] += engine is mapping.engine
        return carefully(engine, *given)

    monkeypatch.setattr(Engine, "carefully", counted)
    for seed in range(10_000 + chunk * SEEDS, 10_000 + (chunk + 1) * SEEDS):
        twin: Mapping | None = None
        for mapping, _, case in cases(seed):
            if twin is None:
                twin = careful_twin(mapping)
                count_quick(mapping, counts)
            assert not (found := differences(mapping, twin, case)), found[0]
    assert (counts["apply"], counts["slots"], counts["carefully"]) == QUICK[chunk]


def test_a_difference_shows() -> None:
    """Planted: quick code that leaves a member out."""
    for mapping, _, case in cases(3):
        twin = careful_twin(mapping)
        inner = mapping.functions.apply

        def lossy(customer: Any, riders: Any, inner: Any = inner) -> Any:
            body, *rest = inner(customer, riders)
            return body[1:] if type(body) is list else dict(list(body.items())[1:]), *rest

        vars(mapping.functions)["apply"] = lossy
        if differences(mapping, twin, case):
            return
    pytest.fail("no difference was found")


def test_what_is_settled_is_what_a_plan_says() -> None:
    """`settle` of files asks for the changes of a pair without parameters; they are the plan's, of a new
    customer, too."""
    compared = 0
    for mapping, _, case in (one for seed in range(11_000, 11_020) for one in cases(seed)):
        canonical = mapping.checked.canonical
        nulls = case.options.get("nulls", "clear")
        for before, absent in product((None, case.before), ("keep", "clear")):
            try:
                plan = mapping.diff(before, case.after, case.params, nulls=nulls, absent=absent)
            except RecordError:
                continue
            held = None if before is None else take(before, canonical, nulls=nulls)
            pair = mapping.engine.pair(
                held, take(case.after, canonical, nulls=nulls), complete=absent == "clear"
            )
            found = mapping.engine.told(pair)
            assert said(found) == said(plan), (before, absent, case, mapping.name)
            compared += 1
    assert compared > 800


def said(told: Any) -> list[list[tuple[str, int, Any]]]:
    """What is said of a record, and not of parameters."""
    changes = sorted((one.action, one.line, one.target) for one in told.changes if one.source is not None)
    rejected = sorted((one.code, one.line, one.target) for one in told.rejected if one.source is not None)
    return [changes, rejected]
