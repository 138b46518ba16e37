"""The public `compile_expression`: with custmap's functions, and with custmap's errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError, RecordError
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionError
from custmap.expressions.plain import compile_expression as compile_plain
from custmap.functions.table import LIBRARY


def compile_expression(text: str) -> Callable[[Any], Any]:
    """A JMESPath expression, custmap's functions included, as a Python function of one JSON value.

    It takes plain dicts, lists and scalars, and returns the same; the result may share parts with the
    argument. This is plain JMESPath: absent values are null. TypeError if `text` is not a str; MappingError
    for an expression that cannot be read. The compiled function raises RecordError when a value is not
    what the expression needs (CM704), or not JSON (CM702).

    >>> compile_expression("name.given")({"name": {"given": "Ann"}})
    'Ann'
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is a text, not {type(text).__name__}")
    try:
        run = compile_plain(text, functions=LIBRARY)
    except ExpressionError as error:
        reason = f"{error.reason}, at character {error.offset + 1}"
        raise MappingError([Diagnostic(error.code, reason, help=error.help)]) from None

    @wraps(run)
    def search(document: Any) -> Any:
        try:
            return run(document)
        except FunctionError as error:
            raise RecordError([Diagnostic("CM704", error.reason)]) from None
        except Exception:  # functions trust that a value is JSON
            reason = "the argument has a value that is not JSON, or an integer with more than 4300 digits"
            raise RecordError([Diagnostic("CM702", reason)]) from None

    return search
