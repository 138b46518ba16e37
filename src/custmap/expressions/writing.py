"""Basics for generating code: values and what is known about them, forms, indented lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from msgspec import Struct

from custmap.expressions.ast import Node, is_constant
from custmap.expressions.function import FunctionSpec
from custmap.expressions.python_names import Names

Kinds: TypeAlias = frozenset[str]

OBJECT: Final = frozenset({"object"})
ARRAY: Final = frozenset({"array"})
BOOLEAN: Final = frozenset({"boolean"})
NUMERIC: Final = frozenset({"integer", "number"})
_CONSTANT_KINDS: Final[dict[type, Kinds]] = {
    str: frozenset({"string"}),
    bool: BOOLEAN,
    int: frozenset({"integer"}),
    float: frozenset({"number"}),
    list: ARRAY,
    dict: OBJECT,
}


@dataclass(frozen=True, slots=True)
class Value:
    """A local name or a constant in generated code.

    `absent`, `null`  may it be ABSENT, None?
    `kinds`           what it can be otherwise; known only of what code made, never of a record's value.
    `literal`         it was written as a constant in the expression.
    """

    code: str
    absent: bool = False
    null: bool = False
    kinds: Kinds | None = None
    literal: bool = False

    @property
    def sure(self) -> bool:
        """Is it certainly a value?"""
        return not (self.absent or self.null)

    def surely(self, kinds: Kinds) -> bool:
        return self.sure and self.kinds is not None and self.kinds <= kinds


class Form(Struct, frozen=True):
    """How "nothing here" is represented: `ABSENT` and `None`, or only `None`."""

    has_absent: bool

    @property
    def missing(self) -> str:
        return "ABSENT" if self.has_absent else "None"

    @property
    def get_default(self) -> str:
        return ", ABSENT" if self.has_absent else ""

    def otherwise(self, base: Value) -> str:
        """The result of a step into a value of the wrong type; null stays null."""
        if base.null and self.has_absent:
            return f"(None if {base.code} is None else ABSENT)"
        return self.missing


THREE_STATE: Final = Form(has_absent=True)
PLAIN: Final = Form(has_absent=False)


def text(value: str) -> str:
    """A Python literal for a text, in double quotes where that needs no escapes."""
    code = repr(value)
    return f'"{value}"' if code == f"'{value}'" and '"' not in value else code


def constant(names: Names, value: Any) -> Value:
    """A constant of the expression: scalars are written into the code, lists and objects are globals."""
    if value is None:
        return Value("None", null=True, literal=True)
    if isinstance(value, (list, dict)):
        code = names.bind(value, "constant")
    else:
        code = text(value) if isinstance(value, str) else repr(value)
    return Value(code, kinds=_CONSTANT_KINDS[type(value)], literal=True)


class Lines:
    """Python statements under construction; `Writer` adds `emit` for all kinds of nodes."""

    def __init__(
        self, names: Names, form: Form, functions: Mapping[str, FunctionSpec], *, quick: bool = False
    ) -> None:
        self.quick = quick
        self.names = names
        self.form = form
        self.functions = functions
        self.lines: list[str] = []
        self._indent = ""

    def emit(self, node: Node, current: Value) -> Value:
        """Write the code that computes `node` over `current`; returns its result."""
        raise NotImplementedError

    def line(self, code: str) -> None:
        self.lines.append(self._indent + code)

    @contextmanager
    def block(self, head: str | None) -> Iterator[None]:
        """Lines under a head such as `if …:`; without a head, just lines."""
        if head is None:
            yield
            return
        self.line(head)
        before, self._indent = self._indent, self._indent + "    "
        yield
        self._indent = before

    def value(
        self, code: str, *, absent: bool = False, null: bool = False, kinds: Kinds | None = None
    ) -> Value:
        """A value of this form: in the plain form, absent becomes null."""
        if not self.form.has_absent:
            absent, null = False, null or absent
        return Value(code, absent, null, kinds)

    def let(
        self, hint: str, code: str, *, absent: bool = False, null: bool = False, kinds: Kinds | None = None
    ) -> Value:
        """Write an assignment to a new name."""
        name = self.names.fresh(hint)
        self.line(f"{name} = {code}")
        return self.value(name, absent=absent, null=null, kinds=kinds)

    def named(self, value: Value) -> Value:
        """The same value under a name, so that code can test its class."""
        if value.code.isidentifier() and value.code not in ("None", "True", "False"):
            return value
        name = self.names.fresh("constant")
        self.line(f"{name} = {value.code}")
        return replace(value, code=name)


def present(value: Value) -> str | None:
    """The test that a value is neither absent nor null; None: it certainly is neither."""
    tests = [
        f"{value.code} is not {state}"
        for state, possible in (("ABSENT", value.absent), ("None", value.null))
        if possible
    ]
    return " and ".join(tests) or None


def true(value: Value) -> str:
    """The test that a value is true in JMESPath's sense."""
    return f"{value.code} is True" if value.kinds == BOOLEAN else f"truthy({value.code})"


def false(value: Value) -> str:
    return f"{value.code} is not True" if value.kinds == BOOLEAN else f"not truthy({value.code})"


def or_null(value: Value) -> str:
    """The value, with absent as null."""
    return f"(None if {value.code} is ABSENT else {value.code})" if value.absent else value.code


def all_absent(parts: Iterable[tuple[Node, Value]]) -> str | None:
    """The test that all non-constant nodes are absent; None: that is impossible."""
    tested = [value for node, value in parts if not is_constant(node)]
    if not tested or not all(value.absent for value in tested):
        return None
    return " and ".join(dict.fromkeys(f"{value.code} is ABSENT" for value in tested))
