"""The real classes of a foreign object, found without calling code of the object or its class."""

from __future__ import annotations

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
    return str.__str__(module) if str in classes_of(module) else ""
