"""The `response` of a file as expressions; what cannot be read is left out, and the checks report it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from custmap.expressions.parse import Expression, ExpressionError, parse
from custmap.mapping.file import Rule
from custmap.mapping.read_rules import read_rule
from custmap.model.answer import Answer, Messages, Results
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode


def answer_of(node: MapNode | None, *, of_entry: bool) -> Answer:
    """`of_entry`: of a request for one entry, whose answer is no copy of the customer."""
    if node is None:
        return Answer()
    return Answer(
        ok=_expression(node.get("ok")),
        customer=None if of_entry else _expression(node.get("customer")),
        fields=() if of_entry else tuple(_fields(node.get("fields"))),
        failed=_expression(node.get("failed")),
        retry=_expression(node.get("retry")),
        applied=_expression(node.get("applied")),
        errors=tuple(_messages(node.get("errors"))),
        warnings=tuple(_messages(node.get("warnings"))),
        results=_results(node.get("results")),
    )


def _results(node: Node | None) -> Results | None:
    if not isinstance(node, MapNode) or (each := _expression(node.get("each"))) is None:
        return None
    return Results(
        each=each,
        ok=_expression(node.get("ok")),
        customer=_expression(node.get("customer")),
        errors=tuple(_messages(node.get("errors"))),
    )


def _fields(node: Node | None) -> Iterator[Rule]:
    for key, value in node if isinstance(node, MapNode) else ():
        yield read_rule(key, value)


def _messages(node: Node | None) -> Iterator[Messages]:
    for one in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(one, MapNode):
            yield Messages(
                each=_expression(one.get("each")),
                field=_expression(one.get("field")),
                code=_expression(one.get("code")),
                message=_expression(one.get("message")),
                retry=_expression(one.get("retry")),
                item=_expression(one.get("item")),
                key=_expression(one.get("key")),
            )


def _expression(node: Node | None) -> Expression | None:
    """A text is an expression; true, false and null are themselves."""
    if not isinstance(node, ScalarNode):
        return None
    text = node.value if isinstance(node.value, str) else f"`{json.dumps(node.value)}`"
    try:
        return parse(text)
    except ExpressionError:
        return None
