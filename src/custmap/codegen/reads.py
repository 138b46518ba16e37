"""Which maps with free keys an operation reads: quick code copies those, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from custmap.expressions.ast import Call, Current, Field, Node, children
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked, Operation
from custmap.model.walkers import expressions_of
from custmap.schema.customer_texts import TEXT_PARTS


def free_maps(checked: Checked, operation: Operation) -> frozenset[str]:
    """The members of the customer that are maps and are read as a whole where the order of keys may show."""
    free = {name for name, type_ in checked.canonical.type.members.items() if type_.free}
    read: set[str] = set()
    for slot in operation.table.slots:
        for expression in expressions_of(slot.origin):
            read.update(_whole(expression.ast, checked.functions))
    return frozenset(free & read)


def _whole(node: Node, functions: Mapping[str, FunctionSpec]) -> Iterator[str]:
    """The names that are read as a whole: not for a member only, nor by a function that sorts."""
    match node:
        case Field(base=Current(), name=name):
            yield name
        case Field(base=Field(base=Current())):
            pass
        case Call(name=function) if function in functions and functions[function].sorts:
            for argument in node.arguments:
                if not (isinstance(argument, Field) and isinstance(argument.base, Current)):
                    yield from _whole(argument, functions)
        case _:
            for child in children(node):
                yield from _whole(child, functions)


def prepared(checked: Checked, maps: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """What is done to members of the customer when they are read: maps are copied, texts become objects."""
    copied = "if type({}) is dict:", "    {} = own({})"
    made: dict[str, tuple[str, ...]] = dict.fromkeys(maps, copied)
    if checked.canonical.is_customer:
        for name, part in TEXT_PARTS.items():
            made[name] = ("if type({}) is str:", "    {} = {" + repr(part) + ": {}}")
    return made


def reads_everything(reads: Iterable[SourcePath]) -> bool:
    """Is the record read as a whole, so that the order of its keys could show?"""
    return any(not path or path[0] == "*" for path in reads)
