"""Expressions in three states, the slow and obvious way: a walk over the nodes for each value.

It shares with the compiler only the parser, the nodes, the table of functions and the rule of which
arguments a function needs; it asks each question at run time that the compiler answers beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custmap.expressions import ast
from custmap.expressions.builtins import BUILTINS, NULL_TAKERS
from custmap.expressions.function import FunctionError, FunctionSpec
from custmap.expressions.parse import Expression
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.types import Type


def evaluate(expression: Expression, value: Any, functions: Mapping[str, FunctionSpec] | None = None) -> Any:
    """ABSENT, None or what the expression gives for `value`; FunctionError when a function cannot."""
    return _Walker(functions or {}).visit(expression.ast, value)


def is_true(value: Any) -> bool:
    if value is ABSENT or value is None:
        return False
    return not any(same(value, empty) for empty in (False, "", [], {}))


class _Walker:
    def __init__(self, functions: Mapping[str, FunctionSpec]) -> None:
        self.functions = {**functions, **BUILTINS}

    def visit(self, node: ast.Node, current: Any) -> Any:
        return getattr(self, f"_{type(node).__name__.lower()}")(node, current)

    def _current(self, node: ast.Current, current: Any) -> Any:
        return current

    def _literal(self, node: ast.Literal, current: Any) -> Any:
        return node.value

    def _field(self, node: ast.Field, current: Any) -> Any:
        base = self.visit(node.base, current)
        return base.get(node.name, ABSENT) if isinstance(base, dict) else _elsewhere(base)

    def _index(self, node: ast.Index, current: Any) -> Any:
        base = self.visit(node.base, current)
        if not isinstance(base, list):
            return _elsewhere(base)
        try:
            return base[node.position]
        except IndexError:
            return ABSENT

    def _slice(self, node: ast.Slice, current: Any) -> Any:
        base = self.visit(node.base, current)
        part = slice(node.first, node.stop, node.step)
        return base[part] if isinstance(base, list) else _elsewhere(base)

    def _flatten(self, node: ast.Flatten, current: Any) -> Any:
        base = self.visit(node.base, current)
        if not isinstance(base, list):
            return _elsewhere(base)
        flat = []
        for item in base:
            flat += item if isinstance(item, list) else [item]
        return flat

    def _projection(self, node: ast.Projection, current: Any) -> Any:
        base = self.visit(node.base, current)
        return self._each(node.body, base) if isinstance(base, list) else _elsewhere(base)

    def _valueprojection(self, node: ast.ValueProjection, current: Any) -> Any:
        base = self.visit(node.base, current)
        return self._each(node.body, list(base.values())) if isinstance(base, dict) else _elsewhere(base)

    def _filter(self, node: ast.Filter, current: Any) -> Any:
        base = self.visit(node.base, current)
        if not isinstance(base, list):
            return _elsewhere(base)
        # Item by item: a condition that fails stops before a later item's body does.
        found: list[Any] = []
        for item in base:
            if is_true(self.visit(node.condition, item)):
                found += self._each(node.body, [item])
        return found

    def _each(self, body: ast.Node, items: list[Any]) -> list[Any]:
        results = [self.visit(body, item) for item in items]
        return [result for result in results if result is not None and result is not ABSENT]

    def _pipe(self, node: ast.Pipe, current: Any) -> Any:
        return self.visit(node.right, self.visit(node.left, current))

    def _multilist(self, node: ast.MultiList, current: Any) -> Any:
        base = self.visit(node.base, current)
        if base is None or base is ABSENT:
            return base
        results = [self.visit(item, base) for item in node.items]
        if _silent(node.items, results):
            return ABSENT
        return [_null(result) for result in results]

    def _multihash(self, node: ast.MultiHash, current: Any) -> Any:
        base = self.visit(node.base, current)
        if base is None or base is ABSENT:
            return base
        results = [self.visit(entry, base) for _, entry in node.entries]
        if _silent([entry for _, entry in node.entries], results):
            return ABSENT
        pairs = zip(node.entries, results, strict=True)
        return {name: result for (name, _), result in pairs if result is not ABSENT}

    def _or(self, node: ast.Or, current: Any) -> Any:
        left = self.visit(node.left, current)
        if is_true(left):
            return left
        if left is ABSENT and isinstance(node.right, ast.Literal):
            return ABSENT
        return self.visit(node.right, current)

    def _and(self, node: ast.And, current: Any) -> Any:
        left = self.visit(node.left, current)
        return self.visit(node.right, current) if is_true(left) else left

    def _not(self, node: ast.Not, current: Any) -> Any:
        operand = self.visit(node.operand, current)
        if operand is ABSENT and not isinstance(node.operand, ast.Literal):
            return ABSENT
        return not is_true(operand)

    def _comparison(self, node: ast.Comparison, current: Any) -> Any:
        left, right = self.visit(node.left, current), self.visit(node.right, current)
        if _silent((node.left, node.right), [left, right]):
            return ABSENT
        left, right = _null(left), _null(right)
        if node.operator in ("==", "!="):
            return same(left, right) == (node.operator == "==")
        if not (_is_number(left) and _is_number(right)):
            return ABSENT
        return {
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[node.operator]

    def _call(self, node: ast.Call, current: Any) -> Any:
        if node.name == "coalesce":
            for argument in node.arguments:
                chosen = self.visit(argument, current)
                if chosen is not ABSENT:
                    return chosen
            return ABSENT
        if node.name == "if":
            return self._if(node, current)
        spec = self.functions[node.name]
        values = [self._argument(argument, current) for argument in node.arguments]
        if spec.name == "not_null":
            return spec.call(*values)
        for state in (ABSENT, None):
            for position, value in enumerate(values):
                if value is state and _needed(spec, position):
                    return state
        for position, value in enumerate(values):
            wanted = spec.arguments[min(position, len(spec.arguments) - 1)].type
            if not _is_of(value, wanted):
                raise FunctionError("wrong kind")
        return spec.call(*map(_null, values))

    def _if(self, node: ast.Call, current: Any) -> Any:
        condition = self.visit(node.arguments[0], current)
        if condition is ABSENT or condition is None:
            return condition
        if not _is_of(condition, self.functions["if"].arguments[0].type):
            raise FunctionError("wrong kind")
        if is_true(condition):
            return self.visit(node.arguments[1], current)
        return self.visit(node.arguments[2], current) if len(node.arguments) > 2 else ABSENT

    def _argument(self, node: ast.Node, current: Any) -> Any:
        if isinstance(node, ast.Reference):
            body = node.body
            of: Callable[[Any], Any] = lambda item: _null(self.visit(body, item))  # noqa: E731
            return of
        return self.visit(node, current)


def _elsewhere(base: Any) -> Any:
    """A step into what has no such parts: of null null, else absent."""
    return None if base is None else ABSENT


def _null(value: Any) -> Any:
    return None if value is ABSENT else value


def _silent(nodes: Any, results: list[Any]) -> bool:
    spoken = [
        result for node, result in zip(nodes, results, strict=True) if not isinstance(node, ast.Literal)
    ]
    return bool(spoken) and all(result is ABSENT for result in spoken)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _needed(spec: FunctionSpec, position: int) -> bool:
    if BUILTINS.get(spec.name) is not spec:
        return True
    if spec.name in NULL_TAKERS:
        return False
    if position == 0:
        return True
    return "null" not in spec.arguments[min(position, len(spec.arguments) - 1)].type.kinds


def _is_of(value: Any, wanted: Type) -> bool:
    if value is ABSENT or value is None or callable(value):
        return True
    kind = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}[
        type(value)
    ]
    return kind in wanted.kinds or (kind == "integer" and "number" in wanted.kinds)
