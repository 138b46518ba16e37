"""The lines that compute one node of any kind; calls are in `write_calls`.

What is known about a value decides which tests are written: values made by code need none, values of a record
may be anything. A null that JMESPath creates becomes absent; a null that was there stays null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

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
from custmap.expressions.python_names import Names
from custmap.expressions.write_calls import write_call
from custmap.expressions.writing import (
    ARRAY,
    BOOLEAN,
    NUMERIC,
    OBJECT,
    Form,
    Lines,
    Value,
    all_absent,
    constant,
    false,
    or_null,
    present,
    text,
    true,
)


def step(form: Form, base: Value, key: str | int) -> str:
    """The Python expression for a member or an item of a named value."""
    it = base.code
    if isinstance(key, int):
        bound = f"> {key}" if key >= 0 else f">= {-key}"
        return f"{it}[{key}] if type({it}) is list and len({it}) {bound} else {form.otherwise(base)}"
    get = f"{it}.get({text(key)}{form.get_default})"
    return get if base.surely(OBJECT) else f"{get} if type({it}) is dict else {form.otherwise(base)}"


class Writer(Lines):
    """The lines of one expression; `read` gives the locals that plain paths of the root were read into."""

    def __init__(
        self,
        names: Names,
        form: Form,
        functions: Mapping[str, FunctionSpec],
        root: Value,
        read: Callable[[Node], Value | None],
        *,
        quick: bool = False,
    ) -> None:
        super().__init__(names, form, functions, quick=quick)
        self._root = root
        self._read = read

    def emit(self, node: Node, current: Value) -> Value:  # noqa: C901  # a table of node kinds
        if current is self._root and (found := self._read(node)) is not None:
            return found
        match node:
            case Current():
                return current
            case Literal(value):
                return constant(self.names, value)
            case Field(base, name):
                return self._step(self._over(base, current), name)
            case Index(base, position):
                return self._step(self._over(base, current), position)
            case Slice(base, first, stop, by):
                parts = ":".join("" if part is None else str(part) for part in (first, stop, by))
                return self._of_list(self._over(base, current), f"{{}}[{parts}]")
            case Flatten(base):
                return self._of_list(self._over(base, current), "flatten({})")
            case Projection(base, body):
                return self._list_projection(self._over(base, current), body)
            case ValueProjection(base, body):
                return self._projection(self._over(base, current), "dict", "values_of({})", body, None)
            case Filter(base, condition, body):
                return self._projection(self._over(base, current), "list", "{}", body, condition)
            case Pipe(left, right):
                return self._over(right, self._over(left, current))
            case MultiList(base, items):
                return self._multi_list(self._over(base, current), items)
            case MultiHash(base, entries):
                return self._multi_hash(self._over(base, current), entries)
            case Or(left, right):
                return self._or(left, right, current)
            case And(left, right):
                return self._and(left, right, current)
            case Not(operand):
                return self._not(self.emit(operand, current))
            case Comparison(operator, left, right):
                return self._comparison(operator, (left, right), current)
            case Call():
                return write_call(self, node, current)
            case Reference():
                raise AssertionError("a reference is allowed only as an argument")

    def _over(self, base: Node, current: Value) -> Value:
        """A value that others start from: named, and no longer a literal operand."""
        value = self.emit(base, current)
        return replace(self.named(value), literal=False) if value.literal else value

    def _step(self, base: Value, key: str | int) -> Value:
        hint = key if isinstance(key, str) else "item"
        return self.let(hint, step(self.form, base, key), absent=True, null=True)

    def _of_list(self, base: Value, make: str) -> Value:
        """A list made from a list; null or absent for anything else."""
        code = make.format(base.code)
        if base.surely(ARRAY):
            return self.let("items", code, kinds=ARRAY)
        code = f"{code} if type({base.code}) is list else {self.form.otherwise(base)}"
        return self.let("items", code, absent=True, null=base.null, kinds=ARRAY)

    def _list_projection(self, base: Value, body: Node) -> Value:
        if not isinstance(body, Current):
            return self._projection(base, "list", "{}", body, None)
        item = self.names.fresh("item")
        return self._of_list(base, f"[{item} for {item} in {{}} if {item} is not None]")

    def _projection(self, base: Value, kind: str, items: str, body: Node, condition: Node | None) -> Value:
        """A loop over a list, or over an object's values."""
        result = self.names.fresh("found")
        item = Value(self.names.fresh("item"), null=True)
        self.line(f"{result} = {self.form.otherwise(base)}")
        with self.block(f"if type({base.code}) is {kind}:"):
            self.line(f"{result} = []")
            with self.block(f"for {item.code} in {items.format(base.code)}:"):
                test = None if condition is None else true(self.emit(condition, item))
                with self.block(test and f"if {test}:"):
                    each = self.emit(body, item)
                    test = present(each)
                    with self.block(test and f"if {test}:"):
                        self.line(f"{result}.append({each.code})")
        return self.value(result, absent=True, null=base.null, kinds=ARRAY)

    def _multi_list(self, base: Value, items: tuple[Node, ...]) -> Value:
        result = self.names.fresh("items")
        with self._when_present(base, result):
            members = [self.emit(item, base) for item in items]
            code = "[" + ", ".join(map(or_null, members)) + "]"
            silent = all_absent(zip(items, members, strict=True))
            null = False
            if len(items) == 1 and self.form.has_absent and not is_constant(items[0]):
                # A list of one item is absent or null if its item is.
                (only,) = members
                null, test = only.null, present(only)
                code = f"[{only.code}] if {test} else {only.code}" if test else code
            elif silent:
                code = f"ABSENT if {silent} else {code}"
            self.line(f"{result} = {code}")
        return self.value(
            result, absent=base.absent or silent is not None, null=base.null or null, kinds=ARRAY
        )

    def _multi_hash(self, base: Value, entries: tuple[tuple[str, Node], ...]) -> Value:
        result = self.names.fresh("members")
        with self._when_present(base, result):
            members = [(name, self.emit(entry, base)) for name, entry in entries]
            silent = all_absent((node, value) for (_, node), (_, value) in zip(entries, members, strict=True))
            if any(value.absent for _, value in members):
                self._open_hash(result, members, silent)
            else:
                code = ", ".join(f"{text(name)}: {value.code}" for name, value in members)
                self.line(f"{result} = {{{code}}}")
        return self.value(result, absent=base.absent or silent is not None, null=base.null, kinds=OBJECT)

    def _when_present(self, base: Value, result: str) -> AbstractContextManager[None]:
        """A block that runs if the base has a value; otherwise the result has the base's state."""
        test = present(base)
        if test:
            self.line(f"{result} = {base.code}")
        return self.block(test and f"if {test}:")

    def _open_hash(self, result: str, members: list[tuple[str, Value]], silent: str | None) -> None:
        """An object from which absent members are left out."""
        self.line(f"{result} = {{}}")
        for name, value in members:
            with self.block(f"if {value.code} is not ABSENT:" if value.absent else None):
                self.line(f"{result}[{text(name)}] = {value.code}")
        if silent:
            with self.block(f"if {silent}:"):
                self.line(f"{result} = ABSENT")

    def _or(self, left_node: Node, right_node: Node, current: Value) -> Value:
        if self._speaks_alone(left_node, right_node):
            return self._of_constant(left_node, right_node, current, when=false)
        left = self.emit(left_node, current)
        # A literal does not replace an absent path: absent stays absent.
        stays = is_constant(right_node) and left.absent
        result = self.names.fresh("chosen")
        self.line(f"{result} = {left.code}")
        test = f"{left.code} is not ABSENT and {false(left)}" if stays else false(left)
        with self.block(f"if {test}:"):
            right = self.emit(right_node, current)
            self.line(f"{result} = {right.code}")
        kinds = left.kinds | right.kinds if left.kinds and right.kinds else None
        return self.value(result, absent=stays or right.absent, null=right.null, kinds=kinds)

    def _speaks_alone(self, left: Node, right: Node) -> bool:
        """Does only the right side read the record, so that the result is absent if it is?"""
        return self.form.has_absent and is_constant(left) and not is_constant(right)

    def _of_constant(
        self, left_node: Node, right_node: Node, current: Value, when: Callable[[Value], str]
    ) -> Value:
        """A constant or what stands right of it: right `when` the constant says so; absent where right is."""
        left, right = self.emit(left_node, current), self.emit(right_node, current)
        silent = f" or {right.code} is ABSENT" if right.absent else ""
        code = f"{right.code} if {when(left)}{silent} else {left.code}"
        kinds = left.kinds | right.kinds if left.kinds and right.kinds else None
        return self.let("chosen", code, absent=right.absent, null=left.null or right.null, kinds=kinds)

    def _and(self, left_node: Node, right_node: Node, current: Value) -> Value:
        if self._speaks_alone(left_node, right_node):
            return self._of_constant(left_node, right_node, current, when=true)
        left = self.emit(left_node, current)
        result = self.names.fresh("chosen")
        self.line(f"{result} = {left.code}")
        with self.block(f"if {true(left)}:"):
            right = self.emit(right_node, current)
            self.line(f"{result} = {right.code}")
        kinds = left.kinds | right.kinds if left.kinds and right.kinds else None
        return self.value(
            result, absent=left.absent or right.absent, null=left.null or right.null, kinds=kinds
        )

    def _not(self, operand: Value) -> Value:
        code = false(operand)
        if operand.absent:
            code = f"ABSENT if {operand.code} is ABSENT else {code}"
        return self.let("is_false", code, absent=operand.absent, kinds=BOOLEAN)

    def _comparison(self, operator: str, sides: tuple[Node, Node], current: Value) -> Value:
        left, right = (self.emit(side, current) for side in sides)
        if operator in ("==", "!="):
            code = self._equality(operator, left, right)
            silent = all_absent(zip(sides, (left, right), strict=True))
            code = f"ABSENT if {silent} else {code}" if silent else code
            return self.let("matches", code, absent=silent is not None, kinds=BOOLEAN)
        code = f"{left.code} {operator} {right.code}"
        test = self._comparable(left, right)
        code = f"{code} if {test} else {self.form.missing}" if test else code
        return self.let("matches", code, absent=test is not None, kinds=BOOLEAN)

    def _comparable(self, left: Value, right: Value) -> str | None:
        """The test that two values can be ordered; None: they certainly can.

        Three-state: numbers only, as the specification says. Plain: texts too, as the package does.
        """
        unsure = [value for value in (left, right) if not value.surely(NUMERIC)]
        if not unsure:
            return None
        if not self.form.has_absent:
            return f"comparable({left.code}, {right.code})"
        return " and ".join(f"type({self.named(value).code}) in NUMBERS" for value in unsure)

    def _equality(self, operator: str, left: Value, right: Value) -> str:
        """JSON's equality; Python's own if one side is a constant for which they agree."""
        for one, other in ((left, right), (right, left)):
            if one.literal and one.code in ("None", "True", "False"):
                return f"{or_null(self.named(other))} {'is' if operator == '==' else 'is not'} {one.code}"
            if one.literal and one.kinds == frozenset({"string"}):
                return f"{other.code} {operator} {one.code}"
        return f"{'' if operator == '==' else 'not '}same({or_null(left)}, {or_null(right)})"
