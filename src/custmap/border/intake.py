"""Taking in records: from a caller's object to a plain dict that shares nothing with it.

Nearly all records consist of exact dicts, lists, texts and finite numbers. These are copied by a few
fast checks; as soon as anything else is found, the record goes to `careful`, which knows every type
of value and reports every problem.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from custmap.border.careful import MAX_DEPTH, MAX_VALUES, copy_carefully, object_of
from custmap.border.unsettled import UNSETTLED, take_unsettled
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.failed import Failed
from custmap.model.note import Note, UnknownNote
from custmap.model.silence import Silent
from custmap.schema.canonical import Canonical
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.schema.unknown import drop_unknown
from custmap.values.types import Type

Nulls: TypeAlias = Literal["clear", "absent"]

_FREE_MAPS: Final = ("identifiers", "attributes", "custom_fields", "consent")
"""Fields of `Customer` whose keys are data."""

_NO_TEXTS: Final[frozenset[str]] = frozenset()

# Longer integers take time that grows with the square of their digits; `careful` decides about them.
_SMALL: Final = 1 << 63


# Writing the record as JSON is the quickest way to look into every text: it fails at a lone surrogate.
_ENCODE: Final = msgspec.json.Encoder().encode


class _UnusualError(Exception):
    """The record contains something that the quick copy does not handle."""


class Taken(NamedTuple):
    """A record that was taken in.

    `record`   plain, new values: exact dict, list, str, int, float, bool and None.
    `texts`    the fields, of name and phone, that the caller gave as a plain text.
    `notes`    the note about unknown members, if there are any; of a row, what is a guess in it, too.
    `unsettled` the canonical paths of which nobody knows whether the vendor holds what the record says.
    `failed`   what the row of a table should have stated, and could not.
    `silent`   the places in maps and lists about which the row says nothing.
    """

    record: dict[str, Any]
    texts: frozenset[str]
    notes: tuple[Note, ...]
    unsettled: tuple[str, ...] = ()
    failed: tuple[Failed, ...] = ()
    silent: tuple[Silent, ...] = ()


def take(
    record: object,
    canonical: Canonical,
    *,
    nulls: Nulls = "clear",
    check: bool = True,
    strict: bool = False,
) -> Taken:
    """A record as plain, new values.

    `record` is a dict or a pydantic model (of which the fields that were set are read).
    `nulls="absent"` drops nulls of named fields, at every depth; those of free maps and lists stay.
    Unknown members are left out, and noted. `check=False` skips only the check against the canonical schema,
    and does not look for them.
    `strict` refuses those.

    RecordError, and nothing else, with its problems: CM702 no JSON value, CM703 nested over 64 deep,
    CM701 outside the canonical schema, CM712 unknown member.
    """
    plain = copy_plain(record, canonical.type)
    return take_parsed(plain, canonical, nulls=nulls, check=check, strict=strict)


def copy_plain(record: object, type_: Type) -> dict[str, Any]:
    """An object as plain, new values; RecordError (CM702, CM703) for what is not JSON."""
    try:
        plain = _copy_map(record, MAX_DEPTH, [MAX_VALUES])
        _ENCODE(plain)
        return plain
    except Exception:  # hostile objects may raise anything; the careful copy finds out what it was
        return copy_carefully(record, type_)


def take_parsed(
    record: Any, canonical: Canonical, *, nulls: Nulls = "clear", check: bool = True, strict: bool = False
) -> Taken:
    """`take` for a result of custmap's own strict JSON parser: it is plain and finite, so nothing is copied.

    The dict is modified: a text name is replaced in it, nulls and unknown members are dropped from it.
    """
    record = object_of(record)
    texts = _NO_TEXTS
    if canonical.is_customer:
        for field, part in TEXT_PARTS.items():
            text = record.get(field)
            if type(text) is str:
                record[field] = {part: text}
                texts |= {field}
        for field in _FREE_MAPS:
            if type(held := record.get(field)) is dict:
                record[field] = _arranged(held)
    else:
        record = _arranged(record)
    problems: list[Diagnostic] = []
    unsettled = () if UNSETTLED not in record else take_unsettled(record, canonical, problems)
    if nulls == "absent":
        drop_nulls(record, canonical.type)
    found, unknown = canonical.check(record) if check else ([], None)
    problems += found
    if strict:
        unknown = unknown if check else canonical.unknown_members(record)
        problems += unknown.problems(canonical.name) if unknown is not None else []
    notes = () if unknown is None or strict else (UnknownNote(unknown),)
    if problems:
        raise RecordError(problems, notes)
    if notes:
        drop_unknown(record, canonical.type)  # a rule may read the object around them whole
    return Taken(record, texts, notes, unsettled)


def _arranged(value: Any) -> Any:
    """The keys in order, at every depth, so the caller's order has no effect, not even on `keys(map)`."""
    if type(value) is dict:
        ordered = dict(sorted(value.items())) if len(value) > 1 else value
        for key, item in ordered.items():
            if type(item) is dict or type(item) is list:
                ordered[key] = _arranged(item)
        return ordered
    for position, item in enumerate(value):
        if type(item) is dict or type(item) is list:
            value[position] = _arranged(item)
    return value


def _copy_map(record: Any, depth: int, budget: list[int]) -> dict[str, Any]:
    """`budget` holds how many more values there may be: shared parts could make a small record endless."""
    if type(record) is not dict or depth == 0:
        raise _UnusualError
    copy = record.copy()
    budget[0] -= len(copy)
    if budget[0] < 0:
        raise _UnusualError
    for key, value in copy.items():
        kind = type(value)
        if type(key) is not str:
            raise _UnusualError
        if kind is str:
            continue
        if kind is dict:
            copy[key] = _copy_map(value, depth - 1, budget)
        elif kind is list:
            copy[key] = _copy_list(value, depth - 1, budget)
        elif value is not None and kind is not bool:
            _check_number(value, kind)
    return copy


def _copy_list(record: list[Any], depth: int, budget: list[int]) -> list[Any]:
    if depth == 0:
        raise _UnusualError
    copy = record.copy()
    budget[0] -= len(copy)
    if budget[0] < 0:
        raise _UnusualError
    for position, value in enumerate(copy):
        kind = type(value)
        if kind is str:
            continue
        if kind is dict:
            copy[position] = _copy_map(value, depth - 1, budget)
        elif kind is list:
            copy[position] = _copy_list(value, depth - 1, budget)
        elif value is not None and kind is not bool:
            _check_number(value, kind)
    return copy


def _check_number(value: Any, kind: type) -> None:
    if kind is int:
        if not -_SMALL <= value < _SMALL:
            raise _UnusualError
    elif kind is not float or value - value != 0.0:  # infinity and NaN minus themselves are NaN
        raise _UnusualError


def drop_nulls(value: Any, type_: Type | None) -> None:
    """Drop the nulls of named fields in place."""
    if type_ is None:
        return
    if type(value) is list:
        if (items := type_.items) is not None:
            for item in value:
                drop_nulls(item, items)
        return
    if type(value) is not dict:
        return
    members = type_.members
    for name in [name for name, item in value.items() if item is None and name in members]:
        del value[name]
    for name, item in value.items():
        if type(item) is dict or type(item) is list:
            drop_nulls(item, type_.member(name))
