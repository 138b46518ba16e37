"""The outline of a YAML text that is being typed: its keys and values, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Scalar:
    """A key or a single value: `start` and `end` are offsets, quotes included; `text` is what it says.

    `quote`  `'`, `"`, `|` for a block text, or nothing.
    `at`     for each character of `text` its offset, where escapes move them; else they follow `start`.
    """

    start: int
    end: int
    text: str
    quote: str = ""
    at: list[int] | None = None

    def offset(self, index: int) -> int:
        """The offset in the file of a character of `text`; also of its end."""
        if self.at is not None:
            return self.at[min(index, len(self.at) - 1)]
        return self.start + (self.quote in ("'", '"')) + index

    def index(self, offset: int) -> int:
        """The character of `text` at an offset in the file."""
        if self.at is not None:
            return next((index for index, at in enumerate(self.at) if at >= offset), len(self.text))
        return max(0, min(len(self.text), offset - self.offset(0)))


@dataclass(slots=True)
class Pair:
    """A key and its value. Without `colon` it is a word that may become a key, or is a text.

    `end` is where the place for the value ends: in a flow map before the comma.
    """

    key: Scalar
    colon: int | None
    value: Value | None
    end: int


@dataclass(slots=True)
class Table:
    """A map. `indent` is the column of its keys; of a flow map that of the key around it."""

    pairs: list[Pair]
    start: int
    end: int
    flow: bool
    indent: int

    def get(self, key: str) -> Value | None:
        pair = self.pair(key)
        return None if pair is None else pair.value

    def pair(self, key: str) -> Pair | None:
        return next((one for one in self.pairs if one.key.text == key and one.colon is not None), None)


@dataclass(slots=True)
class Listing:
    """A list: each item with the offset of its dash, or of its first character in a flow list."""

    items: list[tuple[int, Value | None]]
    start: int
    end: int
    flow: bool
    indent: int


Value: TypeAlias = Scalar | Table | Listing
Step: TypeAlias = str | int


@dataclass(slots=True)
class Outline:
    """The text and its root; `value` is what stands at a place of it."""

    text: str
    root: Value | None
    starts: list[int] = field(repr=False)

    def value(self, *path: Step) -> Value | None:
        value = self.root
        for step in path:
            if isinstance(value, Table):
                value = value.get(str(step))
            elif isinstance(value, Listing) and isinstance(step, int) and step < len(value.items):
                value = value.items[step][1]
            else:
                return None
        return value

    def said(self, *path: Step) -> str | None:
        """The text of a single value."""
        return scalar_text(self.value(*path))


def scalar_text(value: Value | None) -> str | None:
    """The text of a single value, also of one that may be the beginning of a map."""
    if isinstance(value, Table) and not value.flow and len(value.pairs) == 1 and value.pairs[0].colon is None:
        return value.pairs[0].key.text
    return value.text if isinstance(value, Scalar) else None
