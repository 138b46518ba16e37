"""`compile_expression` with custmap's own functions in reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custmap.expressions.plain import compile_expression as compile_plain
from custmap.functions.table import LIBRARY


def compile_expression(text: str) -> Callable[[Any], Any]:
    """A JMESPath expression, custmap's functions included, as a Python function of one JSON value.

    Plain JMESPath: what is absent is null.

    >>> compile_expression("name.given")({"name": {"given": "Ann"}})
    'Ann'
    """
    return compile_plain(text, functions=LIBRARY)
