"""The one place that knows how the benchmarks reach a mapping's generated function."""

from __future__ import annotations

from typing import Any

from harness import Work
from lean import Record

from custmap.mapper import Mapping


def taken(mapping: Mapping, record: Record) -> Record:
    """The record as the generated function gets it: the caller's own."""
    return record


def generated(mapping: Mapping, params: dict[str, Any], record: Record) -> Work:
    """The generated function; it raises where a record is unusual, and a benchmark then has no figure."""
    riders = mapping.engine.binder.bind(params).own()
    apply = mapping.functions.apply
    return Work("apply(record, riders)", {"apply": apply, "record": record, "riders": riders})


def parts(made: Any) -> tuple[Any, Any]:
    """Body and path of what the work gave, in a comparable form."""
    return made[0], dict(made[1] or {})
