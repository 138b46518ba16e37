"""Intersections and unions of types, for `allOf`, `$ref` with siblings, `anyOf` and `oneOf`.

`meet` allows what both allow, `join` at least what one of them allows. A keyword about texts does not concern
numbers, so a join considers it only for types that can be a text.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Any, Final, TypeAlias

from msgspec import Struct

from custmap.values.decimals import common_multiple
from custmap.values.equality import fingerprint
from custmap.values.types import ANY, KINDS, NEVER, Type

Later: TypeAlias = Callable[[], Type | None]
Combine: TypeAlias = Callable[[Iterable[Type | None]], Type | None]

# The keywords of each kind; the choice between two limits is `max` or `min` in a meet, the other in a join.
_LOWER: Final = {
    "min_length": "string",
    "minimum": "number",
    "exclusive_minimum": "number",
    "min_items": "array",
}
_UPPER: Final = {
    "max_length": "string",
    "maximum": "number",
    "exclusive_maximum": "number",
    "max_items": "array",
}
_KINDS: Final = {kind: frozenset({kind}) for kind in KINDS}
_WHOLE: Final = frozenset({"integer", "number"})
_EQUAL: Final = {"format": "string", "pattern": "string", "multiple_of": "number"}


class LazyType(Type):
    """A type whose `items` and `extra` are computed on demand.

    It equals a plain `Type` with the same fields. Pickles contain how to compute them, not the result,
    which may refer back to the type itself.
    """

    __slots__ = ("_extra", "_extra_now", "_items", "_items_now")

    @property
    def items(self) -> Type | None:
        return _force(self, "_items")

    @items.setter
    def items(self, value: Type | Later | None) -> None:
        object.__setattr__(self, "_items", value)

    @property
    def extra(self) -> Type | None:
        return _force(self, "_extra")

    @extra.setter
    def extra(self, value: Type | Later | None) -> None:
        object.__setattr__(self, "_extra", value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Type):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _COMPARED)

    __hash__ = Type.__hash__

    def __repr__(self) -> str:
        """Without the computed parts, which are infinite for a schema that refers to itself."""
        shown = [f"{name}={getattr(self, name)!r}" for name in _COMPARED if getattr(self, name)]
        return f"Type({', '.join(shown)}, …)"

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {name: getattr(self, name) for name in _STATED if name not in ("items", "extra")}
        return later, (Type(**plain), _stated(self, "_items"), _stated(self, "_extra"))


def _stated(self: LazyType, slot: str) -> Type | Later | None:
    return object.__getattribute__(self, slot)  # type: ignore[no-any-return]


def _force(self: LazyType, slot: str) -> Type | None:
    stated = _stated(self, slot)
    if stated is None or isinstance(stated, Type):
        return stated
    try:
        return object.__getattribute__(self, slot + "_now")  # type: ignore[no-any-return]
    except AttributeError:
        found = stated()
        object.__setattr__(self, slot + "_now", found)
        return found


_COMPARED: Final = tuple(f.name for f in fields(Type) if f.compare)
_STATED: Final = tuple(f.name for f in fields(Type) if f.init)


def later(type_: Type, items: Type | Later | None, extra: Type | Later | None) -> Type:
    """The type with these items and free values, each a type or a function that returns it."""
    if items is None and extra is None:
        return type_
    values: dict[str, Any] = {name: getattr(type_, name) for name in _STATED}
    return LazyType(**{**values, "items": items, "extra": extra})


def meet(*types: Type) -> Type:
    """What all the types allow; combined at once, so that hundreds nest no deeper than two."""
    found = _distinct(type_ for type_ in types if type_ is not ANY)
    if len(found) < 2:
        return found[0] if found else ANY
    kinds = reduce(_common, (type_.kinds for type_ in found))
    limits: dict[str, Any] = {}
    for table, choose in ((_LOWER, max), (_UPPER, min), (_EQUAL, _first)):
        for name in table:
            stated = [value for type_ in found if (value := getattr(type_, name)) is not None]
            limits[name] = choose(stated) if stated else None
    if steps := [type_.multiple_of for type_ in found if type_.multiple_of is not None]:
        limits["multiple_of"] = reduce(common_multiple, steps)
    enum, kinds = _meet_enum(found, kinds)
    names = [type_.names for type_ in found if type_.names is not None]
    has_members = any(type_.members for type_ in found)
    return later(
        Type(
            kinds=kinds,
            members=_Members(_meet_open, found) if has_members else {},
            free=any(type_.free for type_ in found) and not has_members,
            required=frozenset().union(*(type_.required for type_ in found)),
            enum=enum,
            unique_items=any(type_.unique_items for type_ in found),
            read_only=any(type_.read_only for type_ in found),
            names=meet(*names) if names else None,
            **limits,
        ),
        items=_Part(_meet_open, found, "items") if "array" in kinds else None,
        extra=_Part(_meet_open, found, "extra") if "object" in kinds else None,
    )


def join(*types: Type) -> Type:
    """At least what one of the types allows; all at once, as `meet`."""
    found = _distinct(type_ for type_ in types if type_.kinds)
    if len(found) < 2:
        return found[0] if found else NEVER
    limits: dict[str, Any] = {}
    for table, choose in ((_LOWER, min), (_UPPER, max), (_EQUAL, _agreed)):
        for name, kind in table.items():
            sides = [getattr(type_, name) for type_ in found if _can_be(type_, kind)]
            limits[name] = choose(sides) if sides and None not in sides else None
    objects = [type_ for type_ in found if "object" in type_.kinds]
    arrays = [type_ for type_ in found if "array" in type_.kinds]
    names = [type_.names for type_ in objects if type_.names is not None]
    return later(
        Type(
            kinds=frozenset().union(*(type_.kinds for type_ in found)),
            members=_join_members(objects),
            free=bool(objects) and all(type_.free for type_ in objects),
            required=frozenset.intersection(*(type_.required for type_ in objects or found)),
            enum=_join_enum(found),
            unique_items=bool(arrays) and all(type_.unique_items for type_ in arrays),
            read_only=all(type_.read_only for type_ in found),
            names=join(*names) if names and len(names) == len(objects) else None,
            **limits,
        ),
        items=_Part(_join_open, arrays, "items") if arrays else None,
        extra=_Part(_join_open, objects, "extra") if objects else None,
    )


def _distinct(types: Iterable[Type]) -> list[Type]:
    return list({id(type_): type_ for type_ in types}.values())


def _first(values: list[Any]) -> Any:
    return values[0]


def _agreed(values: list[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else None


def _join_members(objects: list[Type]) -> Mapping[str, Type]:
    """A member that only some types name may be whatever the others leave open."""
    if len(objects) == 1:
        return objects[0].members
    return _Members(_join_open, objects) if any(type_.members for type_ in objects) else {}


def has_kind(value: Any, kinds: Iterable[str]) -> bool:
    """Is a value of one of these kinds?"""
    return not kinds_of(value).isdisjoint(kinds)


def kinds_of(value: Any) -> frozenset[str]:
    """The kinds of a value. 1.0 is an integer; every integer is a number (draft 2020-12 § 6.1.1)."""
    kind = kind_of(value)
    if kind == "integer" or (kind == "number" and value.is_integer()):
        return _WHOLE
    return _KINDS[kind]


def kind_of(value: Any) -> str:
    """JSON Schema's name for the kind of a value.

    >>> kind_of(True), kind_of(1), kind_of(1.0), kind_of(None)
    ('boolean', 'integer', 'number', 'null')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case _:
            return "object"


