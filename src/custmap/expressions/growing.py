"""Which expressions may make more text than they are given, so that a budget is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custmap.expressions.ast import Call, Node, children
from custmap.expressions.builtins import BUILTINS
from custmap.expressions.function import FunctionSpec


def may_grow(nodes: Iterable[Node], functions: Mapping[str, FunctionSpec]) -> bool:
    """Is there a call in them that may make more text than the record has?"""
    known = {**functions, **BUILTINS}
    waiting = list(nodes)
    for node in waiting:
        if isinstance(node, Call) and node.name in known and known[node.name].grows:
            return True
        waiting += children(node)
    return False
