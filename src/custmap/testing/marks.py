"""`marks:` of a fixture: pytest's marks, of which `custmap test` knows `skip` and `xfail` too.

A mark is a word. What pytest makes of the words of a project (`-m slow`, `--strict-markers`) is its own
business; `skip` and `xfail` may say why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.testing.reading import kind_of, problem
from custmap.values.nearest import nearest

WITH_REASON: Final = ("skip", "xfail")
NAME: Final = "[A-Za-z_][A-Za-z0-9_]*"
_NAME: Final = re.compile(NAME)
_WITH_ARGUMENTS: Final = ("skipif", "parametrize", "usefixtures", "filterwarnings")
_HELP: Final = "Write `marks: [slow]`, `marks: [skip]` or `marks: [{xfail: why}]`."


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; `reason` is there for `skip` and `xfail` alone, and None where none is stated."""

    name: str
    reason: str | None = None


def marks_of(node: Node | None) -> tuple[Mark, ...]:
    """The marks of a fixture; those in a wrong form are left out."""
    found = (_mark(one) for one in node) if isinstance(node, ListNode) else ()
    return tuple(one for one in found if one is not None)


def mark_problems(node: Node | None) -> Iterator[Diagnostic]:
    """What is wrong with `marks:`."""
    if node is None:
        return
    if not isinstance(node, ListNode):
        yield problem(node, f"`marks` must be a list; this is {kind_of(node)}", _HELP)
        return
    seen: set[str] = set()
    for one in node:
        mark = _mark(one)
        if mark is None:
            yield _wrong(one)
        elif mark.name in seen:
            yield problem(one, f"`{mark.name}` is there twice")
        else:
            seen.add(mark.name)


def _mark(node: Node) -> Mark | None:
    match node:
        case ScalarNode(value=str() as name) if _NAME.fullmatch(name) and name not in _WITH_ARGUMENTS:
            return Mark(name)
        case MapNode(entries=((ScalarNode(value=str() as name), ScalarNode(value=str() as reason)),)) if (
            name in WITH_REASON
        ):
            return Mark(name, reason)
    return None


def _wrong(node: Node) -> Diagnostic:
    match node:
        case ScalarNode(value=str() as name) if name in _WITH_ARGUMENTS:
            return problem(node, f"`{name}` takes arguments, which a fixture cannot give", _HELP)
        case ScalarNode(value=str()):
            return problem(node, "a mark is one word of letters, digits and `_`", _HELP)
        case MapNode(entries=((key, value),)) if key.value in WITH_REASON:
            return problem(value, f"the reason must be text; this is {kind_of(value)}", _HELP)
        case MapNode(entries=((key, _),)):
            close = nearest(str(key.value), WITH_REASON)
            help = f"Did you mean `{close}`?" if close else _HELP
            return problem(key, f"`{key.value}` takes no reason, only `skip` and `xfail` do", help)
    return problem(node, f"a mark must be text; this is {kind_of(node)}", _HELP)
