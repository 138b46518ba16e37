"""Parts of a node: what most keys of a file are, a text, a literal, a table."""

from __future__ import annotations

from collections.abc import Sequence

from custmap.mapping.file import Constant, Text
from custmap.mapping.form import Trouble
from custmap.syntax.node import MapNode, Node, ScalarNode, plain
from custmap.values.nearest import nearest


def without(node: MapNode, unread: frozenset[str]) -> MapNode:
    return MapNode(tuple((key, value) for key, value in node if key.value not in unread), node.span)


def entries(node: MapNode, key: str) -> tuple[tuple[ScalarNode, Node], ...]:
    value = node.get(key)
    return value.entries if isinstance(value, MapNode) else ()


def as_text(node: Node) -> Text:
    return Text(str(plain(node)), node.span)


def text_of(node: MapNode, key: str) -> Text | None:
    value = node.get(key)
    return None if value is None or plain(value) is None else as_text(value)


def plain_text(node: MapNode, key: str) -> str | None:
    text = text_of(node, key)
    return text.value if text else None


def literal(node: MapNode, key: str) -> Constant | None:
    value = node.get(key)
    return None if value is None else Constant(plain(value), value.span)


def flag(node: MapNode, key: str) -> bool | None:
    value = node.get(key)
    found = None if value is None else plain(value)
    return found if isinstance(found, bool) else None


def unread_of(trouble: Trouble, place: Sequence[str | int], in_parts: frozenset[str]) -> frozenset[str]:
    """The keys of a table that cannot be read; an unknown key may stand for a similar one, or for any."""
    if not trouble:
        return frozenset()
    from custmap.mapping.keys import keys_of

    names = keys_of(place)
    found: set[str] = set()
    for key, inner in trouble.items():
        if key not in names:
            close = nearest(key, names)
            found.update([close] if close else names)
        elif not (key in in_parts and inner):
            found.add(key)
    return frozenset(found)
