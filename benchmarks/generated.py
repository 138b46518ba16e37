"""The one place that knows how the benchmarks reach a mapping's generated function."""

from __future__ import annotations

from typing import Any

from harness import Work
from lean import Record

from custmap.border.intake import take
from custmap.mapper import Mapping
from custmap.plan.draft import Draft, View


def taken(mapping: Mapping, record: Record) -> Record:
    """The record as the generated function gets it: copied and in order."""
    return take(record, mapping.checked.canonical).record


def generated(mapping: Mapping, params: dict[str, Any], record: Record) -> Work:
    """The generated function on a record that was taken in, with what follows where it gives up."""
    riders = mapping._binder.bind(params).own()
    build = mapping.functions.build
    if build(record, riders, []) is not None:
        return Work("build(record, riders, [])", {"build": build, "record": record, "riders": riders})

    def planned() -> Any:
        build(record, riders, [])
        after = mapping.functions.values(record, riders)
        view = View(mapping._nothing, after, None, record, Draft(), riders, known=False)
        return mapping._planner.plan(view, always=True)

    return Work("planned()", {"planned": planned}, note="gives up, then the planner")


def parts(made: Any) -> tuple[Any, Any]:
    """Body and path of what the work gave, in a comparable form."""
    return made[0], dict(made[1] or {})
