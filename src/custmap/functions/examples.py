"""Runs the examples of a function; for custmap's tests and for projects' tests."""

from __future__ import annotations

from copy import deepcopy

from custmap.expressions.function import Example, FunctionError, FunctionSpec
from custmap.values.equality import same


def broken(spec: FunctionSpec) -> list[str]:
    """The failing examples of a function, one sentence each; empty if all are right."""
    return [problem for example in spec.examples if (problem := _problem(spec, example)) is not None]


def _problem(spec: FunctionSpec, example: Example) -> str | None:
    given = deepcopy(example.given)
    try:
        result = spec.call(*given)
    except FunctionError as failure:
        return None if example.fails else f"{spec.name}{example.given!r} fails: {failure.reason}"
    if example.fails:
        return f"{spec.name}{example.given!r} gives {result!r}, but should fail"
    if not same(result, example.gives) or type(result) is not type(example.gives):
        return f"{spec.name}{example.given!r} gives {result!r}, not {example.gives!r}"
    if not all(map(same, given, example.given)):
        return f"{spec.name}{example.given!r} changes its arguments"
    return None
