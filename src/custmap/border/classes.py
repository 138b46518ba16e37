"""The real classes of a foreign object, found without calling code of the object or its class.

A class may have a class of its own with `__hash__` and `__eq__`: so classes are compared by identity, and no
foreign one is looked up in a dict or a set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

_T = TypeVar("_T")

_MRO = type.__dict__["__mro__"].__get__
_NAME = type.__dict__["__name__"].__get__
_MODULE = type.__dict__["__module__"].__get__


def classes_of(value: object) -> tuple[type, ...]:
    """The class of a value and those that it inherits from, whatever its `__class__` says."""
    return _MRO(type(value))  # type: ignore[no-any-return]


def inherits(value: object, kind: type) -> bool:
    return any(one is kind for one in classes_of(value))


def class_name(kind: type) -> str:
    return str.__str__(_NAME(kind))


def class_module(kind: type) -> str:
    """The module that a class says it is from; "" if that is not a text."""
    module = _MODULE(kind)
    return str.__str__(module) if inherits(module, str) else ""


class ByClass(Generic[_T]):
    """A table by class, of which any class may be asked."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[type, _T]) -> None:
        self._entries = {id(kind): (kind, entry) for kind, entry in entries.items()}

    @property
    def entries(self) -> dict[type, _T]:
        """All entries, by their classes."""
        return dict(self._entries.values())

    def get(self, kind: type) -> _T | None:
        found = self._entries.get(id(kind))
        return None if found is None else found[1]
