"""The docstrings of functions, also where Python leaves them out (`-OO`): then from the source."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from functools import cache
from typing import Any


def docstring(function: Callable[..., Any]) -> str:
    """A function's docstring without its indentation; "" without one, or when its source is not there."""
    if sys.flags.optimize < 2:
        return inspect.getdoc(function) or ""
    code = inspect.unwrap(function).__code__
    return _written_in(code.co_filename).get(code.co_firstlineno, "")


@cache
def _written_in(file: str) -> dict[int, str]:
    """The docstrings of a file's functions, by the line on which each begins, decorators included."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return {}
    return {
        min([node.lineno, *(one.lineno for one in node.decorator_list)]): ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
