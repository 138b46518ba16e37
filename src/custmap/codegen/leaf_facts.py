"""What the writer of values asks about a leaf: its type, and where its value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from custmap.expressions.ast import Call, Literal
from custmap.expressions.function import FunctionSpec
from custmap.model.clear import Send, SendNull
from custmap.model.kind import VALUE
from custmap.model.nodes import EachSource, FirstSource, FromSource, Leaf, Origin, RiderSource
from custmap.model.walkers import leaves, own_objects
from custmap.running.fits import is_plain, misfit
from custmap.values.types import ANY, Type


def entry_type(leaf: Leaf, functions: Mapping[str, FunctionSpec]) -> Type | None:
    """The type that each entry of a map is checked against; None where every one fits."""
    extra = leaf.type.extra if leaf.type is not None and leaf.kind.is_flat else None
    if extra is None or not extra.limited:
        return None
    made = made_type(leaf.origin, functions)
    values = made.extra if made is not None else None
    return None if values is not None and is_plain(extra, "string") and values.only("string") else extra


def may_be_container(leaf: Leaf) -> bool:
    """May the value that is sent be a list or an object?"""
    return not isinstance(leaf.origin.source, FromSource | RiderSource) or may_hold_containers(leaf)


def may_hold_containers(leaf: Leaf) -> bool:
    """The same, by kind and type alone."""
    return leaf.kind != VALUE or leaf.type is None or not leaf.type.kinds.isdisjoint({"array", "object"})


def keeps_order(source: FromSource) -> bool:
    """Does the value contain objects with named members taken from the record, in its order of keys?

    The border sorts maps with free keys.
    """
    type_ = source.type.items if source.type.only("array") else source.type
    return type_ is not None and bool(type_.members) and "object" in type_.kinds


def may_be_silent(origin: Origin) -> bool:
    return isinstance(origin.source, FirstSource) and any(
        option.when is not None or option.unmapped == "skip" or may_be_silent(option)
        for option in origin.source.origins
    )


def optional(type_: Type) -> Type:
    """An update sends only some members, so required members are required only of the whole."""
    return replace(type_, required=frozenset())


def made_type(origin: Origin, functions: Mapping[str, FunctionSpec]) -> Type | None:
    """The type of a value that custmap's code makes; None if it is the record's (it may be unchecked)."""
    if isinstance(origin.source, FromSource) and origin.values is None and origin.format is None:
        ast = origin.source.expression.ast
        spec = functions.get(ast.name) if isinstance(ast, Call) else None
        if spec is not None and spec.topic != "choice" and spec.part is None:
            return origin.source.type
    return None


_SCALARS: Final = frozenset({"string", "boolean", "integer", "number", "null"})


def is_fresh(origin: Origin, functions: Mapping[str, FunctionSpec]) -> bool:
    """Is the value certainly made by code, with none of the record's own lists and objects in it?"""
    made = made_type(origin, functions)
    if made is None:
        return False
    ast = origin.source.expression.ast if isinstance(origin.source, FromSource) else None
    return made.kinds <= _SCALARS or (isinstance(ast, Call) and functions[ast.name].sorts)


def rules_check_items(leaf: Leaf) -> bool:
    """Does a list fit as soon as each value in its items does? Then no item is looked at as a whole."""
    type_, source = leaf.type, leaf.origin.source
    if type_ is None or not type_.only("array") or not isinstance(source, EachSource):
        return False
    of_list = (type_.min_items, type_.max_items, type_.enum, leaf.origin.values, leaf.origin.format)
    asks_nothing = of_list == (None,) * 5 and not type_.unique_items
    objects = (one.type or ANY for one in own_objects(source.table.item))
    return (
        asks_nothing
        and all(one.enum is None and not one.required and "object" in one.kinds for one in objects)
        and all(map(_null_fits, leaves(source.table.item)))
    )


def _null_fits(leaf: Leaf) -> bool:
    """Does what stands for null at a rule's place fit the contract? A file's default is not checked."""
    match leaf.policy.clear:
        case SendNull():
            return leaf.type is None or misfit(leaf.type, None) is None
        case Send(value):
            return leaf.type is None or misfit(leaf.type, value) is None
    return True


def always_fits(leaf: Leaf, functions: Mapping[str, FunctionSpec]) -> bool:
    """Is it certain in advance that the value fits: made by code, or every mapped value fits?"""
    origin, type_ = leaf.origin, leaf.type
    if type_ is None or not type_.limited:
        return True
    made = made_type(origin, functions)
    if made is not None and is_plain(type_, "string") and made.only("string"):
        return True
    if origin.values is not None and origin.unmapped in ("reject", "skip") and origin.format is None:
        return all(misfit(type_, right) is None for _, right in origin.values)
    return isinstance(origin.source, FromSource) and isinstance(origin.source.expression.ast, Literal)
