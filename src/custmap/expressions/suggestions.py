"""Places in the source schema, in words, and what an unknown name may have meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custmap.diagnostics.meant import Meant
from custmap.expressions.helpers import KIND_WORDS
from custmap.expressions.inference import SourcePath, format_source
from custmap.values.did_you_mean import meant_in
from custmap.values.nearest import nearest
from custmap.values.types import NEVER, Type

_ARTICLES: Final = {"list": "a ", "object": "an ", "number": "a ", "integer": "an "}
_CONSTANTS: Final = frozenset({"true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Place:
    """A value on the walk: its type, and its source path if it is from the record.

    `name` is what messages call it. `each`: it is a list gathered from many places at `path`, so its
    items stand at `path` and not below it.
    """

    type: Type
    path: SourcePath | None = None
    name: str | None = None
    each: bool = False

    @property
    def label(self) -> str:
        if self.name is not None:
            return self.name if self.name.startswith("the ") else f"`{self.name}`"
        return f"`{format_source(self.path)}`" if self.path else "this"

    @property
    def items_path(self) -> SourcePath | None:
        return self.path if self.path is None or self.each else (*self.path, "*")


def member_of(type_: Type, name: str) -> Type | None:
    """The type of a member as a source path sees it; NEVER if there is none, None if not known.

    Unknown members of a record are ignored, so an object with named members has no others to read, even if
    its schema is open.
    """
    found = type_.member(name)
    return NEVER if found is None and type_.members and not type_.free else found


def kind_words(type_: Type) -> str:
    """`text or list`."""
    return " or ".join(KIND_WORDS[kind] for kind in sorted(type_.kinds - {"null"})) or "null"


def phrase(type_: Type) -> str:
    """`text or a list`, for use after "is"."""
    words = (KIND_WORDS[kind] for kind in sorted(type_.kinds - {"null"}))
    return " or ".join(f"{_ARTICLES.get(word, '')}{word}" for word in words)


def member_help(root: Type, base: Type, name: str, asked: tuple[str, ...], quoted: bool) -> str | None:
    """Help for an unknown member.

    The nearest name; the field that other systems call so; a path that looks like `asked`; otherwise, or if
    that is only a guess, the maps with free keys.
    """
    if not quoted and name in _CONSTANTS:
        return f"Write constants in backticks: `` `{name}` ``."
    known = meant_in(root)
    found = nearest(name, base.members) or known.by((), "_".join(asked)) or known.by((), name)
    elsewhere = None if found else known.elsewhere(asked)
    guess = format_source(elsewhere) if elsewhere else None
    own = None if found else _own_field(root, name)
    close = found or guess
    # A member stands for the name alone, a path for all that was asked.
    return Meant(close, name if close in base.members else None, own or "") if close else own


def _own_field(root: Type, name: str) -> str | None:
    """The place for data without a field: a map with free keys and values of any type."""
    maps = [one for one, type_ in root.members.items() if type_.free and not (type_.extra or NEVER).known]
    ways = " or ".join(f"`{format_source((one, name))}`" for one in maps)
    return f"For a field of your own write {ways}." if ways else None
