"""The type of an expression and what it reads, found without running it.

One walk over the nodes, with the type and the source path of the current value. A path counts as read where
it is used, so `name.given` is one read and not two. Members are looked up one at a time, since the
canonical schema may refer to itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from custmap.diagnostics.meant import Meant
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
    is_constant,
)
from custmap.expressions.function import FunctionSpec
from custmap.expressions.infer_calls import infer_call
from custmap.expressions.inference import Inference, Problem, Read
from custmap.expressions.parse import Expression
from custmap.expressions.suggestions import Place, member_help, member_of, phrase
from custmap.expressions.unions import literal_type, union
from custmap.expressions.walk import Walk
from custmap.values.equality import same
from custmap.values.nearest import nearest
from custmap.values.types import ANY, BOOLEAN, NEVER, Type

__all__ = ["Inference", "Problem", "Read", "infer"]

_ARRAY: Final = frozenset({"array"})
_OBJECT: Final = frozenset({"object"})
_NUMERIC: Final = frozenset({"integer", "number"})
_UNKNOWN: Final = ANY.maybe_absent()


def infer(
    expression: Expression,
    scope: Type,
    functions: Mapping[str, FunctionSpec],
    scope_name: str = "Customer",
) -> Inference:
    """The type, the reads and the problems of an expression over a value of type `scope`.

    `scope_name` is what messages call that value: `` `Customer` has no field … ``.
    """
    walk = _Inferring(functions, Place(scope, (), scope_name))
    result = walk.use(expression.ast, walk.root, whole=False)
    problems = sorted(dict.fromkeys(walk.problems), key=lambda problem: problem.offset)
    return Inference(result, tuple(dict.fromkeys(walk.reads)), tuple(problems))


class _Inferring(Walk):
    """The walk over one expression."""

    def place(  # noqa: C901  # a table of node kinds
        self, node: Node, current: Place, asked: tuple[str, ...] = (), top: Node | None = None
    ) -> Place:
        """Type and source path of a node; for a path, `asked` are the names after it, `top` its end."""
        match node:
            case Current():
                return current
            case Literal(value):
                return Place(literal_type(value))
            case Field(base, name):
                names, top = (name, *asked), top or node
                return self._member(self.place(base, current, names, top), node, names, top)
            case Index(base):
                return self._item(self.place(base, current, asked, top or node), node)
            case Slice(base):
                return self._some(self.place(base, current), node)
            case Flatten(base):
                return self._flat(self.place(base, current), node)
            case Projection(base, body):
                return self._projection(self.place(base, current), node, body, None)
            case Filter(base, condition, body):
                return self._projection(self.place(base, current), node, body, condition)
            case ValueProjection(base, body):
                return self._values(self.place(base, current), node, body)
            case Pipe(left, right):
                return self._under(self.place(left, current), left, lambda here: self.place(right, here))
            case MultiList(base, items):
                return self._under(self.place(base, current), base, lambda here: self._list(here, items))
            case MultiHash(base, entries):
                return self._under(self.place(base, current), base, lambda here: self._hash(here, entries))
            case Or(left, right):
                return self._or(node, left, right, current)
            case And(left, right):
                first, second = self.condition(left, current), self.use(right, current)
                both = union(first, second)
                return Place(replace(both, absent=first.absent or second.absent))
            case Not(operand):
                return Place(replace(BOOLEAN, absent=self.condition(operand, current).absent))
            case Comparison():
                return self._comparison(node, current)
            case Call():
                return Place(infer_call(self, node, current))
            case Reference(body):
                return self.place(body, current)

    def condition(self, node: Node, current: Place) -> Type:
        """A node used only as a condition, where `||` does not confuse states."""
        match node:
            case Or(left, right):
                first, second = self.condition(left, current), self.condition(right, current)
                return union(first, second)
            case _:
                return self.use(node, current)

    def _member(self, base: Place, node: Field, asked: tuple[str, ...], top: Node) -> Place:
        kinds = base.type.kinds - {"null"}
        if not kinds:
            return Place(base.type.maybe_absent())
        if "object" not in kinds:
            message = f"{base.label} is {phrase(base.type)}, which has no fields"
            return self._never(node, message, self._quote_help(node))
        path = None if base.path is None else (*base.path, node.name)
        found = member_of(base.type, node.name)
        if found is None:
            return Place(_UNKNOWN, path)
        if not found.kinds:
            message = f"{base.label} has no field `{node.name}`"
            help = member_help(self.root.type, base.type, node.name, asked, node.quoted)
            self.problem("CM301", message, top, help or self._quote_help(node))
            return Place(_UNKNOWN)
        sure = node.name in base.type.required and kinds == _OBJECT and not base.type.absent
        type_ = found if sure else found.maybe_absent()
        return Place(type_.or_null() if base.type.nullable else type_, path)

    def _item(self, base: Place, node: Index) -> Place:
        if not self._is_list(base, node):
            return Place(_UNKNOWN)
        items = (base.type.items or ANY).maybe_absent()
        path = base.path if base.path is None or base.each else (*base.path, node.position)
        return Place(items.or_null() if base.type.nullable else items, path)

    def _some(self, base: Place, node: Slice) -> Place:
        if not self._is_list(base, node):
            return Place(_UNKNOWN)
        return replace(base, type=self._from_list(base.type, base.type.items))

    def _flat(self, base: Place, node: Flatten) -> Place:
        if not self._is_list(base, node):
            return Place(_UNKNOWN)
        items = base.type.items
        if items is None or "array" not in items.kinds:
            return replace(base, type=self._from_list(base.type, items))
        rest = replace(items, kinds=items.kinds - _ARRAY)
        inner = None if items.items is None else union(items.items, rest) if rest.kinds else items.items
        path = base.items_path if base.path is None else (*(base.items_path or ()), "*")
        return Place(self._from_list(base.type, inner), path, each=True)

    def _is_list(self, base: Place, node: Node) -> bool:
        kinds = base.type.kinds - {"null"}
        if kinds and "array" not in kinds:
            self._never(node, f"{base.label} is {phrase(base.type)}, which has no items", None)
            return False
        return True

    def _never(self, node: Node, message: str, help: str | None) -> Place:
        self.problem("CM408", message, node, help)
        return Place(_UNKNOWN)

    @staticmethod
    def _quote_help(node: Field) -> str | None:
        if not node.quoted or not isinstance(node.base, Current):
            return None
        return f"Double quotes are for field names; write text in single quotes: '{node.name}'."

    @staticmethod
    def _from_list(base: Type, items: Type | None) -> Type:
        """The type of a list made from a value that may not be a list."""
        kinds = _ARRAY | (base.kinds & {"null"})
        absent = base.absent or not base.kinds <= _ARRAY | {"null"}
        return Type(kinds=kinds, absent=absent, items=items, max_items=base.max_items)

    def _projection(self, base: Place, node: Node, body: Node, condition: Node | None) -> Place:
        if not self._is_list(base, node):
            return Place(_UNKNOWN)
        item = Place((base.type.items or ANY).present().not_null(), base.items_path, "the item")
        return self._each(base, node, item, body, condition)

    def _values(self, base: Place, node: Node, body: Node) -> Place:
        kinds = base.type.kinds - {"null"}
        if kinds and "object" not in kinds:
            return self._never(node, f"{base.label} is {phrase(base.type)}, which has no fields", None)
        values = base.type.extra if base.type.free and base.type.extra is not None else ANY
        item = Place(values.present().not_null(), base.items_path, "the value")
        if base.type.members:
            self.read(base, node)
        over = replace(base, type=replace(base.type, kinds=_ARRAY | (base.type.kinds & {"null"})))
        return self._each(over, node, item, body, None)

    def _each(self, base: Place, node: Node, item: Place, body: Node, condition: Node | None) -> Place:
        """A list of what `body` gives for each item."""
        before = len(self.reads)
        each = self.place(body, item)
        if each.path is None and len(self.reads) == before:
            self.read(base, node)
        if condition is not None:
            # The primary path comes first, the condition's reads after it.
            if each.path is not None:
                self.read(each, node)
            self.condition(condition, item)
        items = each.type.present().not_null()
        return Place(self._from_list(base.type, items), each.path, each=True)

    def _under(self, left: Place, node: Node, rest: Callable[[Place], Place]) -> Place:
        """A node that starts from a value; if it reads no member by name, it reads all of the value."""
        before = len(self.reads)
        result = rest(left)
        if result.path is None and len(self.reads) == before and left.path:
            self.read(left, node)
        return result

    def _list(self, base: Place, items: tuple[Node, ...]) -> Place:
        types = [self.operand(item, base) for item in items]
        silent = self._all_absent(items, types)
        if len(items) == 1 and not is_constant(items[0]):
            (only,) = types
            made = Type(kinds=_ARRAY, items=only.present().not_null(), min_items=1, max_items=1)
            return self._made(base, made.or_null() if only.nullable else made, silent)
        inside = union(*(each.present().or_null() if each.absent else each for each in types))
        size = len(items)
        return self._made(base, Type(kinds=_ARRAY, items=inside, min_items=size, max_items=size), silent)

    def _hash(self, base: Place, entries: tuple[tuple[str, Node], ...]) -> Place:
        types = {name: self.operand(entry, base) for name, entry in entries}
        silent = self._all_absent([entry for _, entry in entries], list(types.values()))
        sure = frozenset(name for name, each in types.items() if not each.absent)
        members = {name: each.present() for name, each in types.items()}
        return self._made(base, Type(kinds=_OBJECT, members=members, extra=NEVER, required=sure), silent)

    @staticmethod
    def _made(base: Place, made: Type, silent: bool) -> Place:
        made = made.maybe_absent() if silent or base.type.absent else made
        return Place(made.or_null() if base.type.nullable else made)

    @staticmethod
    def _all_absent(nodes: tuple[Node, ...] | list[Node], types: list[Type]) -> bool:
        spoken = [each for node, each in zip(nodes, types, strict=False) if not is_constant(node)]
        return bool(spoken) and all(each.absent for each in spoken)

    def _or(self, node: Or, left: Node, right: Node, current: Place) -> Place:
        before = len(self.reads)
        first = self.operand(left, current)
        middle = len(self.reads)
        second = self.operand(right, current)
        confuses = len(self.reads) > middle > before and not first.only("boolean")
        # One finding for `a || b || c`: the outermost `||` reports it.
        inside = any(isinstance(part, Or) for part in (left, right))
        if confuses and not (inside and any(each.code == "CM409" for each in self.problems)):
            self.problem(
                "CM409",
                "`||` treats null, empty text and an empty list as absent",
                node,
                "Use `coalesce`, which takes the first that is not absent.",
            )
        both = union(first.not_null(), second)
        absent = first.absent if is_constant(right) else second.absent
        return Place(replace(both, absent=absent))

    def _comparison(self, node: Comparison, current: Place) -> Place:
        sides = (node.left, node.right)
        # Of what is compared with a text, a number, a truth value or null, no member counts.
        whole = not any(
            isinstance(side, Literal) and side.value.__class__ not in (dict, list) for side in sides
        )
        types = [self.operand(side, current, whole=whole) for side in sides]
        ordering = node.operator not in ("==", "!=")
        numbers = all(each.kinds <= _NUMERIC and not each.absent for each in types)
        if ordering and any(each.known and not each.kinds & _NUMERIC for each in types):
            self.problem("CM408", "only numbers can be compared by size", node, None)
        if not ordering:
            self._never_equal(node.left, types[0], types[1])
            self._never_equal(node.right, types[1], types[0])
        absent = not numbers if ordering else self._all_absent(sides, types)
        return Place(BOOLEAN.maybe_absent() if absent else BOOLEAN)

    def _never_equal(self, node: Node, constant: Type, other: Type) -> None:
        """CM411: a constant that the other side never equals."""
        if not isinstance(node, Literal) or node.value is None or other.enum is None:
            return
        if all(not same(node.value, value) for value in other.enum):
            words = [str(value) for value in other.enum if value is not None]
            meant = nearest(str(node.value), words)
            help = Meant(meant, str(node.value)) if meant else f"The possible values are {', '.join(words)}."
            self.problem("CM411", "the other side never has this value", node, help)

    def operand_place(self, node: Node, current: Place) -> Place:
        """As `place`; an unknown name in double quotes was probably meant as a text."""
        if isinstance(node, Field) and isinstance(node.base, Current) and node.quoted:
            type_ = current.type
            found = member_of(type_, node.name) if "object" in type_.kinds else NEVER
            if type_.known and found is not None and not found.kinds:
                message = f"double quotes are for field names, and {current.label} has no field `{node.name}`"
                help = f"Write text in single quotes: '{node.name}'."
                self.problem("CM408", message, node, help)
                return Place(_UNKNOWN)
        return self.place(node, current)
