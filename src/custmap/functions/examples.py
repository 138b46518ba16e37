"""The examples of a function are run: by custmap's tests for its own, by a project's tests for its own."""

from __future__ import annotations

from copy import deepcopy

from custmap.expressions.function import Example, FunctionError, FunctionSpec
from custmap.values.equality import same


def broken(spec: FunctionSpec) -> list[str]:
    """What does not hold among the examples of a function, a sentence each."""
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
