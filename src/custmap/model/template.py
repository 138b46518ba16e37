"""Templates: items of a request that say what changed, with holes for the value, its place and its name.

A template is a tree of literals. Generated code writes it as an expression; no record walks over it, but for
the parts that may not fit the contract with what a record puts in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from custmap.diagnostics.span import Span
from custmap.values.types import Type


class Hole(Enum):
    """What a record fills: `path` is the target's place, `name` its last part, or a key."""

    VALUE = "value"
    PATH = "path"
    NAME = "name"


class Filled(Struct, frozen=True):
    """A text with holes. One that is a single `{value}` becomes the value, with its type."""

    parts: tuple[str | Hole, ...]

    @property
    def text(self) -> str | None:
        """The text, if it has no holes."""
        texts = [part for part in self.parts if isinstance(part, str)]
        return "".join(texts) if len(texts) == len(self.parts) else None

    def filled(self, texts: Mapping[Hole, str]) -> Filled:
        """The same with texts in some of its holes; adjacent texts become one."""
        parts: list[str | Hole] = []
        for part in self.parts:
            found = part if isinstance(part, str) else texts.get(part, part)
            if parts and isinstance(found, str) and isinstance(parts[-1], str):
                parts[-1] += found
            else:
                parts.append(found)
        return Filled(tuple(parts))


class Ridden(Struct, frozen=True):
    """A parameter: `index` into the operation's riders. A member without its value is left out.

    From the end, -1 first, what names the customer: see `Operation.named`.
    """

    index: int


class Branch(Struct, frozen=True):
    entries: tuple[tuple[Filled, Tree], ...]


class Row(Struct, frozen=True):
    items: tuple[Tree, ...]


Tree: TypeAlias = Branch | Row | Filled | Ridden | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template that only a record completes, and that must fit one of `types` then."""

    tree: Tree
    types: tuple[Type, ...]
    holes: frozenset[Hole] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holes", frozenset(_holes(self.tree)))


@dataclass(frozen=True, slots=True)
class Template:
    """`number` tells the templates of a mapping apart; `holes` are what is filled in it.

    `type`     what the contract asks of the item, None: nothing is known.
    `item`     the whole of it, to be held against that type.
    `parts`    what must be held against it when they are filled: texts, and objects with keys that a record
               names. A value that stands as it is is held against it by its rule.
    `in_text`  the value stands in a text, or in a key, where no object and no list can.
    """

    tree: Tree
    span: Span
    number: int
    type: Type | None = field(compare=False)
    item: Part = field(compare=False)
    parts: tuple[Part, ...] = field(default=(), compare=False)
    holes: frozenset[Hole] = field(init=False)
    in_text: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holes", frozenset(_holes(self.tree)))
        object.__setattr__(self, "in_text", any(map(_has_value, _texts(self.tree))))


def below(tree: Tree) -> Iterator[Tree]:
    """A tree and all trees in it."""
    yield tree
    match tree:
        case Branch(entries):
            for key, inner in entries:
                yield key
                yield from below(inner)
        case Row(items):
            for inner in items:
                yield from below(inner)


def _texts(tree: Tree) -> Iterator[Filled]:
    """The texts with holes, and the keys."""
    for one in below(tree):
        if isinstance(one, Branch):
            yield from (key for key, _ in one.entries)
        elif isinstance(one, Filled) and len(one.parts) > 1:
            yield one


def _has_value(text: Filled) -> bool:
    return Hole.VALUE in text.parts


def _holes(tree: Tree) -> Iterator[Hole]:
    for one in below(tree):
        if isinstance(one, Filled):
            yield from (part for part in one.parts if isinstance(part, Hole))
