"""From text to `Expression`: nodes with their characters, or one error with its place.

For any text, `ExpressionError` is the only exception and parsing takes milliseconds: length, nesting, the
number of nodes and how often a value can be copied into a result are limited before anything runs. For
example, the result of `@ | [@, @] | [@, @] | …` doubles at every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from jmespath.exceptions import JMESPathError

from custmap.expressions.ast import (
    And,
    Call,
    Comparison,
    Current,
    Field,
    Filter,
    Flatten,
    Index,
    Literal,
    MultiHash,
    MultiList,
    Node,
    Not,
    Or,
    Pipe,
    Projection,
    Reference,
    Slice,
    ValueProjection,
)
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.grammar import Form, PositionParser
from custmap.expressions.limits import MAX_LENGTH, check_form, check_node, too_long
from custmap.expressions.wording import syntax_error

__all__ = ["Expression", "ExpressionError", "parse"]

_SIGNS: Final = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
# `sys.maxsize` on a 32-bit machine: no list has an item at a larger position.
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read: its text and its nodes."""

    text: str
    ast: Node


def parse(text: str) -> Expression:
    """Read an expression; ExpressionError (CM305 syntax, CM306 too large) is the only exception."""
    if len(text) > MAX_LENGTH:
        raise too_long(len(text))
    try:
        form = PositionParser().form(text)
    except ExpressionError:
        raise
    except (JMESPathError, ValueError, IndexError) as error:
        raise syntax_error(text, error) from None
    check_form(form)
    node = _read(form, None)
    check_node(node)
    return Expression(text, node)


def _read(form: Form, base: Node | None, at: int = 0) -> Node:
    """The node of a form, over `base` (the part before the dot) or over the current value.

    `at` is where the form around it starts: the package makes some forms without a token.
    """
    kind, inner = form["type"], form["children"]
    start, end = _place(form, base, at)
    under = base if base is not None else Current(start, start)
    first = under.start
    match kind:
        case "field":
            return Field(under, form["value"], form.get("quoted", False), first, end)
        case "index":
            if abs(form["value"]) > _LARGEST:
                raise ExpressionError("CM305", "this position is too large", start, end - start)
            return Index(under, form["value"], first, end)
        case "slice":
            return _slice(form, under)
        case "subexpression" | "index_expression":
            return _chain(form, base, start)
        case "identity":
            return under
        case "current":
            return base if base is not None else Current(start, end)
        case "flatten":
            return Flatten(_read(inner[0], base, start), first, end)
        case "projection":
            over = _read(inner[0], base, start)
            return Projection(over, _body(inner[1], over), first, end)
        case "value_projection":
            over = _read(inner[0], base, start)
            return ValueProjection(over, _body(inner[1], over), first, end)
        case "filter_projection":
            over = _read(inner[0], base, start)
            return Filter(over, _read(inner[2], None), _body(inner[1], over), first, end)
        case "multi_select_list":
            return MultiList(under, tuple(_read(item, None) for item in inner), first, end)
        case "multi_select_dict":
            entries = tuple((pair["value"], _read(pair["children"][0], None)) for pair in inner)
            return MultiHash(under, entries, first, end)
        case _:
            node = _operation(form, start, end)
            return node if base is None else Pipe(base, node, first, end)


def _place(form: Form, base: Node | None, at: int) -> tuple[int, int]:
    """The characters of a form; one without a token starts where its first child starts."""
    marked = form if "start" in form else next(iter(form["children"]), {})
    start: int = marked.get("start", base.end if base is not None else at)
    end: int = marked.get("end", start)
    return start, end


def _body(form: Form, over: Node) -> Node:
    return Current(over.end, over.end) if form["type"] == "identity" else _read(form, None)


def _chain(form: Form, base: Node | None, at: int) -> Node:
    """`a.b[0].c`: each part over the part before it."""
    for part in form["children"]:
        base = _read(part, base, at)
    assert base is not None
    return base


def _slice(form: Form, under: Node) -> Node:
    first, stop, step = form["children"]
    if step == 0:
        raise ExpressionError(
            "CM305",
            "the step of a slice cannot be 0",
            form["start"],
            form["end"] - form["start"],
            "Remove the step, or write 1.",
        )
    return Slice(under, first, stop, step, under.start, form["end"])


def _operation(form: Form, start: int, end: int) -> Node:
    """The forms that are not paths: operators, literals, calls, references."""
    inner = form["children"]
    match form["type"]:
        case "literal":
            return Literal(form["value"], start, end)
        case "pipe":
            return Pipe(_read(inner[0], None), _read(inner[1], None), start, end)
        case "or_expression":
            return Or(_read(inner[0], None), _read(inner[1], None), start, end)
        case "and_expression":
            return And(_read(inner[0], None), _read(inner[1], None), start, end)
        case "not_expression":
            return Not(_read(inner[0], None), start, end)
        case "comparator":
            sign = _SIGNS[form["value"]]
            return Comparison(sign, _read(inner[0], None), _read(inner[1], None), start, end)
        case "function_expression":
            return Call(form["value"], tuple(_argument(child) for child in inner), start, end)
        case "expref":
            raise ExpressionError(
                "CM305",
                "`&` is allowed only before a function's argument",
                start,
                end - start,
                "Write `&&` for “and”, or remove the `&`.",
            )
        case unknown:
            raise AssertionError(f"unknown form {unknown}")


def _argument(form: Form) -> Node:
    if form["type"] == "expref":
        return Reference(_read(form["children"][0], None), form["start"], form["end"])
    return _read(form, None)
