"""An expression taken apart into the calls around one path: what an inverse has to undo, outermost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.expressions.ast import Call, Literal, Node, Reference, is_constant, plain_path
from custmap.expressions.function import LAZY, FunctionSpec
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.values.types import ANY, Type

Step: TypeAlias = str | int
"""The name of a member, or the position of an item."""


class OneWayError(Exception):
    """A rule has no way back; the text says why. `of_items`: each rule of its items says so itself."""

    def __init__(self, why: str, *, of_items: bool = False) -> None:
        super().__init__(why)
        self.of_items = of_items


class Called(Struct, frozen=True):
    """One call: `further` are its other arguments, `source` is the type of its first."""

    spec: FunctionSpec
    further: tuple[Any, ...]
    source: Type


def peeled(
    node: Node, scope: Type, functions: Mapping[str, FunctionSpec]
) -> tuple[tuple[Called, ...], tuple[Step, ...]]:
    """The calls around a path, outermost first, and the steps of the path; OneWayError for anything else.

    `scope` is the type of what the expression reads.
    """
    calls: list[tuple[FunctionSpec, tuple[Any, ...]]] = []
    while isinstance(node, Call):
        spec = functions.get(node.name)
        if spec is None or node.name in LAZY:
            raise OneWayError(f"`{node.name}` has no inverse")
        calls.append((spec, _further(spec, node.arguments[1:])))
        node = node.arguments[0]
    steps = own_path(node)
    type_ = type_at(scope, steps)
    around: list[Called] = []
    for spec, further in reversed(calls):
        around.append(Called(spec, further, type_))
        type_ = spec.result
    if around and (part := around[0].spec.part) is not None:
        if around[0].source.only("object"):
            steps = (*steps, part)
        elif part not in TEXT_PARTS.values():
            raise OneWayError("it reads a part of a text")
    if any(one.spec.part is not None for one in around[1:]):
        raise OneWayError("it reads a part of what another function gives")
    if not steps:
        raise OneWayError("it reads the whole record")
    return tuple(reversed(around)), steps


def own_path(node: Node) -> tuple[Step, ...]:
    """The steps of a plain path that a target can have, too; OneWayError for anything else."""
    path = plain_path(node)
    if path is None:
        raise OneWayError("it reads more than one field")
    if any(isinstance(step, int) and step < 0 for step in path):
        raise OneWayError("it reads from the end of a list")
    return path


def type_at(scope: Type, steps: Sequence[Step]) -> Type:
    """The type at a path without null and absence; ANY where nothing is known."""
    for step in steps:
        scope = (scope.items if isinstance(step, int) else scope.member(step)) or ANY
    return scope.present().not_null()


def may_be_null(scope: Type, steps: Sequence[Step]) -> bool:
    """May the value at a path be null?"""
    last = steps[-1]
    around = type_at(scope, steps[:-1])
    return ((around.items if isinstance(last, int) else around.member(last)) or ANY).nullable


def _further(spec: FunctionSpec, arguments: tuple[Node, ...]) -> tuple[Any, ...]:
    """The other arguments of a call; an optional one that reads the record counts as not given."""
    given: list[Any] = []
    for position, node in enumerate(arguments, 1):
        if isinstance(node, Literal):
            given.append(node.value)
        elif is_constant(node) or isinstance(node, Reference) or not _may_be_left_out(spec, position):
            raise OneWayError(f"`{spec.name}` depends on another field")
        else:
            break
    return tuple(given)


def _may_be_left_out(spec: FunctionSpec, position: int) -> bool:
    return position < len(spec.arguments) and spec.arguments[position].optional
