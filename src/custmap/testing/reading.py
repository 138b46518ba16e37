"""Helpers for reading fixtures: diagnostics, and words for kinds of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.nearest import nearest


def problem(node: Node, message: str, help: str | None = None) -> Diagnostic:
    """A fixture that cannot be used, at this node."""
    return Diagnostic("CM216", message, node.span, help)


def first_key(node: MapNode) -> Node:
    """The place for something missing in a map: its first key, or the map itself if it is empty."""
    return node.entries[0][0] if node.entries else node


def unknown_keys(node: MapNode, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    """A diagnostic for each key that is not known."""
    for key, _ in node:
        if key.value in known:
            continue
        close = nearest(str(key.value), known)
        help = Meant(close) if close else f"Known keys: {', '.join(f'`{name}`' for name in known)}"
        yield Diagnostic("CM201", f"unknown key `{key.value}`", key.span, help)


def kind_of(node: Node) -> str:
    """What a node is, as a word with its article."""
    match node:
        case MapNode():
            return "a map"
        case ListNode():
            return "a list"
        case ScalarNode(value=None):
            return "null"
        case ScalarNode(value=bool()):
            return "a boolean"
        case ScalarNode(value=str()):
            return "text"
        case ScalarNode():
            return "a number"


def members(node: Node | None) -> dict[str, Any]:
    """The plain members of an optional map."""
    return {str(key.value): plain(value) for key, value in node} if isinstance(node, MapNode) else {}
