"""Expression → Python statements, in the three-state or the plain form.

One writer serves both: they differ in what represents "nothing here" (`ABSENT`, `None`) and so in
which tests are needed. Reading a path cannot fail, so reads from the scope's root are a separate
`prelude`, shared by all expressions of the scope; the `body` may raise FunctionError. User text enters
the source only as `repr` of a checked constant; everything else is a named global.

    email = customer.get("email", ABSENT)
    value = lower(email) if type(email) is str else refuse((email, "string"))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from custmap.expressions.ast import Node, Path, plain_path
from custmap.expressions.function import FunctionSpec
from custmap.expressions.helpers import BASE_GLOBALS
from custmap.expressions.parse import Expression
from custmap.expressions.python_names import Names
from custmap.expressions.write import Writer, step
from custmap.expressions.writing import OBJECT, PLAIN, THREE_STATE, Form, Value

__all__ = ["BASE_GLOBALS", "PLAIN", "THREE_STATE", "Emitted", "Emitter", "Names", "Scope"]

Prepared: TypeAlias = Mapping[str, tuple[str, ...]]
_AS_THEY_ARE: Final[Prepared] = {}


class Emitted(Struct, frozen=True):
    """Lines of Python, indented by 4 relative to each other.

    `prelude` cannot raise and must run before `body`, and before what any later expression of the same
    scope emits; `body` may raise FunctionError; `result` is a local name.
    """

    prelude: list[str]
    body: list[str]
    result: str


class Emitter:
    """Emits the expressions of one generated module: they share names and functions.

    `functions` are custmap's and a project's own; JMESPath's own are always available and come first.
    `quick`: functions are called without their guards, so the code may raise anything.
    """

    def __init__(
        self,
        names: Names,
        functions: Mapping[str, FunctionSpec],
        form: Form = THREE_STATE,
        *,
        quick: bool = False,
    ) -> None:
        self.names = names
        self.functions = functions
        self.form = form
        self.quick = quick

    def scope(self, root: str, known_object: bool, prepared: Prepared = _AS_THEY_ARE) -> Scope:
        """A place where expressions read from the local `root`; `known_object`: it is certainly a dict.

        `prepared`  members of the root that are changed when they are read: lines with `{}` for the local.
        """
        return Scope(self, root, known_object, prepared)


class Scope:
    """Expressions over one root, with the paths read from it so far."""

    def __init__(self, emitter: Emitter, root: str, known_object: bool, prepared: Prepared) -> None:
        self._emitter = emitter
        self._prepared = prepared
        self._root = Value(root, null=not known_object, kinds=OBJECT if known_object else None)
        self._reads: dict[Path, Value] = {}
        self._prelude: list[str] = []

    def emit(self, expression: Expression) -> Emitted:
        """The code of an expression; ExpressionError for an invalid call."""
        self._prelude = []
        emitter = self._emitter
        writer = Writer(
            emitter.names, emitter.form, emitter.functions, self._root, self._read_node, quick=emitter.quick
        )
        result = writer.named(writer.emit(expression.ast, self._root))
        return Emitted(self._prelude, writer.lines, result.code)

    def _read_node(self, node: Node) -> Value | None:
        """The local that a plain path is read into; None for any other node."""
        path = plain_path(node)
        return None if path is None else self._read(path)

    def _read(self, path: Path) -> Value:
        if not path:
            return self._root
        found = self._reads.get(path)
        if found is None:
            base = self._read(path[:-1])
            form = self._emitter.form
            name = self._emitter.names.fresh("_".join(map(str, path[-2:])))
            self._prelude.append(f"{name} = {step(form, base, path[-1])}")
            if len(path) == 1:
                lines = self._prepared.get(str(path[0]), ())
                self._prelude += [line.replace("{}", name) for line in lines]
            found = self._reads[path] = Value(name, absent=form.has_absent, null=True)
        return found
