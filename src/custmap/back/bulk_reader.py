"""Reads the answers to requests with many customers: an outcome for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from custmap.back.any_body import json_of
from custmap.back.outcome import Message, Outcome
from custmap.back.reader import Lists, Reader, compiled, each_of, given_by, noted
from custmap.model.checked import Bulk, Checked
from custmap.model.note import Note
from custmap.model.walkers import identities
from custmap.values.absent import ABSENT
from custmap.values.numbers import key_text
from custmap.values.paths import found_at

_NONE: Final = object()
_UNKNOWN: Final = object()
_NO_NOTES: Final[tuple[Note, ...]] = ()
_POSITION: Final = re.compile(r"[0-9]{1,9}")


class BulkReader:
    """Reads the answers of an operation whose requests have a list of customers."""

    def __init__(self, checked: Checked, bulk: Bulk, reader: Reader) -> None:
        self._bulk = bulk
        self._reader = reader
        self._identities = [leaf.path for leaf in identities(checked.operation.body)]
        results, functions = checked.operation.answer.results, checked.functions
        self._results = None if results is None else given_by(results.each, functions)
        if results is not None:
            self._ok = None if results.ok is None else given_by(results.ok, functions)
            self._customer = given_by(results.customer, functions)
            self._errors = tuple(compiled(one, functions) for one in results.errors)

    def read(self, status: int, body: object, sent: object = None) -> tuple[Outcome, ...]:
        """The outcomes of the customers whom a request carried, in their order.

        `sent`  the body of the request; None: a request with one customer, of whom nothing else is known.

        Where the answer as a whole is not ok, no customer is. An error that names no customer counts for all;
        one that is named by an error is not ok. Where the results are not one for each customer, nobody knows
        which is whose.
        """
        items = [ABSENT] if sent is None else self._bulk.items(sent)
        answer = {"status": status, "body": json_of(body)}
        whole = self._reader.read(status, answer["body"])
        if len(items) != 1:
            whole = replace(whole, customer=None)
        errors = self._reader.messages(self._reader.errors, answer)
        named = [self._named(one, item, items) for one, item in each_of(self._reader.errors, answer)]
        told = [_Told(*one) for one in zip(*errors, named, strict=True)]
        return tuple(
            self._outcome(answer, whole, [one for one in told if not one.items or at in one.items], result)
            for at, result in enumerate(self._each_result(answer, len(items)))
        )

    def _outcome(self, answer: Any, whole: Outcome, told: list[_Told], result: Any) -> Outcome:
        """The outcome of one customer: by the whole, by errors, and by a result of the customer's own."""
        ok, applied = whole.ok, whole.applied
        customer, notes = whole.customer, _NO_NOTES
        if ok and result is _UNKNOWN:
            ok, applied = False, None
        elif result is not _NONE and result is not _UNKNOWN:
            told = [
                *told,
                *(_Told(*one) for one in zip(*self._reader.messages(self._errors, result), strict=True)),
            ]
            if ok and self._ok is not None and self._ok(result) is not True:
                ok, applied = False, False
            customer, notes = self._reader.copy(self._customer(result))
        if ok and any(one.items for one in told):
            ok, applied = False, False
        return replace(
            whole,
            ok=ok,
            applied=applied,
            retry=self._reader.is_worth(answer, [one.retry for one in told]),
            customer=customer if ok else None,
            errors=tuple(one.message for one in told),
            warnings=(*whole.warnings, *map(noted, notes if ok else ())),
        )

    def _each_result(self, answer: Any, count: int) -> list[Any]:
        """The element of each customer; `_NONE` without results, `_UNKNOWN` where they do not fit."""
        if self._results is None:
            return [_NONE] * count
        found = self._results(answer)
        return found if type(found) is list and len(found) == count else [_UNKNOWN] * count

    def _named(self, one: Lists, item: Any, items: Sequence[Any]) -> tuple[int, ...]:
        """The positions of the customers whom a message names; none if it names nobody."""
        at = one.item(item)
        if type(at) is str and _POSITION.fullmatch(at):
            at = int(at)
        if type(at) is int:
            return (at,) if 0 <= at < len(items) else ()
        given = one.key(item)
        keys = {key_text(key) for key in (given if type(given) is list else [given])} - {None}
        return tuple(
            at for at, sent in enumerate(items) if keys and (sent is ABSENT or self._has(sent, keys))
        )

    def _has(self, sent: Any, keys: set[str | None]) -> bool:
        return any(key_text(found_at(sent, path)) in keys for path in self._identities)


class _Told(NamedTuple):
    """An error, what it says of another try, and the positions of the customers whom it names."""

    message: Message
    retry: bool | None
    items: tuple[int, ...] = ()
