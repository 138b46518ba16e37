"""What the contract asks of a template: the type of its value, and the parts that only records complete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from custmap.model.kind import Kind
from custmap.model.template import Branch, Filled, Hole, Part, Ridden, Row, Template, Tree, below
from custmap.schema.combine import meet
from custmap.schema.misfit import CHECKED_FORMATS
from custmap.values.types import ANY, Type

SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})


_LIMITS: Final = ("enum", "pattern", "min_length", "max_length")
Texts: TypeAlias = Mapping[Hole, str]
"""The name and the path of a rule, where they are not those of its entries or items."""


def value_type(templates: Iterable[Template], texts: Texts) -> Type | None:
    """The contract's type of the value that templates have, None: nothing is known.

    It is the contract's where the value stands as it is, and a scalar where it stands in a text or a key.
    """
    told = list(templates)
    places = [found for one in told for found in _of_value(one.tree, one.type, texts)]
    found = meet(*places) if places else None
    return as_scalar(found) if any(one.in_text for one in told) else found


def as_scalar(type_: Type | None) -> Type:
    """A type of which only single values can be."""
    return Type(kinds=SCALARS) if type_ is None else replace(type_, kinds=type_.kinds & SCALARS)


def sent_type(type_: Type, kind: Kind, source: Type) -> Type:
    """The type of a rule's value; `type_` is what a template has of a member, an entry or an item of it."""
    if kind.has_items:
        return Type(kinds=frozenset({"array"}), items=type_)
    if kind.is_deep and source.only("object") and source.members:
        members = {name: sent_type(type_, kind, source.members[name]) for name in source.members}
        return Type(kinds=frozenset({"object"}), members=members)
    is_map = kind.is_flat or (kind.is_deep and source.only("object"))
    return Type(kinds=frozenset({"object"}), extra=type_) if is_map else type_


def _of_value(tree: Tree, type_: Type | None, texts: Texts) -> Iterator[Type]:
    """The types of the places in a template where the value stands as it is."""
    if type_ is None:
        return
    match tree:
        case Filled((Hole.VALUE,)):
            if type_.kinds:  # else there can be no such member
                yield type_
        case Branch(entries):
            for key, inner in entries:
                name = key.filled(texts).text
                held = type_.member(name) if name is not None else None if type_.members else type_.extra
                yield from _of_value(inner, held, texts)
        case Row(items):
            for inner in items:
                yield from _of_value(inner, type_.items, texts)


def names_of(type_: Type, *, closed: bool) -> Collection[str]:
    """The names that an object's members may have; none where any may.

    `closed`: a member that the contract does not list is wrong.
    """
    if not type_.members or (type_.extra is None and not closed) or (type_.extra and type_.extra.kinds):
        return ()
    held = ((name, type_.member(name)) for name in type_.members)
    return [name for name, one in held if one is None or one.kinds]


def parts_of(tree: Tree, type_: Type | None, *, closed: bool) -> Iterator[Part]:
    """The parts of a template that what is filled in may make unfit."""
    match tree:
        case Filled(parts):
            if parts != (Hole.VALUE,) and tree.text is None and type_ is not None and _limits_texts(type_):
                yield Part(tree, (type_,))
        case Row(items):
            inner = None if type_ is None else type_.items
            if type_ is not None and type_.unique_items:
                yield whole_part(tree, (replace(type_, min_items=None, max_items=None),))
            for one in items:
                yield from parts_of(one, inner, closed=closed)
        case Branch(entries):
            if any(key.text is None for key, _ in entries):
                yield whole_part(tree, (ANY if type_ is None else type_,))
            names = names_of(type_, closed=closed) if type_ is not None else ()
            for key, one in entries:
                if key.text is not None:
                    yield from parts_of(one, None if type_ is None else type_.member(key.text), closed=closed)
                elif names:
                    yield Part(key, (Type(kinds=frozenset({"string"}), enum=tuple(names)),))


def whole_part(tree: Tree, types: Iterable[Type]) -> Part:
    """A template, or an object in it, as a whole; parameters in it are held against the contract alone."""
    return Part(tree, tuple(_without_ridden(tree, one) for one in types))


def _without_ridden(tree: Tree, type_: Type) -> Type:
    """The type of a tree without its parameters."""
    if not any(isinstance(one, Ridden) for one in below(tree)):
        return type_
    match tree:
        case Row(items):
            inner = type_.items
            for one in items:
                inner = None if inner is None else _without_ridden(one, inner)
            return replace(type_, items=inner, min_items=_fewer(type_.min_items, items))
        case Branch(entries):
            ridden = {key.text for key, one in entries if isinstance(one, Ridden)}
            members = dict(type_.members)
            for key, one in entries:
                if key.text in members:
                    members[key.text] = _without_ridden(one, members[key.text])
            return replace(type_, required=type_.asked - ridden, members=members)
    return type_


def _fewer(least: int | None, items: tuple[Tree, ...]) -> int | None:
    return None if least is None else least - sum(isinstance(one, Ridden) for one in items)


def parts_named(tree: Tree, member: str, by: Collection[str]) -> Iterator[Part]:
    """The text in a template that names the type of its item, if holes are in it."""
    for key, one in tree.entries if isinstance(tree, Branch) else ():
        if key.text == member and isinstance(one, Filled) and one.text is None:
            yield Part(one, (Type(kinds=frozenset({"string"}), enum=tuple(by)),))


def _limits_texts(type_: Type) -> bool:
    return type_.format in CHECKED_FORMATS or any(getattr(type_, limit) is not None for limit in _LIMITS)
