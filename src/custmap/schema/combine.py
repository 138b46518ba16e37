"""Both and either of two types, for `allOf`, `$ref` with siblings, `anyOf` and `oneOf`.

`meet` allows what both allow, `join` at least what one of them allows. A keyword about texts says
nothing about numbers, so a join only weighs it on the side that can be a text at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias

from custmap.values.decimals import common_multiple
from custmap.values.equality import same
from custmap.values.types import ANY, Type

Later: TypeAlias = Callable[[], Type | None]

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
_EQUAL: Final = {"format": "string", "pattern": "string", "multiple_of": "number"}


class LazyType(Type):
    """A type whose `items` and `extra` are worked out when they are asked for.

    It equals a plain `Type` with the same fields. Pickles hold how to work them out, never the answer,
    which may lead back to the type itself.
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
        """Without the parts that are worked out: of a schema that refers to itself they have no end."""
        shown = [f"{name}={getattr(self, name)!r}" for name in _COMPARED if getattr(self, name)]
        return f"Type({', '.join(shown)}, …)"

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {f.name: getattr(self, f.name) for f in fields(Type) if f.name not in ("items", "extra")}
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


def later(type_: Type, items: Type | Later | None, extra: Type | Later | None) -> Type:
    """The type with these items and free values, each a type or a function that gives it when asked."""
    if items is None and extra is None:
        return type_
    values: dict[str, Any] = {f.name: getattr(type_, f.name) for f in fields(Type)}
    return LazyType(**{**values, "items": items, "extra": extra})


def meet(a: Type, b: Type) -> Type:
    """What both types allow."""
    if a is b or b is ANY:
        return a
    if a is ANY:
        return b
    kinds = _common(a.kinds, b.kinds)
    limits: dict[str, Any] = {}
    for table, choose in ((_LOWER, max), (_UPPER, min)):
        for name in table:
            stated = [v for v in (getattr(a, name), getattr(b, name)) if v is not None]
            limits[name] = choose(stated) if stated else None
    for name in _EQUAL:
        own = getattr(a, name)
        limits[name] = own if own is not None else getattr(b, name)
    if a.multiple_of is not None and b.multiple_of is not None:
        limits["multiple_of"] = common_multiple(a.multiple_of, b.multiple_of)
    enum, kinds = _meet_enum(a, b, kinds)
    return later(
        Type(
            kinds=kinds,
            members=_Members(_meet_open, a, b) if a.members or b.members else {},
            free=(a.free or b.free) and not a.members and not b.members,
            required=a.required | b.required,
            enum=enum,
            unique_items=a.unique_items or b.unique_items,
            **limits,
        ),
        items=_Part(_meet_open, a, b, "items") if "array" in kinds else None,
        extra=_Part(_meet_open, a, b, "extra") if "object" in kinds else None,
    )


def join(a: Type, b: Type) -> Type:
    """At least what one of the types allows."""
    if a is b or not b.kinds:
        return a
    if not a.kinds:
        return b
    limits: dict[str, Any] = {}
    for table, choose in ((_LOWER, min), (_UPPER, max)):
        for name, kind in table.items():
            sides = [getattr(side, name) for side in (a, b) if _can_be(side, kind)]
            limits[name] = choose(sides) if sides and None not in sides else None
    for name, kind in _EQUAL.items():
        sides = [getattr(side, name) for side in (a, b) if _can_be(side, kind)]
        limits[name] = sides[0] if sides and all(side == sides[0] for side in sides) else None
    objects = [side for side in (a, b) if "object" in side.kinds]
    arrays = [side for side in (a, b) if "array" in side.kinds]
    return later(
        Type(
            kinds=a.kinds | b.kinds,
            members=_join_members(objects),
            free=bool(objects) and all(side.free for side in objects),
            required=objects[0].required & objects[-1].required if objects else frozenset(),
            enum=_join_enum(a, b),
            unique_items=bool(arrays) and all(side.unique_items for side in arrays),
            **limits,
        ),
        items=_Part(_join_open, arrays[0], arrays[-1], "items") if arrays else None,
        extra=_Part(_join_open, objects[0], objects[-1], "extra") if objects else None,
    )


def _join_members(objects: list[Type]) -> Mapping[str, Type]:
    """A member that only one side names may be anything that the other leaves open."""
    if len(objects) == 1:
        return objects[0].members
    return _Members(_join_open, objects[0], objects[1]) if any(side.members for side in objects) else {}


def has_kind(value: Any, kinds: Iterable[str]) -> bool:
    """Is a value of one of these kinds? 1.0 is an integer, every integer a number (draft 2020-12 § 6.1.1)."""
    own = {kind_of(value)}
    if "integer" in own or (isinstance(value, float) and value.is_integer()):
        own |= {"integer", "number"}
    return not own.isdisjoint(kinds)


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


def _meet_enum(a: Type, b: Type, kinds: frozenset[str]) -> tuple[tuple[Any, ...] | None, frozenset[str]]:
    """The values in both lists that the common kinds allow; where none is left, no kind is."""
    if a.enum is None and b.enum is None:
        return None, kinds
    listed = b.enum if a.enum is None else a.enum
    others = a.enum if b.enum is None else b.enum
    left = tuple(
        value
        for value in listed or ()
        if has_kind(value, kinds) and any(same(value, other) for other in others or ())
    )
    if not left:
        return None, frozenset()
    return left, frozenset(kind for kind in kinds if any(has_kind(value, {kind}) for value in left))


def _join_enum(a: Type, b: Type) -> tuple[Any, ...] | None:
    # Null alone is a list of one value, whether it is written as one or not.
    listed = [(None,) if side.kinds == {"null"} else side.enum for side in (a, b)]
    found: list[Any] = []
    for values in listed:
        if values is None:
            return None
        found += [value for value in values if not any(same(value, other) for other in found)]
    return None if found == [None] else tuple(found)


def _meet_open(a: Type | None, b: Type | None) -> Type | None:
    """None says nothing, so it takes nothing away."""
    if a is None or b is None:
        return b if a is None else a
    return meet(a, b)


def _join_open(a: Type | None, b: Type | None) -> Type | None:
    """None says nothing, so nothing is known of the union."""
    return None if a is None or b is None else join(a, b)


@dataclass(frozen=True, slots=True)
class _Part:
    """The items or free values of a combination, put off."""

    combine: Callable[[Type | None, Type | None], Type | None]
    a: Type
    b: Type
    name: str

    def __call__(self) -> Type | None:
        if self.a is self.b:
            return getattr(self.a, self.name)  # type: ignore[no-any-return]
        return self.combine(getattr(self.a, self.name), getattr(self.b, self.name))


@dataclass(frozen=True, slots=True, eq=False)
class _Members(Mapping[str, Type]):
    """The members of a combination, each combined when it is asked for."""

    combine: Callable[[Type | None, Type | None], Type | None]
    a: Type
    b: Type
    known: dict[str, Type] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Type:
        if name not in self:
            raise KeyError(name)
        found = self.known.get(name)
        if found is None:
            found = self.combine(self.a.member(name), self.b.member(name)) or ANY
            self.known[name] = found
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.a.members or name in self.b.members

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self.a.members), **dict.fromkeys(self.b.members)})

    def __len__(self) -> int:
        return len(self.a.members.keys() | self.b.members.keys())

    def __reduce__(self) -> tuple[Any, ...]:
        return _Members, (self.combine, self.a, self.b)
