"""The lists of a body that requests fill by what changed, as far as the contract limits them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from custmap.contract.contract import Contract
from custmap.model.changes import Changes
from custmap.model.clear import KeyIn, Named, NameIn
from custmap.model.filled_list import FilledList
from custmap.model.mask import Mask
from custmap.model.nodes import Container, ItemsNode, Leaf
from custmap.model.walkers import leaves, nodes
from custmap.values.paths import Member, TargetPath
from custmap.values.types import KINDS, Type

_COUNTED = ("min_items", "max_items")


def filled_lists(
    contract: Contract,
    changes: Changes | None,
    mask: Mask | None,
    names: Iterable[tuple[TargetPath, type[Named]]],
    body: Container,
) -> tuple[FilledList, ...]:
    """The lists with limits; `contract` is the vendor's own, `names` the places of what clears."""
    found = list(_named(contract, mask, names))
    if changes is not None:
        place = tuple(map(Member, changes.into))
        found += _counted(place, contract.at(place) if place else contract.body)
    else:
        listed = [one.path for one in nodes(body) if isinstance(one, ItemsNode)]
        listed += [one.path for one in leaves(body) if _is_told(one)]
        for path in listed:
            found += _counted(path, contract.at(path) if path else contract.body)
    return tuple(found)


def _is_told(leaf: Leaf) -> bool:
    """Are items of the list told in its own place?"""
    return leaf.ways is not None and not leaf.ways.is_elsewhere


def _named(
    contract: Contract, mask: Mask | None, names: Iterable[tuple[TargetPath, type[Named]]]
) -> Iterator[FilledList]:
    places = {place: form.items for place, form in names if form is not KeyIn}
    if mask is not None and mask.query is not None:
        parameter = contract.parameters.get("query", {}).get(mask.query)
        if parameter is not None and parameter.type is not None and parameter.type.only("string"):
            yield FilledList((), parameter.type, mask.query)
    elif mask is not None:
        places.setdefault(mask.place, NameIn.items)
    for place, kind in places.items():
        type_ = contract.at(place)
        if type_ is not None and type_.only("array") and (_limits(type_) or _limits_items(type_.items, kind)):
            yield FilledList(place, type_)


def _counted(place: TargetPath, type_: Type | None) -> Iterator[FilledList]:
    """How many items there may be; what they are is held against the contract where they are made."""
    if type_ is not None and type_.only("array") and _limits(type_):
        yield FilledList(place, replace(type_, items=None, enum=None))


def _limits(type_: Type) -> bool:
    """Is it limited how many items there are, or that they differ?"""
    return type_.unique_items or any(getattr(type_, limit) is not None for limit in _COUNTED)


def _limits_items(items: Type | None, kind: str | None) -> bool:
    """May an item that is written, of this kind, not fit?"""
    if items is None or not items.limited:
        return False
    return kind not in items.kinds or items.but(KINDS, items.absent, items.enum).limited
