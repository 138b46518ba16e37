"""Rows of Arrow batches as dicts.

Values are what pyarrow makes of them (`to_pylist`): numbers, texts, `datetime`, `Decimal`, `bytes`. Only maps
become dicts, since pyarrow gives lists of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import repeat
from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError


class _RowError(ValueError):
    """A value of a row cannot be used; the text says why."""


class ArrowRows:
    """Reads batches of one schema; of `columns` only, if they are given, and in the order of the schema."""

    def __init__(self, schema: Any, columns: Collection[str] | None = None) -> None:
        taken = [(at, one) for at, one in enumerate(schema) if columns is None or one.name in columns]
        self.names = [one.name for _, one in taken]
        self._columns = [(at, _plain(one.type)) for at, one in taken]

    def of(self, batch: Any) -> Iterator[dict[str, Any] | str]:
        """The rows of a batch; of one with a value that Python does not have, what is wrong with it."""
        names = self.names
        try:
            rows: list[Any] = list(zip(*self._values(batch), strict=True))
        except (ValueError, OverflowError):
            rows = [self._one(batch.slice(at, 1)) for at in range(batch.num_rows)]
        if not names:
            yield from ({} for _ in repeat(None, batch.num_rows))
        for row in rows:
            yield dict(zip(names, row, strict=True)) if row.__class__ is tuple else row

    def _values(self, batch: Any) -> Iterator[list[Any]]:
        return (_values(batch.column(at), plain) for at, plain in self._columns)

    def _one(self, batch: Any) -> tuple[Any, ...] | str:
        """The values of the only row, or what is wrong with it."""
        try:
            return tuple(values[0] for values in self._values(batch))
        except _RowError as error:
            return str(error)
        except (ValueError, OverflowError):
            return "a value is outside of what Python can hold"


def plain_values(batch: Any) -> Iterator[dict[str, Any]]:
    """The rows of a batch; a value that Python does not have is None."""
    names, plain = batch.schema.names, [_plain(field.type) for field in batch.schema]
    try:
        rows: list[Any] = list(zip(*map(_values, batch.columns, plain), strict=True))
    except (ValueError, OverflowError):
        rows = [
            [_value(batch.column(at).slice(row, 1), plain[at]) for at in range(len(names))]
            for row in range(batch.num_rows)
        ]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _values(column: Any, plain: Callable[[Any], Any] | None) -> list[Any]:
    values: list[Any] = column.to_pylist()
    return values if plain is None else [plain(value) for value in values]


def _value(column: Any, plain: Callable[[Any], Any] | None) -> Any:
    try:
        return _values(column, plain)[0]
    except (ValueError, OverflowError):
        return None


def bad_row(index: int, reason: str) -> RecordError:
    """CM711 with the number of the row, from 1; `index` is its place, from 0."""
    return RecordError([Diagnostic("CM711", f"row {index + 1}: {reason}")])


def _plain(type_: Any) -> Callable[[Any], Any] | None:
    """What makes dicts of the maps in a value; None for a type without maps."""
    from pyarrow import types

    if types.is_map(type_):
        key, item = _plain(type_.key_type) or _same, _plain(type_.item_type) or _same
        return lambda value: None if value is None else _dict((key(k), item(v)) for k, v in value)
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        make = _plain(type_.value_type)
        return None if make is None else lambda value: None if value is None else [make(one) for one in value]
    if types.is_struct(type_):
        parts = {field.name: make for field in type_ if (make := _plain(field.type)) is not None}
        return None if not parts else lambda value: None if value is None else _struct(value, parts)
    return None


def _same(value: Any) -> Any:
    return value


def _dict(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if isinstance(key, dict | list):
            raise _RowError("a key of a map is a list or an object")
        if key in found:
            raise _RowError("a map has the same key twice")
        found[key] = value
    return found


def _struct(value: dict[str, Any], parts: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: parts[name](one) if name in parts else one for name, one in value.items()}
