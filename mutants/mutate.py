"""Mutants of a module: its text with one small change, such as a hasty edit would make.

A mutant is found by walking the syntax tree and made by walking it again, so it is two numbers: at which
node, and which of the changes that this node allows. What only people read (docstrings, messages,
annotations) is left alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_FLIPPED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_SWAPPED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_UNSWAPPED: Final = frozenset(
    {"isinstance", "map", "getattr", "same", "same_items", "distance", "min", "max", "lcm", "gcd"}
)
"""Functions that take their arguments in either order, or fail at once."""
_UNREAD: Final = frozenset(
    {"annotation", "returns", "decorator_list", "type_comment", "bases", "type_params"}
)
"""Fields of nodes that do nothing when the code runs, or hold a class together."""

_CLASS: Final = re.compile(
    r"\[\^?(?:\\x..|\\.|[^\]\\])+?(?P<last>(?:\\x..|\\.|[^\]\\])(?:-(?:\\x..|\\.|[^\]\\]))?)\]"
)
"""A character class of a regular expression, and the last of its signs or ranges."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `file` below `src/custmap`, `place` the function, the text there before and after.

    `function` is the outermost function whose code is another; empty where it is the module, a class or a
    default. `site` and `way` find the node and the change again in the same text.
    """

    file: str
    line: int
    place: str
    function: str
    was: str
    becomes: str
    site: int
    way: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.place}: `{self.was}` becomes `{self.becomes}`"


@dataclass(slots=True)
class _Site:
    """A node and where it hangs: `parent.field`, or `parent.field[index]`."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    place: str
    function: str

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    for number, site in enumerate(_sites(ast.parse(source))):
        was = ast.unparse(site.node)
        for way, made in enumerate(_ways(site)):
            becomes = ast.unparse(made)
            if becomes != was:
                line = getattr(site.node, "lineno", 0)
                yield Mutant(file, line, site.place, site.function, _short(was), _short(becomes), number, way)


def mutated(mutant: Mutant, source: str) -> ast.Module:
    """The module with the mutant's change in it."""
    tree = ast.parse(source)
    for number, site in enumerate(_sites(tree)):
        if number == mutant.site:
            made = list(_ways(site))[mutant.way]
            site.put(ast.copy_location(made, site.node))
            return ast.fix_missing_locations(tree)
    raise LookupError(str(mutant))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"


def _sites(node: ast.AST, place: str = "", function: str = "") -> Iterator[_Site]:
    """The nodes below `node` that may change, parents first."""
    inner = function
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        place = f"{place}.{node.name}" if place else node.name
        if isinstance(node, ast.FunctionDef):
            inner = function or place
    for field, value in ast.iter_fields(node):
        if field in _UNREAD:
            continue
        within = inner if field == "body" else function
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _left_alone(child):
                yield _Site(child, node, field, index, place, within)
                yield from _sites(child, place, within)


def _left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in ("__slots__", "__all__") or name.endswith("_HELP")
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.JoinedStr():
            return True
    return False


def _ways(site: _Site) -> Iterator[ast.AST]:
    """The changes that a node allows."""
    node = site.node
    if isinstance(node, ast.stmt):
        yield from _statements(node, site.parent)
        return
    yield from _expressions(site)
    if site.field == "test" and isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.NamedExpr):
        yield ast.UnaryOp(ast.Not(), node)


def _statements(node: ast.stmt, parent: ast.AST) -> Iterator[ast.AST]:
    """It is forgotten, or gives nothing back."""
    match node:
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Delete() | ast.Raise():
            yield ast.Pass()
        case ast.Continue() | ast.Break() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Return(value) if value is not None:
            if isinstance(parent, ast.If | ast.For):
                yield ast.Pass()
            if not isinstance(value, ast.Constant):
                yield ast.Return(ast.Constant(None))


def _expressions(site: _Site) -> Iterator[ast.AST]:
    node = site.node
    match node:
        case ast.Compare(ops=[op]) if type(op) in _FLIPPED:
            yield ast.Compare(node.left, [_FLIPPED[type(op)]()], node.comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                rest = values[:at] + values[at + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _SWAPPED:
            yield ast.BinOp(left, _SWAPPED[type(op)](), right)
        case ast.Constant(value):
            yield from map(ast.Constant, _constants(value))
        case ast.Call(func, args, keywords):
            yield from _calls(func, args, keywords)
        case ast.Tuple(elts, ast.Load()) | ast.List(elts, ast.Load()) | ast.Set(elts) if _is_choice(
            site, elts
        ):
            for at in range(len(elts)):
                yield type(node)(elts=elts[:at] + elts[at + 1 :], ctx=ast.Load())  # type: ignore[call-arg]
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)


def _constants(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case str() | bytes() if text := value if isinstance(value, str) else value.decode("latin-1"):
            made = [text[: m.start("last")] + text[m.end("last") :] for m in _CLASS.finditer(text)]
            if not made and not re.search(r"\s", text):
                made = [""]
            for other in made:
                yield other if isinstance(value, str) else other.encode("latin-1")


def _is_choice(site: _Site, elts: list[ast.expr]) -> bool:
    """Are these things of one kind, of which one may be forgotten? A pair of two kinds would only crash."""
    return len(elts) > 1 and (
        site.field == "comparators" or all(isinstance(one, ast.Constant) for one in elts)
    )


def _calls(func: ast.expr, args: list[ast.expr], keywords: list[ast.keyword]) -> Iterator[ast.AST]:
    swappable = not (isinstance(func, ast.Name) and func.id in _UNSWAPPED)
    for at in range(len(args) - 1 if swappable else 0):
        if not any(isinstance(arg, ast.Starred | ast.Constant) for arg in args[at : at + 2]):
            swapped = [*args[:at], args[at + 1], args[at], *args[at + 2 :]]
            yield ast.Call(func, swapped, keywords)
    for at, keyword in enumerate(keywords):
        if keyword.arg is not None:
            yield ast.Call(func, args, keywords[:at] + keywords[at + 1 :])
    if isinstance(func, ast.Name) and func.id in ("sorted", "fresh") and len(args) == 1:
        yield args[0]  # the value itself, neither copied nor put in order
