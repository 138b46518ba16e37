"""The slow copy: handles every type of value that a caller may pass, and reports all problems of a record.

No method of a foreign class is called where a built-in one does: `str.__str__(x)` reads the text of a
subclass whatever its own methods do. Reading from a foreign object (a field of a model) may raise anything;
such a value is then refused as not JSON.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeAlias
from uuid import UUID

from msgspec import Struct, field

from custmap.border.classes import ByClass, class_module, class_name, classes_of, inherits
from custmap.border.foreign import Entries, Items, has_known_zone, how_to_convert, meaning
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MOST, RecordError, with_rest
from custmap.schema.record_paths import place
from custmap.values.types import Type
from custmap.values.words import CLASS_WORDS, word_for

MAX_DEPTH: Final = 64
"""How deep objects and lists may stand in each other, the record itself counted."""
MAX_VALUES: Final = 1_000_000
"""How many values one record may hold."""
MAX_DIGITS: Final = 4300
"""Python refuses to write longer integers as text (`sys.int_info.default_max_str_digits`)."""
_TOO_LONG: Final = 10**MAX_DIGITS

_NOT_FINITE: Final = (
    "Pass null, or leave it out; in a DataFrame: `frame.astype(object).where(frame.notna(), None)`"
)
_WORDS: Final = ByClass({**CLASS_WORDS, tuple: "a list"})
_HELP: Final = {
    "bytes": "Decode it to text",
    "bytearray": "Decode it to text",
    "set": "Pass a list",
    "frozenset": "Pass a list",
    "complex": "Pass a number",
}

_READ: Final = object.__getattribute__
_UUID_NUMBER: Final = UUID.__dict__["int"].__get__
_Path = tuple[str | int, ...]


class RefusedError(Exception):
    """A value cannot be used; `code` and `reason` say why."""

    def __init__(self, reason: str, help: str | None = None, code: str = "CM702") -> None:
        super().__init__(reason)
        self.reason, self.help, self.code = reason, help, code


class _FullError(Exception):
    """The record holds more values than are looked at."""


Scalars: TypeAlias = ByClass[Callable[[Any], Any]]
"""What makes a plain value of a scalar, by its class."""


def copy_carefully(record: object, type_: Type, scalars: Scalars | None = None) -> dict[str, Any]:
    """A plain copy of a record that may hold anything; RecordError with every problem.

    `scalars`: what the caller reads in its own way, such as NaN; default: `SCALARS`.
    """
    # The record itself is looked at like one of its values.
    copier = _Copier(type_, MAX_VALUES + 1, SCALARS if scalars is None else scalars)
    try:
        plain = copier.value(record, ())
    except _FullError:
        copier.problems.append(Diagnostic("CM702", f"more than {MAX_VALUES:,} values in one record", path=""))
    if copier.problems:
        raise RecordError(with_rest(copier.problems, copier.more))
    return object_of(plain)


def object_of(plain: Any) -> dict[str, Any]:
    """A plain value that is an object; RecordError for any other."""
    if type(plain) is not dict:
        message = f"expected an object, got {word_for(plain)}"
        raise RecordError([Diagnostic("CM701", message, path="", help="A record is one object")])
    return plain


class _Copier(Struct):
    """One copy at work: what is being looked into, how many values are left, what was found and counted."""

    type: Type
    left: int
    scalars: Scalars
    problems: list[Diagnostic] = field(default_factory=list)
    more: int = 0
    open: list[int] = field(default_factory=list)

    def value(self, value: object, path: _Path) -> Any:
        """The plain copy, or None with a problem noted."""
        self.left -= 1
        if self.left < 0:
            raise _FullError
        try:
            return self._copy(value, path)
        except _FullError:
            raise
        except RefusedError as refused:
            self._note(path, refused)
        except Exception:  # a foreign object may raise anything when it is read
            self._note(path, RefusedError(f"{_word(value)} cannot be read"))
        return None

    def _copy(self, value: object, path: _Path) -> Any:
        if value is None or value is True or value is False:
            return value
        if _WORDS.get(type(value)) is None:
            # Not `isinstance`: it would call code of the value.
            meant = meaning(value)
            if type(meant) is Items:
                return self._list(value, meant.items, meant.size, path)
            if type(meant) is Entries:
                return self._map(value, meant.entries, path)
            if meant is not value:
                return self._copy(meant, path)
        for kind in classes_of(value):
            if (scalar := self.scalars.get(kind)) is not None:
                return scalar(value)
            if kind is dict:
                return self._map(value, dict.items(value), path)  # type: ignore[arg-type]  # kind is its class
            if kind is list:
                return self._list(value, list.__iter__(value), list.__len__(value), path)  # type: ignore[arg-type]
            if kind is tuple:
                return self._list(value, tuple.__iter__(value), tuple.__len__(value), path)  # type: ignore[arg-type]
            if kind is Enum:
                with self._inside(value):
                    return self.value(_READ(value, "_value_"), path)
            if _is_model(kind):
                return self._model(value, path)
        name = _type_name(value)
        raise RefusedError(f"{name} is not a JSON value", _HELP.get(name) or how_to_convert(value))

    def _map(self, holder: object, entries: Iterable[tuple[object, object]], path: _Path) -> dict[str, Any]:
        copy: dict[str, Any] = {}
        with self._inside(holder):
            for key, value in entries:
                try:
                    name = _key(key)
                    if name in copy:
                        raise RefusedError("two keys have the same text")
                except RefusedError as refused:
                    self._note(path, refused)
                    continue
                copy[name] = self.value(value, (*path, name))
        return copy

    def _list(self, holder: object, items: Iterable[object], size: int, path: _Path) -> list[Any]:
        if size > self.left:
            raise _FullError  # before a large array is converted in vain
        with self._inside(holder):
            return [self.value(item, (*path, position)) for position, item in enumerate(items)]

    def _model(self, model: Any, path: _Path) -> Any:
        """A pydantic model: the fields that were set, under their aliases; of a root model the root."""
        stated, values = _READ(model, "__pydantic_fields_set__"), _READ(model, "__dict__")
        if getattr(type(model), "__pydantic_root_model__", False):
            with self._inside(model):
                return self.value(values["root"], path)
        fields = type(model).__pydantic_fields__
        entries = [(spec.alias or name, values[name]) for name, spec in fields.items() if name in stated]
        return self._map(model, [*entries, *(_READ(model, "__pydantic_extra__") or {}).items()], path)

    @contextmanager
    def _inside(self, holder: object) -> Iterator[None]:
        if id(holder) in self.open:
            raise RefusedError("contains itself")
        if len(self.open) >= MAX_DEPTH:
            raise RefusedError(f"nested more than {MAX_DEPTH} levels deep", code="CM703")
        self.open.append(id(holder))
        try:
            yield
        finally:
            self.open.pop()

    def _note(self, path: _Path, refused: RefusedError) -> None:
        if len(self.problems) >= MOST:
            self.more += 1
            return
        where = place(path, self.type)
        self.problems.append(Diagnostic(refused.code, refused.reason, path=where, help=refused.help))


def _type_name(value: object) -> str:
    name = class_name(type(value))
    return name if name.isidentifier() and name.isascii() and len(name) <= 64 else "an object"


def _word(value: object) -> str:
    """JSON's word for a value; the name of its class if JSON has no word."""
    for kind in classes_of(value):
        if (word := _WORDS.get(kind)) is not None:
            return word
    return _type_name(value)


