"""Plain JMESPath, compiled to a Python function: absent is null.

Uses the same writer as rules, in the form without ABSENT; the official compliance suite is its
specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from custmap.expressions.budget import metered
from custmap.expressions.emitter import PLAIN, Emitter
from custmap.expressions.function import FunctionSpec
from custmap.expressions.growing import may_grow
from custmap.expressions.parse import parse
from custmap.expressions.python_names import Names

_NO_FUNCTIONS: Final[Mapping[str, FunctionSpec]] = {}


def compile_expression(
    text: str, *, functions: Mapping[str, FunctionSpec] = _NO_FUNCTIONS
) -> Callable[[Any], Any]:
    """A JMESPath expression as a Python function of one JSON value (plain dicts, lists, scalars).

    ExpressionError for an expression that cannot be read or calls an unknown function. The compiled function
    raises only FunctionError, for what JMESPath calls an invalid type; its result may share
    parts with its argument. `function.source` is its Python text.

    >>> compile_expression("people[?age > `20`].name")({"people": [{"name": "Ann", "age": 30}]})
    ['Ann']
    """
    expression = parse(text)
    names = Names()
    root = names.fresh("document")
    emitted = Emitter(names, functions, PLAIN).scope(root, known_object=False).emit(expression)
    body = [*emitted.prelude, *emitted.body, f"return {emitted.result}"]
    search = names.fresh("search")
    source = "\n".join([f"def {search}({root}):", *("    " + line for line in body), ""])
    module = dict(names.globals)
    exec(compile(source, "<expression>", "exec"), module)
    function: Callable[[Any], Any] = module[search]
    if may_grow([expression.ast], functions):
        function = metered(function)
    function.source = source  # type: ignore[attr-defined]
    return function
