"""Unions of types: the result of either of two expressions; the type of a literal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from custmap.expressions.helpers import KIND_CLASSES
from custmap.values.equality import fingerprint
from custmap.values.types import NEVER, Type


def literal_type(value: Any) -> Type:
    """The type of a constant: exactly that value."""
    for kind, classes in KIND_CLASSES.items():
        if value.__class__ in classes:
            items = union(*map(literal_type, value)) if isinstance(value, list) else None
            return Type(kinds=frozenset({kind}), enum=(value,), items=items)
    raise AssertionError(f"not a JSON value: {type(value).__name__}")


def union(*types: Type) -> Type:
    """The union of types: all kinds, and only those limits on which the types agree."""
    if len(types) < 2:
        return types[0] if types else NEVER
    kinds = frozenset().union(*(each.kinds for each in types))
    absent = any(each.absent for each in types)
    told = [each for each in types if each.kinds - {"null"}]
    if len(told) < 2:
        return (told or types)[0].but(kinds, absent, _enum(types))
    texts = _sharing(told, "string")
    numbers = _sharing(told, "number", "integer")
    lists = _sharing(told, "array")
    objects = _sharing(told, "object")
    return Type(
        kinds=kinds,
        absent=absent,
        members=_members(objects),
        extra=objects[0].extra if _closed(objects) or _agree(objects, "members", "extra") else None,
        free=all(each.free for each in objects) if objects else False,
        required=frozenset.intersection(*(each.required for each in objects)) if objects else frozenset(),
        items=_items(lists),
        enum=_enum(types),
        format=_common(texts, "format"),
        pattern=_common(texts, "pattern"),
        min_length=_least(texts, "min_length"),
        max_length=_most(texts, "max_length"),
        minimum=_least(numbers, "minimum"),
        maximum=_most(numbers, "maximum"),
        exclusive_minimum=_common(numbers, "exclusive_minimum"),
        exclusive_maximum=_common(numbers, "exclusive_maximum"),
        multiple_of=_common(numbers, "multiple_of"),
        min_items=_least(lists, "min_items"),
        max_items=_most(lists, "max_items"),
        unique_items=all(each.unique_items for each in lists) if lists else False,
    )


def _sharing(types: list[Type], *kinds: str) -> list[Type]:
    return [each for each in types if not each.kinds.isdisjoint(kinds)]


def _agree(types: list[Type], *names: str) -> bool:
    """Do all types have the identical object there? Members may be recursive, so they are not compared."""
    return bool(types) and all(
        getattr(each, name) is getattr(types[0], name) for each in types for name in names
    )


def _members(objects: list[Type]) -> Mapping[str, Type]:
    """The members of all; of objects that an expression wrote out, each member of any."""
    if not _closed(objects):
        return objects[0].members if _agree(objects, "members") else {}
    names = dict.fromkeys(name for each in objects for name in each.members)
    return {name: union(*(each.members[name] for each in objects if name in each.members)) for name in names}


def _closed(objects: list[Type]) -> bool:
    """Do all of them list all their members, as `{a: …, b: …}` does?"""
    return bool(objects) and all(
        each.extra is NEVER and each.members.__class__ is dict and each.members for each in objects
    )


def _common(types: list[Type], name: str) -> Any:
    values = [_limit(each, name) for each in types]
    return values[0] if values and all(value == values[0] for value in values) else None


def _least(types: list[Type], name: str) -> Any:
    values = [_limit(each, name) for each in types]
    return None if not values or None in values else min(values)


def _most(types: list[Type], name: str) -> Any:
    values = [_limit(each, name) for each in types]
    return None if not values or None in values else max(values)


def _limit(type_: Type, name: str) -> Any:
    """A stated limit; for constants, the limit that they happen to satisfy."""
    stated = getattr(type_, name)
    if stated is not None or not type_.enum:
        return stated
    sizes: list[float]
    if name.endswith("_length"):
        sizes = [len(value) for value in type_.enum if isinstance(value, str)]
    elif name in ("minimum", "maximum"):
        sizes = [value for value in type_.enum if value.__class__ in (int, float)]
    else:
        return None
    if not sizes:
        return None
    return min(sizes) if name.startswith("min") else max(sizes)


def _enum(types: tuple[Type, ...]) -> tuple[Any, ...] | None:
    """The values of all, each once; a type that is null alone adds null, one of anything leaves no list."""
    found: dict[Hashable, Any] = {}
    for each in types:
        values = each.enum if each.kinds - {"null"} else (None,) * each.nullable
        if values is None:
            return None
        found.update((fingerprint(value), value) for value in values)
    return tuple(found.values()) or None


def _items(lists: list[Type]) -> Type | None:
    if not lists or any(each.items is None for each in lists):
        return None
    if all(each.items is lists[0].items for each in lists):
        return lists[0].items
    return union(*(each.items for each in lists if each.items is not None))
