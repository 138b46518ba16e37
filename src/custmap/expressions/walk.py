"""The results of a walk over an expression, and the interface that calls need."""

from __future__ import annotations

from collections.abc import Mapping

from custmap.diagnostics.codes import Severity
from custmap.expressions.ast import Node
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import Problem, Read
from custmap.expressions.suggestions import Place
from custmap.values.types import Type


class Walk:
    """Reads and problems of one expression; `infer` adds how each kind of node is walked."""

    def __init__(self, functions: Mapping[str, FunctionSpec], root: Place) -> None:
        self.functions = functions
        self.root = root
        self.reads: list[Read] = []
        self.problems: list[Problem] = []

    def place(self, node: Node, current: Place) -> Place:
        """Type and source path of a node; a plain path is not yet a read."""
        raise NotImplementedError

    def operand_place(self, node: Node, current: Place) -> Place:
        """As `place`, for a node that an operator or a function uses."""
        raise NotImplementedError

    def condition(self, node: Node, current: Place) -> Type:
        """The type of a node that is used only as a condition."""
        raise NotImplementedError

    def use(self, node: Node, current: Place, *, whole: bool = True) -> Type:
        """The type of a node; if it is a path, that path counts as read, by default with all its members."""
        found = self.place(node, current)
        self.read(found, node, whole=whole)
        return found.type

    def operand(self, node: Node, current: Place, *, whole: bool = True) -> Type:
        """As `use`, for a node that an operator or a function uses."""
        found = self.operand_place(node, current)
        self.read(found, node, whole=whole)
        return found.type

    def read(self, place: Place, node: Node, *, whole: bool = True, rest: bool = False) -> None:
        """`whole`, `rest`: as a `Read` has them."""
        if place.path is not None:
            taken = place.type if whole and not rest and place.type.members else None
            self.reads.append(Read(place.path, node.start, max(1, node.end - node.start), taken, rest))

    def problem(
        self, code: str, message: str, node: Node, help: str | None, severity: Severity | None = None
    ) -> None:
        length = max(1, node.end - node.start)
        self.problems.append(Problem(code, message, node.start, length, help, severity))

    def error(self, error: ExpressionError) -> None:
        self.problems.append(Problem(error.code, error.reason, error.offset, error.length, error.help))
