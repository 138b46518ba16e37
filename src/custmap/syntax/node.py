"""`Node`: a YAML value with its span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from msgspec import Struct

from custmap.diagnostics.span import Span


class ScalarNode(Struct, frozen=True):
    """Text, number, boolean or null."""

    value: str | int | float | bool | None
    span: Span


class ListNode(Struct, frozen=True):
    """A sequence."""

    items: tuple[Node, ...]
    span: Span

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping: its keys in the file's order, each a scalar with its own place, never null."""

    entries: tuple[tuple[ScalarNode, Node], ...]
    span: Span
    _by_name: dict[Any, tuple[ScalarNode, Node]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __iter__(self) -> Iterator[tuple[ScalarNode, Node]]:
        return iter(self.entries)

    def get(self, key: str) -> Node | None:
        found = self._entry(key)
        return None if found is None else found[1]

    def key(self, key: str) -> ScalarNode | None:
        """The key itself, for its place."""
        found = self._entry(key)
        return None if found is None else found[0]

    def _entry(self, key: str) -> tuple[ScalarNode, Node] | None:
        if not self._by_name:
            self._by_name.update((entry[0].value, entry) for entry in reversed(self.entries))
        return self._by_name.get(key)


Node: TypeAlias = ScalarNode | ListNode | MapNode


def plain(node: Node) -> Any:
    """The value without places: dicts, lists, scalars."""
    match node:
        case ScalarNode(value=value):
            return value
        case ListNode(items=items):
            return [plain(item) for item in items]
        case MapNode(entries=entries):
            return {key.value: plain(value) for key, value in entries}
