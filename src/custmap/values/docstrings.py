"""The docstrings that users see; under `-OO`, where Python drops them, read from the source."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from functools import cache
from typing import Any


def docstring(described: Callable[..., Any]) -> str:
    """The docstring of a function or class, without its indentation.

    "" if there is none, and under `-OO` if the source is not available.
    """
    if sys.flags.optimize < 2:
        return inspect.cleandoc(described.__doc__ or "")
    if isinstance(described, type):
        file = getattr(sys.modules[described.__module__], "__file__", None) or ""
        return _written_in(file).get(described.__qualname__, "")
    code = inspect.unwrap(described).__code__
    return _written_in(code.co_filename).get(code.co_firstlineno, "")


@cache
def _written_in(file: str) -> dict[int | str, str]:
    """A file's docstrings: of classes by name, of functions by their first line (of decorators, if any)."""
    found: dict[int | str, str] = {}
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found[node.name] = ast.get_docstring(node) or ""
        elif isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found[first] = ast.get_docstring(node) or ""
    return found