def _common(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """The kinds in both, where every integer is a number."""
    both = a & b
    if ("number" in a and "integer" in b) or ("integer" in a and "number" in b):
        both |= {"integer"}
    return both


def _can_be(side: Type, kind: str) -> bool:
    return kind in side.kinds or (kind == "number" and "integer" in side.kinds)


def _meet_enum(types: list[Type], kinds: frozenset[str]) -> tuple[tuple[Any, ...] | None, frozenset[str]]:
    """The values in all lists that the common kinds allow; if none is left, no kind is possible."""
    listing = [type_ for type_ in types if type_.enum is not None]
    if not listing:
        return None, kinds
    left = tuple(
        value
        for value in listing[0].enum or ()
        if has_kind(value, kinds) and all(type_.lists(value) for type_ in listing[1:])
    )
    if not left:
        return None, frozenset()
    return left, kinds & frozenset().union(*map(kinds_of, left))


def _join_enum(types: list[Type]) -> tuple[Any, ...] | None:
    found: dict[Hashable, Any] = {}
    for type_ in types:
        # A type that is only null counts as an enum of one value.
        values = (None,) if type_.kinds == {"null"} else type_.enum
        if values is None:
            return None
        for value in values:
            found.setdefault(fingerprint(value), value)
    return None if list(found.values()) == [None] else tuple(found.values())


def _meet_open(types: Iterable[Type | None]) -> Type | None:
    """None means open, so it removes nothing."""
    stated = [type_ for type_ in types if type_ is not None]
    return meet(*stated) if stated else None


def _join_open(types: Iterable[Type | None]) -> Type | None:
    """None means open, so the union is open."""
    found: list[Type] = []
    for type_ in types:
        if type_ is None:
            return None
        found.append(type_)
    return join(*found)


class _Part(Struct, frozen=True):
    """The items or free values of a combination, computed on demand."""

    combine: Combine
    types: list[Type]
    name: str

    def __call__(self) -> Type | None:
        return self.combine(getattr(type_, self.name) for type_ in self.types)


@dataclass(slots=True, eq=False)
class _Members(Mapping[str, Type]):
    """The members of a combination, each combined on demand."""

    combine: Combine
    types: list[Type]
    known: dict[str, Type] = field(default_factory=dict, repr=False)
    named: dict[str, list[int]] = field(default_factory=dict, repr=False)
    """Which of the types name a member; hundreds of types are not asked for each."""
    extras: dict[int, Type] | None = field(default=None, repr=False)
    """Which say something of members that they do not name; found when the first member is asked for."""

    def __post_init__(self) -> None:
        for position, type_ in enumerate(self.types):
            for name in type_.members:
                self.named.setdefault(name, []).append(position)

    def __getitem__(self, name: str) -> Type:
        found = self.known.get(name)
        if found is None:
            having = self.named[name]
            if self.extras is None:
                extras = ((at, type_.extra) for at, type_ in enumerate(self.types))
                self.extras = {at: extra for at, extra in extras if extra is not None}
            asked = sorted({*having, *self.extras})
            stated = [self.types[at].member(name) for at in asked]
            silent = [None] * (len(asked) < len(self.types))
            found = self.known[name] = self.combine([*stated, *silent]) or ANY
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.named

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Members, (self.combine, self.types)
