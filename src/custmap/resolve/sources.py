"""The expressions of a mapping: parses them, resolves their names and infers their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from msgspec import Struct

from custmap.expressions.function import FunctionSpec
from custmap.expressions.infer import Inference, Read, infer
from custmap.expressions.inference import SourcePath
from custmap.expressions.parse import Expression, ExpressionError, parse
from custmap.mapping.file import Text
from custmap.resolve.findings import Findings
from custmap.resolve.said import over_said, without_nulls
from custmap.values.types import ANY, Type


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression reads: the customer, an object of it, or the item of a list.

    `prefix` is what of the table's scope leads to this one; `plain` says that it is one path and no more.
    `source` is the canonical path of this scope, for messages. `said`: it is a row without its nulls.
    """

    type: Type
    name: str
    prefix: tuple[Read, ...] = ()
    plain: bool = True
    source: str | None = None
    said: bool = False

    def path(self, inner: str | None) -> str | None:
        if not self.source or inner is None or inner == "@":
            return self.source or inner
        return f"{self.source}.{inner}"

    def reads(self, inner: tuple[Read, ...]) -> tuple[Read, ...]:
        if not self.prefix:
            return inner
        if not self.plain:
            return self.prefix
        return tuple(replace(read, path=self.prefix[0].path + read.path) for read in inner)


class Known(Struct, frozen=True):
    """An expression, with everything that is known about it in advance.

    `reads` from the table's scope, `inner` from its own.
    """

    expression: Expression
    type: Type
    source: str | None
    reads: tuple[Read, ...]
    inner: tuple[SourcePath, ...]


UNKNOWN: Final = Known(parse("@"), ANY, None, (), ())
"""Stands for a source that cannot be read: its rule keeps its target, and nothing is known of its values."""


class Sources:
    """Resolves the expressions of one mapping."""

    def __init__(self, functions: Mapping[str, FunctionSpec], findings: Findings) -> None:
        self._functions = functions
        self._findings = findings
        self._said: dict[int, tuple[Scope, Scope]] = {}
        self._inferred: dict[tuple[str, int], tuple[Scope, Inference]] = {}

    def know(self, text: Text | None, scope: Scope) -> Known:
        """The expression with its type; UNKNOWN if there is none, or (with findings) if it cannot be read."""
        if text is None:
            return UNKNOWN
        try:
            expression = _parsed(text.value)
        except ExpressionError as error:
            self._findings.add(error.code, error.reason, text.inside(error.offset, error.length), error.help)
            return UNKNOWN
        found = self._infer(expression, text.value, scope)
        for problem in found.problems:
            self._findings.add(
                problem.code,
                problem.message,
                text.inside(problem.offset, problem.length),
                problem.help,
                severity=problem.severity,
            )
        if scope.said:
            expression = over_said(expression)
        return Known(
            expression, found.type, scope.path(found.source), scope.reads(found.reads), paths_of(found.reads)
        )

    def without_nulls(self, scope: Scope) -> Scope:
        """The scope of a row without its nulls; one for each row, so that types are inferred once."""
        kept = self._said.get(id(scope.type))
        if kept is None:
            made = replace(scope, type=without_nulls(scope.type), said=True)
            kept = self._said[id(scope.type)] = scope, made
        return kept[1]

    def _infer(self, expression: Expression, text: str, scope: Scope) -> Inference:
        """`infer` with a cache. The scope is kept in the cache so that its id is not reused."""
        kept = self._inferred.get((text, id(scope.type)))
        if kept is None or kept[0].name != scope.name:
            found = infer(expression, scope.type, self._functions, scope_name=scope.name)
            kept = self._inferred[text, id(scope.type)] = scope, found
        return kept[1]


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expression:
    """`parse` with a cache: expressions such as `email` and `given_name(name)` occur in many mappings."""
    return parse(text)


def paths_of(reads: tuple[Read, ...]) -> tuple[SourcePath, ...]:
    """The paths of reads, each once."""
    return tuple(dict.fromkeys(read.path for read in reads))


def map_reads(type_: Type, reads: tuple[SourcePath, ...]) -> tuple[tuple[SourcePath, int], ...]:
    """The paths through a free map, with the number of segments that lead to it: `attributes.plan` → 1."""
    found = []
    for path in reads:
        at: Type | None = type_
        for depth, segment in enumerate(path):
            if at is None:
                break
            if at.free and isinstance(segment, str):
                found.append((path, depth))
                break
            at = at.member(segment) if isinstance(segment, str) else (at.items or ANY)
    return tuple(found)
