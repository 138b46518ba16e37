"""Limits on the cost of an expression, checked before it runs.

The walks here use an explicit stack, so deep nesting cannot overflow Python's.
"""

from __future__ import annotations

from typing import Final

from custmap.expressions.ast import (
    And,
    Call,
    Filter,
    Literal,
    MultiHash,
    MultiList,
    Node,
    Or,
    Pipe,
    Projection,
    Reference,
    ValueProjection,
    children,
)
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.grammar import MAX_DEPTH, Form, too_deep
from custmap.values.words import counted

MAX_LENGTH: Final = 4096
MAX_NODES: Final = 1024
# Python's compiler refuses more than 20 nested loops; the caller needs a few.
MAX_LOOPS: Final = 12
# Python's tokenizer refuses more than 100 levels of indentation; the caller needs a few here too.
MAX_BLOCKS: Final = 60
# How often one value may occur in a result: an object with a few hundred members is fine.
MAX_COPIES: Final = 1024

# Functions whose result can be several times as long as their argument: escapes, separators.
_GROWING: Final = frozenset({"to_string", "json", "join", "replace", "concat"})
_GROWTH: Final = 4

# The blocks of a loop: is it a list, each item, is the condition true.
_LOOP: Final = 3
_CHOICES: Final = {"if": 2, "coalesce": 1}


def too_long(length: int) -> ExpressionError:
    reason = f"it has {counted(length, 'character')}, and {MAX_LENGTH:,} are allowed"
    return ExpressionError("CM306", reason, 0, length, "Split it into several rules.")


def check_form(form: Form) -> None:
    """Refuse nesting that is too deep for the recursive reader."""
    stack = [(form, 1)]
    while stack:
        current, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise too_deep(current.get("start", 0))
        stack.extend((child, depth + 1) for child in current["children"] if isinstance(child, dict))


def check_node(node: Node) -> None:
    """Refuse too many nodes, too deep nesting, too many nested loops, too many copies."""
    stack = [(node, 1, 0, 0)]
    count = 0
    while stack:
        current, depth, loops, blocks = stack.pop()
        count += 1
        if depth > MAX_DEPTH or blocks > MAX_BLOCKS:
            raise too_deep(current.start)
        if loops > MAX_LOOPS:
            reason = f"more than {MAX_LOOPS} projections are nested"
            raise _too_large(reason, current)
        if count > MAX_NODES:
            raise _too_large(f"it has more than {MAX_NODES} parts", current)
        for child in children(current):
            inside = _blocks(current, child)
            stack.append((child, depth + 1, loops + (inside == _LOOP), blocks + inside))
    if (copies := _copies(node)) > MAX_COPIES:
        reason = f"its result may contain the same value {copies} times, and {MAX_COPIES} are allowed"
        raise _too_large(reason if copies < 10**6 else "its result doubles at every step", node)


def _too_large(reason: str, node: Node) -> ExpressionError:
    length = max(1, node.end - node.start)
    return ExpressionError("CM306", reason, node.start, length, "Split it into several rules.")


def _blocks(node: Node, child: Node) -> int:
    """How many blocks of code a child adds inside its node's own; three for a loop."""
    match node:
        case Projection() | ValueProjection() | Filter():
            return 0 if child is node.base else _LOOP
        case MultiList() | MultiHash():
            return 0 if child is node.base else 1
        case Or() | And():
            return 0 if child is node.left else 1
        case Call(name):
            return _CHOICES.get(name, 0)
        case Reference():
            return 1
        case _:
            return 0


def _copies(node: Node) -> int:
    """How often the current value can occur in this node's result, at most; literals count 1."""
    match node:
        case Literal():
            return 1
        case Pipe(left, right):
            return _copies(left) * _copies(right)
        case Projection(base, body) | ValueProjection(base, body):
            return _copies(base) * _copies(body)
        case Filter(base, _, body):
            return _copies(base) * _copies(body)
        case MultiList(base, items):
            return _copies(base) * sum(map(_copies, items))
        case MultiHash(base, entries):
            return _copies(base) * sum(_copies(entry) for _, entry in entries)
        case Call(name, arguments):
            return _call_copies(name, arguments)
        case _:
            return max(map(_copies, children(node)), default=1)


def _call_copies(name: str, arguments: tuple[Node, ...]) -> int:
    plain = sum(_copies(argument) for argument in arguments if not isinstance(argument, Reference))
    for argument in arguments:
        if isinstance(argument, Reference):
            plain *= _copies(argument.body)
    return max(1, plain) * (_GROWTH if name in _GROWING else 1)
