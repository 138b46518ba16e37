"""An expression as a rule asks it, by itself: absent, null and a value stay three states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from custmap.expressions.budget import metered
from custmap.expressions.emitter import Emitter
from custmap.expressions.function import FunctionSpec
from custmap.expressions.growing import may_grow
from custmap.expressions.parse import Expression
from custmap.expressions.python_names import Names


def compile_states(expression: Expression, functions: Mapping[str, FunctionSpec]) -> Callable[[Any], Any]:
    """The function that the generated code has for an expression, of its scope: plain values, None or ABSENT.

    It raises only FunctionError.
    """
    names = Names()
    root = names.fresh("scope")
    emitted = Emitter(names, functions).scope(root, known_object=False).emit(expression)
    body = [*emitted.prelude, *emitted.body, f"return {emitted.result}"]
    ask = names.fresh("ask")
    source = "\n".join([f"def {ask}({root}):", *("    " + line for line in body), ""])
    module = dict(names.globals)
    exec(compile(source, "<expression>", "exec"), module)
    function: Callable[[Any], Any] = module[ask]
    return metered(function) if may_grow([expression.ast], functions) else function
