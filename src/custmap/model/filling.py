"""Parts of templates as they are when a record has filled them, held against the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from custmap.model.template import Branch, Filled, Hole, Part, Ridden, Row, Tree
from custmap.schema.misfit import misfit
from custmap.values.numbers import scalar_text
from custmap.values.types import Type
from custmap.values.words import word_for


class Filling(Struct, frozen=True):
    """What a rule's templates have beside the value: asked as a `FormStyle` is whether they can say one."""

    parts: tuple[Part, ...]
    name: str
    path: str
    json: ClassVar[bool] = False
    of_scalars: ClassVar[bool] = True

    def unwritable(self, value: Any) -> str | None:
        """Why no template can say a value; None if each can."""
        return unsayable(self.parts, {Hole.VALUE: value, Hole.NAME: self.name, Hole.PATH: self.path})


class NamedEntries(Struct, frozen=True):
    """What the contract asks of the names of a map's entries: asked as a `FormStyle` is."""

    names: Type
    json: ClassVar[bool] = False
    of_scalars: ClassVar[bool] = False

    def unwritable(self, value: Any) -> str | None:
        """Why a map cannot have its keys; None if it can."""
        reason = next(filter(None, (misfit(self.names, key) for key in value)), None)
        return None if reason is None else f"has a name that {reason}"


def unsayable(parts: Iterable[Part], filling: Mapping[Hole, Any]) -> str | None:
    """Why the contract does not allow what templates become, in a phrase without the value; None if it does.

    Parts with holes for which there is no filling are not looked at.
    """
    for part in parts:
        if part.holes <= filling.keys() and (reason := _misfit(part, filling)):
            return reason
    return None


def _misfit(part: Part, filling: Mapping[Hole, Any]) -> str | None:
    try:
        made = _filled(part.tree, filling)
    except _Unfit as error:
        return error.reason
    found = [misfit(type_, made) for type_ in part.types]
    if not found or None in found:
        return None
    what = "a text that" if isinstance(part.tree, Filled) else "an item that does not fit:"
    return f"would stand in {what} {found[0]}"


class _Unfit(Exception):
    """What is filled in cannot stand there."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _filled(tree: Tree, filling: Mapping[Hole, Any]) -> Any:
    match tree:
        case Filled((Hole() as hole,)):
            return filling[hole]
        case Filled(parts):
            return "".join(one if isinstance(one, str) else _text(filling[one]) for one in parts)
        case Row(items):
            return [_filled(one, filling) for one in items if not isinstance(one, Ridden)]
        case Branch(entries):
            named = [(_text(_filled(key, filling)), inner) for key, inner in entries]
            if len(dict(named)) < len(named):
                raise _Unfit("has a name that its template uses for something else")
            return {name: _filled(one, filling) for name, one in named if not isinstance(one, Ridden)}
    return tree


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        raise _Unfit(f"is {word_for(value)}, which cannot stand in a text")
    return scalar_text(value)
