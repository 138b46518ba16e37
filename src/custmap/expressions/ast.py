"""The nodes of an expression: small, frozen, each with its place in the text.

`jmespath` parses into dicts without positions and has several forms for one path; here a path is
always a chain of `Field` and `Index` down to `Current`, so all later code matches one shape. `start`
and `end` are offsets into the expression's text.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from custmap.expressions.function import LAZY

Path: TypeAlias = tuple[str | int, ...]
"""Names of members and positions of items."""


class Current(Struct, frozen=True):
    """`@`, also where a path, a projection or a pipe starts from it implicitly."""

    start: int
    end: int


class Literal(Struct, frozen=True):
    """A constant: `'text'` or `` `JSON` ``."""

    value: Any
    start: int
    end: int


class Field(Struct, frozen=True):
    """A member of an object; `quoted`: its name was written in double quotes."""

    base: Node
    name: str
    quoted: bool
    start: int
    end: int


class Index(Struct, frozen=True):
    """An item of a list; negative positions count from the end."""

    base: Node
    position: int
    start: int
    end: int


class Slice(Struct, frozen=True):
    """Some items of a list, as Python's slices choose them; `step` is never 0."""

    base: Node
    first: int | None
    stop: int | None
    step: int | None
    start: int
    end: int


class Flatten(Struct, frozen=True):
    """The items of a list, with lists among them replaced by their items."""

    base: Node
    start: int
    end: int


class Projection(Struct, frozen=True):
    """`body` of each item of a list; what is null is dropped."""

    base: Node
    body: Node
    start: int
    end: int


class ValueProjection(Struct, frozen=True):
    """`body` of each member of an object, as a list; what is null is dropped."""

    base: Node
    body: Node
    start: int
    end: int


class Filter(Struct, frozen=True):
    """`body` of each item of a list for which `condition` holds."""

    base: Node
    condition: Node
    body: Node
    start: int
    end: int


class Pipe(Struct, frozen=True):
    """`right`, with what `left` gives as its current value."""

    left: Node
    right: Node
    start: int
    end: int


class MultiList(Struct, frozen=True):
    """A new list of several expressions over one value."""

    base: Node
    items: tuple[Node, ...]
    start: int
    end: int


class MultiHash(Struct, frozen=True):
    """A new object of several expressions over one value."""

    base: Node
    entries: tuple[tuple[str, Node], ...]
    start: int
    end: int


class Or(Struct, frozen=True):
    """`left` when it is true in JMESPath's sense, else `right`."""

    left: Node
    right: Node
    start: int
    end: int


class And(Struct, frozen=True):
    """`left` when it is false in JMESPath's sense, else `right`."""

    left: Node
    right: Node
    start: int
    end: int


class Not(Struct, frozen=True):
    """`true` when the operand is false in JMESPath's sense."""

    operand: Node
    start: int
    end: int


class Comparison(Struct, frozen=True):
    """`operator` is Python's sign: `==`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: Node
    right: Node
    start: int
    end: int


class Call(Struct, frozen=True):
    """A call of a function."""

    name: str
    arguments: tuple[Node, ...]
    start: int
    end: int


class Reference(Struct, frozen=True):
    """`&body`: an expression passed to a function; allowed only as an argument."""

    body: Node
    start: int
    end: int


Node: TypeAlias = (
    Current
    | Literal
    | Field
    | Index
    | Slice
    | Flatten
    | Projection
    | ValueProjection
    | Filter
    | Pipe
    | MultiList
    | MultiHash
    | Or
    | And
    | Not
    | Comparison
    | Call
    | Reference
)


def is_constant(node: Node) -> bool:
    """Does a node consist only of literals, without reading the record?

    A literal that `coalesce` or `if` may choose does not count as constant, since choosing it is a statement.
    """
    match node:
        case Literal():
            return True
        case Current() | Reference():
            return False
        case Call(name, arguments):
            values = [each for each in arguments if not isinstance(each, Reference)]
            return name not in LAZY and all(map(is_constant, values))
        case MultiList(base, items) if isinstance(base, Current):
            return all(map(is_constant, items))
        case MultiHash(base, entries) if isinstance(base, Current):
            return all(is_constant(entry) for _, entry in entries)
        case Or() | And() | Comparison():
            return is_constant(node.left) and is_constant(node.right)
        case Not(operand):
            return is_constant(operand)
        case Pipe(left):
            return is_constant(left)
        case _:
            return is_constant(node.base)


def plain_path(node: Node) -> Path | None:
    """The members and positions from the current value to a node; None if it is not a plain path."""
    parts: list[str | int] = []
    while not isinstance(node, Current):
        if isinstance(node, Field):
            parts.append(node.name)
        elif isinstance(node, Index):
            parts.append(node.position)
        else:
            return None
        node = node.base
    return tuple(reversed(parts))


def children(node: Node) -> tuple[Node, ...]:
    """The direct children of a node, in the order of the text."""
    match node:
        case Current() | Literal():
            return ()
        case Field() | Index() | Slice() | Flatten():
            return (node.base,)
        case Projection() | ValueProjection():
            return node.base, node.body
        case Filter():
            return node.base, node.condition, node.body
        case MultiList():
            return node.base, *node.items
        case MultiHash():
            return node.base, *(entry for _, entry in node.entries)
        case Not():
            return (node.operand,)
        case Call():
            return node.arguments
        case Reference():
            return (node.body,)
        case _:
            return node.left, node.right


def from_member(node: Node, name: str) -> Node:
    """The same expression over a member of the current value."""
    match node:
        case Current(start, end):
            return Field(node, name, True, start, end)
        case Literal() | Reference():
            return node
        case Call(_, arguments):
            return replace(node, arguments=tuple(from_member(one, name) for one in arguments))
        case Or() | And() | Comparison():
            return replace(node, left=from_member(node.left, name), right=from_member(node.right, name))
        case Not(operand):
            return replace(node, operand=from_member(operand, name))
        case Pipe(left):
            return replace(node, left=from_member(left, name))
        case _:
            return replace(node, base=from_member(node.base, name))