def _is_model(kind: type) -> bool:
    return class_name(kind) == "BaseModel" and class_module(kind) == "pydantic.main"


def _key(key: object) -> str:
    if not inherits(key, str):
        raise RefusedError(f"expected text as a key, got {_word(key)}")
    return _text(key)


def _text(value: Any) -> str:
    text = str.__str__(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RefusedError("text with half of a surrogate pair, which is not valid Unicode") from None
    return text


def _integer(value: Any) -> int:
    number = int.__int__(value)
    if not -_TOO_LONG < number < _TOO_LONG:
        raise RefusedError(f"integer with more than {MAX_DIGITS} digits")
    return number


def finite(value: Any) -> float:
    number = float.__float__(value)
    if not math.isfinite(number):
        raise RefusedError("expected a finite number, got NaN or infinity", _NOT_FINITE)
    return number


def exact(value: Any) -> int | float:
    """Exactly the same number: an int, or the float whose shortest text is this number."""
    number = Decimal(value)
    if not number.is_finite():
        raise RefusedError("expected a finite number, got NaN or infinity", _NOT_FINITE)
    if number.adjusted() >= MAX_DIGITS:
        raise RefusedError(f"integer with more than {MAX_DIGITS} digits")
    if number == number.to_integral_value():
        return int(number)
    nearest = float(number)
    if Decimal(repr(nearest)) != number:
        raise RefusedError("a number with more digits than a JSON number can keep", "Pass it as text")
    return nearest


def moment(value: Any) -> str:
    if not has_known_zone(value):
        raise RefusedError(
            "datetime with a time zone of an unknown class", "Convert it: `.astimezone(datetime.UTC)`"
        )
    if dt.datetime.utcoffset(value) is None:
        raise RefusedError(
            "datetime without an offset", "Add a time zone; without one the moment is not defined"
        )
    return str.__str__(dt.datetime.isoformat(value))


def _date(value: Any) -> str:
    return str.__str__(dt.date.isoformat(value))


def _uuid(value: Any) -> str:
    return str(UUID(int=_integer(_UUID_NUMBER(value))))


SCALARS: Final = Scalars(
    {
        str: _text,
        int: _integer,
        float: finite,
        Decimal: exact,
        dt.datetime: moment,
        dt.date: _date,
        UUID: _uuid,
    }
)
