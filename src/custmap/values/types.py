"""`Type`: the possible values at some place.

One form for the canonical schema, the results of expressions and the vendor's contract, so that the
three can be compared. It has JSON Schema's keywords (draft 2020-12) as plain fields. Members are looked
up one at a time, so schemas may refer to themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, TypeAlias

from custmap.values.equality import fingerprint

KINDS: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Type:
    """A set of possible JSON values.

    `kinds`     JSON Schema type names; `number` includes `integer`. Empty: no value is possible.
    `absent`    the place may also be absent.
    `members`   the named members of an object; may resolve lazily, so always use `member(name)`.
    `extra`     the type of an object's other members; None: nothing is known about them (open);
                `NEVER`: there are none.
    `free`      an object with free keys (a map): its keys are data, not names.
    `names`     the type of the names of an object's members, None: any.
    `required`  members that must be there.
    `items`     the type of a list's items; None: anything.
    `read_only` set by the vendor, never part of a request.
    `enum`      the only possible values (a schema that allows null lists it too); None: no such limit.
    """

    kinds: frozenset[str] = KINDS
    absent: bool = False
    members: Mapping[str, Type] = field(default_factory=dict, compare=False)
    extra: Type | None = field(default=None, compare=False)
    free: bool = False
    required: frozenset[str] = frozenset()
    items: Type | None = field(default=None, compare=False)
    enum: tuple[Any, ...] | None = None
    format: str | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    multiple_of: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    read_only: bool = False
    names: Type | None = None
    _listed: frozenset[Hashable] | None = field(default=None, init=False, repr=False, compare=False)

    def lists(self, value: Any) -> bool:
        """Is the value one of `enum`, or is there no `enum`? Uses hashes if there are many values."""
        if self.enum is None:
            return True
        listed = self._listed
        if listed is None:
            listed = frozenset(map(fingerprint, self.enum))
            object.__setattr__(self, "_listed", listed)
        return fingerprint(value) in listed

    @property
    def nullable(self) -> bool:
        """May the value be null?"""
        return "null" in self.kinds

    @property
    def known(self) -> bool:
        """Is the kind of value limited at all?"""
        return self.kinds != KINDS

    @property
    def limited(self) -> bool:
        """Is a value limited in any way?"""
        inside = bool(self.members) or self.extra is not None or self.items is not None
        return inside or self.present() != ANY

    @property
    def asked(self) -> frozenset[str]:
        """The members that a request must have: required, and not read-only."""
        held = ((name, self.member(name)) for name in self.required)
        return frozenset(name for name, type_ in held if type_ is None or not type_.read_only)

    def only(self, *kinds: str) -> bool:
        """Is every possible value, apart from null, of these kinds?"""
        rest = self.kinds - {"null"}
        return bool(rest) and rest <= frozenset(kinds)

    def member(self, name: str) -> Type | None:
        """The type of a member; None if the object is open and does not describe it."""
        found = self.members.get(name)
        return found if found is not None else self.extra

    def at(self, path: Iterable[str | int]) -> Type | None:
        """The type at a place inside, any number or `*` for an item; None if nothing is known of it."""
        found: Type | None = self
        for part in path:
            if found is None:
                return None
            found = found.items if isinstance(part, int) or part == "*" else found.member(part)
        return found

    def but(self, kinds: frozenset[str], absent: bool, enum: tuple[Any, ...] | None) -> Type:
        """The same type except for these; `dataclasses.replace` takes four times as long."""
        values = (kinds, absent, *_BEFORE_ENUM(self), enum, *_AFTER_ENUM(self))
        return self.__class__(*values)

    def maybe_absent(self) -> Type:
        return self if self.absent else self.but(self.kinds, True, self.enum)

    def present(self) -> Type:
        return self.but(self.kinds, False, self.enum) if self.absent else self

    def or_null(self) -> Type:
        return self if self.nullable else self.but(self.kinds | {"null"}, self.absent, self.enum)

    def not_null(self) -> Type:
        if not self.nullable:
            return self
        enum = None if self.enum is None else tuple(value for value in self.enum if value is not None)
        return self.but(self.kinds - {"null"}, self.absent, enum or None)


_NAMES: Final = tuple(one.name for one in fields(Type) if one.init)
_BEFORE_ENUM: Final = attrgetter(*_NAMES[2 : _NAMES.index("enum")])
_AFTER_ENUM: Final = attrgetter(*_NAMES[_NAMES.index("enum") + 1 :])

ANY: Final = Type()
NEVER: Final = Type(kinds=frozenset())
NULL: Final = Type(kinds=frozenset({"null"}))
BOOLEAN: Final = Type(kinds=frozenset({"boolean"}))
INTEGER: Final = Type(kinds=frozenset({"integer"}))
NUMBER: Final = Type(kinds=frozenset({"number"}))
STRING: Final = Type(kinds=frozenset({"string"}))
ARRAY: Final = Type(kinds=frozenset({"array"}))
OBJECT: Final = Type(kinds=frozenset({"object"}))
