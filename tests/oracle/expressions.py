"""Expressions in three states, the slow and obvious way: a walk over the nodes for each value.

It shares with the compiler only the parser, the nodes and the table of functions; it asks each question
at run time that the compiler answers beforehand. What absent and null arguments do is written here anew,
from the language's description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custmap.expressions import ast
from custmap.expressions.builtins import BUILTINS
from custmap.expressions.function import Argument, FunctionError, FunctionSpec
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
    empties: tuple[Any, ...] = (False, "", [], {})
    return not any(same(value, empty) for empty in empties)


ASKS_ABOUT_STATES = ("type", "not_null", "to_string", "to_array")
CHOICES = ("coalesce", "if")


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
        return (
            self._each(node.body, [base[key] for key in sorted(base)])
            if isinstance(base, dict)
            else _elsewhere(base)
        )

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
        if len(results) == 1 and results[0] is None and _speaks(node.items[0]):
            return None
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
        return self._either(node, current, left_is_kept=is_true)

    def _and(self, node: ast.And, current: Any) -> Any:
        return self._either(node, current, left_is_kept=lambda left: not is_true(left))

    def _either(self, node: ast.Or | ast.And, current: Any, left_is_kept: Callable[[Any], bool]) -> Any:
        left = self.visit(node.left, current)
        if not _speaks(node.left) and _speaks(node.right):
            # All that is of the record stands on the right.
            right = self.visit(node.right, current)
            return left if right is not ABSENT and left_is_kept(left) else right
        if left is ABSENT and _speaks(node.left) and not _speaks(node.right):
            return ABSENT
        return left if left_is_kept(left) else self.visit(node.right, current)

    def _not(self, node: ast.Not, current: Any) -> Any:
        operand = self.visit(node.operand, current)
        return ABSENT if _silent((node.operand,), [operand]) else not is_true(operand)

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
        return self._jmespath_call(spec, values) if node.name in BUILTINS else self._own_call(spec, values)

    def _own_call(self, spec: FunctionSpec, values: list[Any]) -> Any:
        """Absent before null; an optional argument in either state is not given."""
        given = list(values)
        for state in (ABSENT, None):
            for position, value in enumerate(values):
                if value is state:
                    if not _argument_of(spec, position).optional:
                        return state
                    given[position] = None
        _check_kinds(spec, given)
        return spec.call(*given)

    def _jmespath_call(self, spec: FunctionSpec, values: list[Any]) -> Any:
        if spec.name == "merge":
            return _merged(values)
        if spec.name == "not_null":
            there = [value for value in values if value is not None and value is not ABSENT]
            return there[0] if there else _gone(values)
        if spec.name not in ASKS_ABOUT_STATES:
            if any(value is ABSENT for value in values):
                return ABSENT
            if values[0] is None:
                return None
            for position, value in enumerate(values):
                if value is None and "null" not in _argument_of(spec, position).type.kinds:
                    raise FunctionError("null")
        _check_kinds(spec, values)
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
    """Are all parts absent in which a path stands, or a choice?"""
    spoken = [result for node, result in zip(nodes, results, strict=True) if _speaks(node)]
    return bool(spoken) and all(result is ABSENT for result in spoken)


def _speaks(node: ast.Node) -> bool:
    """Does a node read the record, or choose as `coalesce` and `if` do? Else it is made of literals."""
    match node:
        case ast.Current():
            return True
        case ast.Call() if node.name in CHOICES:
            return True
        case ast.Reference():
            return False
        case ast.MultiList() | ast.MultiHash() if isinstance(node.base, ast.Current):
            return any(map(_speaks, ast.children(node)[1:]))
        case ast.MultiList() | ast.MultiHash() | ast.Projection() | ast.ValueProjection() | ast.Filter():
            return _speaks(node.base)
        case ast.Pipe():
            return _speaks(node.left)
        case _:
            return any(map(_speaks, ast.children(node)))


def _merged(values: list[Any]) -> Any:
    objects = [value for value in values if value is not None and value is not ABSENT]
    if not all(isinstance(one, dict) for one in objects):
        raise FunctionError("wrong kind")
    merged: dict[str, Any] = {}
    for one in objects:
        merged |= one
    return merged if objects else _gone(values)


def _gone(values: list[Any]) -> Any:
    return None if any(value is None for value in values) else ABSENT


def _argument_of(spec: FunctionSpec, position: int) -> Argument:
    return spec.arguments[min(position, len(spec.arguments) - 1)]


def _check_kinds(spec: FunctionSpec, values: list[Any]) -> None:
    for position, value in enumerate(values):
        if not _is_of(value, _argument_of(spec, position).type):
            raise FunctionError("wrong kind")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_of(value: Any, wanted: Type) -> bool:
    if value is ABSENT or value is None or callable(value):
        return True
    kind = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}[
        type(value)
    ]
    return kind in wanted.kinds or (kind == "integer" and "number" in wanted.kinds)
