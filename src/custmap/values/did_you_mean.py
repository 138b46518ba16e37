"""Finds the member of a schema that an unknown name probably means.

An answer takes a few look-ups for any name, since every record of a batch may have another unknown name: one
table per object has its paths under each of their names, and under names with one letter left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.values.members import named_paths
from custmap.values.nearest import nearest
from custmap.values.synonyms import SYNONYMS
from custmap.values.types import Type

Names = tuple[str, ...]
"""A path of named members; `*` stands for the items of a list."""

# A longer name is not a misspelt field.
_LONGEST: Final = 40
# In shorter words one letter makes another word: `tip` is not `zip`.
_SHORTEST: Final = 5


class Meant:
    """Looks up names in one schema. The tables are made on first use."""

    __slots__ = ("_ends", "_tables", "_type")

    def __init__(self, type_: Type) -> None:
        self._type = type_
        self._tables: dict[Names, dict[str, str]] = {}
        self._ends: tuple[dict[str, Names], dict[str, Names]] | None = None

    def by(self, holder: Names, name: str) -> str | None:
        """The path that was probably meant by `name` in the object at `holder`; None if unknown.

        >>> from custmap.schema.canonical import load_canonical
        >>> meant = Meant(load_canonical(None).type)
        >>> meant.by((), "firstName"), meant.by((), "emial"), meant.by(("addresses", "*"), "zip")
        ('name.given', 'email', 'addresses[*].postal_code')
        """
        word = _bare(name) if len(name) <= _LONGEST else ""
        if not word:
            return None
        near = self._table(holder)
        for letters in (word, *_one_less(word)):
            if letters in near:
                return near[letters]
        return self._table(()).get(word)

    def elsewhere(self, asked: Names) -> Names | None:
        """A path whose names, joined, or whose last name resembles what was asked."""
        if self._ends is None:
            self._ends = {}, {}
            for path in named_paths(self._type):
                names = tuple(_without_items(path))
                self._ends[0].setdefault("_".join(names), path)
                self._ends[1].setdefault(names[-1], path)
        for words, known in zip(("_".join(asked), asked[-1]), self._ends, strict=True):
            if found := nearest(words, known):
                return known[found]
        return None

    def _table(self, holder: Names) -> dict[str, str]:
        table = self._tables.get(holder)
        if table is None:
            table = self._tables[holder] = _table(self._type, holder)
        return table


def meant_in(type_: Type) -> Meant:
    """`Meant` of a type; the last one is kept, since a file's mistakes are looked up in one schema."""
    global _last
    last = _last
    if last is None or last[0] is not type_:
        last = _last = type_, Meant(type_)
    return last[1]


_last: tuple[Type, Meant] | None = None


def _table(root: Type, holder: Names) -> dict[str, str]:
    """The paths below an object by normalised words: full names, then synonyms, last names, misspellings."""
    type_: Type | None = root
    for name in holder:
        type_ = type_.items if name == "*" else type_.member(name)  # type: ignore[union-attr]  # the path was walked before
    paths = named_paths(type_) if type_ is not None else []
    shown = {path: _path_text((*holder, *path)) for path in paths}
    table: dict[str, str] = {}
    for path in paths:
        table.setdefault(_bare("".join(path)), shown[path])
    for path in paths:
        for word in SYNONYMS.get(".".join(_without_items((*holder, *path))), "").split():
            table.setdefault(_bare(word), shown[path])
    last: dict[str, list[str]] = {}
    for path in paths:
        last.setdefault(_bare(path[-1]), []).append(shown[path])
    for word, there in last.items():
        if len(there) == 1:
            table.setdefault(word, there[0])
    for word, path_text in list(table.items()):
        for letters in _one_less(word):
            table.setdefault(letters, path_text)
    return table


def _bare(name: str) -> str:
    """Its letters and digits in lower case: `firstName`, `first_name` and `First Name` are one word."""
    return "".join(filter(str.isalnum, name)).casefold()


def _one_less(word: str) -> Iterator[str]:
    """The word with each letter left out in turn: words that differ by one letter or a swap share one."""
    if len(word) >= _SHORTEST:
        for at in range(len(word)):
            yield word[:at] + word[at + 1 :]


def _without_items(path: Names) -> Iterator[str]:
    return (name for name in path if name != "*")


def _path_text(path: Names) -> str:
    return ".".join(path).replace(".*", "[*]")
