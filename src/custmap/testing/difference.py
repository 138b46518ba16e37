"""Where an answer differs from what a fixture expects, in a readable form.

deepdiff finds the places, `values.equality.same` decides (for deepdiff 1 and 1.0 differ). deepdiff takes
0.3 s to import, so it is imported only if something differs. A fixture contains test data, so values
are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custmap.diagnostics.plain import plain
from custmap.diagnostics.span import Span
from custmap.syntax.node import ListNode, MapNode, Node
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, format_path

# Longer values are cut.
_WIDEST = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of the answer that is not as expected.

    `place`     where in the answer: `body.keysToRemove[0]`, `changes`.
    `expected`  and `got`, each in words: JSON, a line of a plan, a code, or `nothing`.
    `span`      the place in the fixture.
    `line`      the mapping line that produced the value, if known.
    """

    place: str
    expected: str
    got: str
    span: Span
    line: int | None = None

    def __str__(self) -> str:
        return plain(f"{self.place}: expected {self.expected}, got {self.got}")


def shown(value: Any) -> str:
    """A value as JSON on one line, `nothing` for ABSENT."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 40]} … {text[-30:]}"


def compare(expected: Any, got: Any, place: str, node: Node) -> list[Difference]:
    """The places where two values differ, none if they are the same; `node` is the expected one."""
    if got is not ABSENT and same(expected, got):
        return []
    if got is ABSENT:
        return [Difference(place, shown(expected), "nothing", node.span)]
    found = [
        Difference(_join(place, path), shown(left), shown(right), _nearest(node, path).span)
        for path, left, right in _leaves(expected, got)
        if left is ABSENT or right is ABSENT or not same(left, right)
    ]
    return sorted(found, key=lambda one: (one.span.line, one.span.column)) or [
        Difference(place, shown(expected), shown(got), node.span)
    ]


def _leaves(expected: Any, got: Any) -> Iterator[tuple[list[Any], Any, Any]]:
    from deepdiff import DeepDiff

    tree = DeepDiff(expected, got, view="tree", verbose_level=2, threshold_to_diff_deeper=0)
    for kind, found in tree.items():
        for leaf in found:
            left = ABSENT if kind.endswith("_added") else leaf.t1
            right = ABSENT if kind.endswith("_removed") else leaf.t2
            yield leaf.path(output_format="list"), left, right


def _join(place: str, path: list[Any]) -> str:
    segments: list[Segment] = [Index(part) if isinstance(part, int) else Member(str(part)) for part in path]
    text = format_path(tuple(segments))
    return f"{place}{text}" if not text or text.startswith("[") else f"{place}.{text}"


def _nearest(node: Node, path: list[Any]) -> Node:
    """The expected node at a path, or its nearest existing parent."""
    for part in path:
        match node:
            case MapNode():
                below = node.get(part)
            case ListNode(items=items):
                below = items[part] if isinstance(part, int) and part < len(items) else None
            case _:
                below = None
        if below is None:
            break
        node = below
    return node
