"""Values of numpy, pandas and Arrow, converted to what they mean.

The libraries are never imported here: if such a value comes in, its library is loaded already. A class counts
as the library's own only if the library has it under its name. No code of impostors is called, nor of
subclasses, since their methods are not the library's.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from types import GetSetDescriptorType
from typing import Any, Final

from msgspec import Struct

from custmap.border.classes import class_module, class_name, classes_of

_LIBRARIES: Final = ("numpy", "pandas", "pyarrow")
_ZONES: Final = ("datetime", "zoneinfo", "dateutil", "pytz")
"""The libraries of time zones."""
_DATA: Final = (str, int, list, tuple, dict, dt.timedelta, type(None), GetSetDescriptorType)
_NAMESPACE: Final = type.__dict__["__dict__"].__get__
_ZONE: Final = dt.datetime.__dict__["tzinfo"].__get__
_DAY: Final = len("2022-02-11")
_PLAIN: Final = (bool, int, float, str)
_AS_A_WHOLE: Final = "biufU"
"""numpy's letters for truths, numbers and texts: what their `tolist` gives is what each item means alone."""
_HELP: Final = {
    ("numpy", "ndarray"): "Convert it: `.tolist()`",
    ("numpy", "generic"): "Convert it to a number or a text",
    ("pandas", "Series"): "Convert it: `.to_dict()` for a row, `.tolist()` for a column",
    ("pandas", "DataFrame"): 'Pass each row as a record: `.to_dict("records")`',
    ("pandas", "Index"): "Convert it: `.tolist()`",
    ("pandas", "ExtensionArray"): "Convert it: `.tolist()`",
    ("pyarrow", "Table"): "Pass each row as a record: `.to_pylist()`",
    ("pyarrow", "RecordBatch"): "Pass each row as a record: `.to_pylist()`",
    ("pyarrow", "Array"): "Convert it: `.to_pylist()`",
    ("pyarrow", "Scalar"): "Convert it: `.as_py()`",
}


class Items(Struct, frozen=True):
    """The items of a list, each of which may be a foreign value again, and how many there are."""

    items: Iterator[object]
    size: int


class Entries(Struct, frozen=True):
    """The keys and values of an object, each of which may be a foreign value again."""

    entries: Iterable[tuple[object, object]]


def meaning(value: object) -> object:
    """What a foreign value means: one of Python's own, `Items` or `Entries`; else the value itself.

    It raises whatever the library raises.
    """
    kind = type(value)
    library = _root(class_module(kind))
    if library not in _LIBRARIES or not _is_own(kind):
        return value
    names = {class_name(one) for one in classes_of(value)}
    match library:
        case "numpy":
            return _of_numpy(value, names)
        case "pandas":
            return _of_pandas(value, names)
        case _:
            return _of_arrow(value, names)


def has_known_zone(value: object) -> bool:
    """Has a date-time no time zone, or one of which no code but a library's own tells the offset?

    What such code raises could be anything, `SystemExit` too, and nobody could tell it from a real one. pytz
    makes a class for each zone, which only has data; so may any class.
    """
    zone = _ZONE(value)
    if zone is None:
        return True
    return all(
        (_root(class_module(kind)) in _ZONES and _is_own(kind)) or kind is object or _has_only_data(kind)
        for kind in classes_of(zone)
    )


def _is_own(kind: type) -> bool:
    """Has the library that a class says it is from a class of this name, and is it this one?"""
    return vars(sys.modules.get(class_module(kind), object)).get(class_name(kind)) is kind


def _has_only_data(kind: type) -> bool:
    return type(kind) is type and all(type(one) in _DATA for one in _NAMESPACE(kind).values())


def how_to_convert(value: object) -> str | None:
    """The sentence that helps where a value of a library, or of a class made from one, has no one meaning."""
    asked = ((_root(class_module(kind)), class_name(kind)) for kind in classes_of(value))
    return next((_HELP[name] for name in asked if name in _HELP), None)


def _root(module: str) -> str:
    return module.partition(".")[0]


def _of_numpy(value: Any, names: set[str]) -> object:
    if "datetime64" in names:
        if sys.modules["numpy"].isnat(value):
            return None
        text = str(sys.modules["numpy"].datetime_as_string(value))
        whole = value.astype("datetime64[us]")  # with nanoseconds it would be a number
        item = whole.item() if whole == value else None
        return item if "T" in text and type(item) is dt.datetime else text if len(text) == _DAY else value
    if "generic" in names:
        item = value.item()
        return item if type(item) in _PLAIN else value
    if "ndarray" in names and type(value) is sys.modules["numpy"].ndarray:
        return Items(_items_of(value), len(value)) if value.ndim else value[()]
    return value


def _items_of(array: Any) -> Iterator[object]:
    """A row of numbers or texts is converted as a whole: item by item takes several times as long.

    As a generator, so that nothing is converted before there is known to be room: an array may repeat one
    number a million million times.
    """
    yield from array.tolist() if array.ndim == 1 and array.dtype.kind in _AS_A_WHOLE else array


def _of_pandas(value: Any, names: set[str]) -> object:
    if names & {"NaTType", "NAType"}:
        return None
    if "Timestamp" in names:
        # Python's own text would omit the nanoseconds.
        return value.isoformat() if has_known_zone(value) and value.utcoffset() is not None else value
    return value


def _of_arrow(value: Any, names: set[str]) -> object:
    if "Scalar" in names:
        if not value.is_valid:
            return None
        if "MapScalar" in names:
            return Entries(zip(value.values.field(0).to_pylist(), value.values.field(1), strict=True))
        if "StructScalar" in names:
            return Entries((part.name, value[position]) for position, part in enumerate(value.type))
        if "ListScalar" in names:
            return Items(iter(value.values), len(value.values))
        return value.as_py()
    if names & {"Array", "ChunkedArray"}:
        return Items(iter(value), len(value))
    return value
