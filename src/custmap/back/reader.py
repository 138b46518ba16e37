"""Reads a vendor's answers: the expressions of `response` over `{status, body}`, and the vendor's copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from custmap.back.any_body import json_of, listed, text_of
from custmap.back.field_names import Tracer
from custmap.back.outcome import Message, Outcome
from custmap.back.reverse import Reverse
from custmap.contract.contract import Contract
from custmap.diagnostics.errors import RecordError
from custmap.expressions.function import FunctionSpec
from custmap.expressions.parse import Expression
from custmap.expressions.plain import compile_expression
from custmap.model.answer import Messages
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.model.privacy import shown_target
from custmap.schema.misfit import classes_of

_MOST: Final = 10_000
"""How many messages of one answer are read."""


Given: TypeAlias = Callable[[Any], Any]
"""What an expression gives of a scope; None where there is none, or the answer is not what it expects."""


class Lists(NamedTuple):
    """`Messages`, compiled."""

    each: Given | None
    field: Given
    code: Given
    message: Given
    retry: Given
    item: Given
    key: Given


class Reader:
    """Reads the answers of an operation; of requests with many customers see `bulk_reader`."""

    def __init__(self, checked: Checked, reverse: Reverse) -> None:
        self._name = checked.name
        self._contract = checked.operation.contract
        self._reverse = reverse
        self._tracer = Tracer(checked.operation)
        self._classes: dict[int, frozenset[type] | None] = {}
        answer, functions = checked.operation.answer, checked.functions
        self._ok = None if answer.ok is None else given_by(answer.ok, functions)
        self._applied = None if answer.applied is None else given_by(answer.applied, functions)
        self._retry = None if answer.retry is None else given_by(answer.retry, functions)
        self.document = given_by(answer.customer, functions)
        self._failed = given_by(answer.failed, functions)
        self.errors = tuple(compiled(one, functions) for one in answer.errors)
        self._warnings = tuple(compiled(one, functions) for one in answer.warnings)

    def read(self, status: int, body: object) -> Outcome:
        """The outcome of an answer, whatever its body is."""
        content = json_of(body)
        answer = {"status": status, "body": content}
        fits = self._fits(status, content)
        ok = 200 <= status < 300 and fits if self._ok is None else self._ok(answer) is True
        failed = listed(self._failed(answer))
        errors, retries = self.messages(self.errors, answer)
        warnings, _ = self.messages(self._warnings, answer)
        ok = ok and not failed
        customer, notes = self.copy(self.document(answer)) if ok else (None, ())
        return Outcome(
            mapping=self._name,
            status=status,
            ok=ok,
            applied=self._was_applied(answer, ok, failed, fits),
            retry=self.is_worth(answer, retries),
            customer=customer,
            errors=errors,
            warnings=(*warnings, *map(noted, notes)),
            failed=failed,
        )

    def _was_applied(self, answer: Any, ok: bool, failed: tuple[Any, ...], fits: bool) -> bool | None:
        if self._applied is not None:
            said = self._applied(answer)
            return said if said is True or said is False else None
        if ok:
            return True
        status = answer["status"]
        is_odd = 200 <= status < 300 and not (fits and _has(self._contract, status))
        return None if failed or status == 408 or status >= 500 or is_odd else False

    def is_worth(self, answer: Any, retries: Sequence[bool | None]) -> bool:
        """What an error says of another try counts before what the answer as a whole says."""
        if said := [one for one in retries if one is not None]:
            return all(said)
        if self._retry is not None:
            return self._retry(answer) is True
        status: int = answer["status"]
        return status == 429 or status >= 500

    def _fits(self, status: int, body: Any) -> bool:
        """Is it a body of the kind that the contract has for this status? What it does not say, fits."""
        if status not in self._classes:
            self._classes[status] = _classes(self._contract, status)
        classes = self._classes[status]
        return classes is None or type(body) in classes

    def copy(self, document: Any) -> tuple[dict[str, Any] | None, tuple[Note, ...]]:
        """The customer of the vendor's copy, and notes about what of it could not be read."""
        if type(document) is not self._reverse.form:
            return None, ()
        try:
            return self._reverse.read(document)
        except RecordError as error:
            unread = [Note(one.path or "", f"cannot be read: {one.message}") for one in error.diagnostics]
            return None, tuple(unread)

    def messages(
        self, lists: tuple[Lists, ...], answer: Any
    ) -> tuple[tuple[Message, ...], list[bool | None]]:
        """The messages, and what each says of another try."""
        found: list[Message] = []
        retries: list[bool | None] = []
        for one, item in each_of(lists, answer):
            found.append(self._message(one, item))
            retry = one.retry(item)
            retries.append(retry if retry is True or retry is False else None)
        return tuple(found), retries

    def _message(self, one: Lists, item: Any) -> Message:
        field, code, message = (text_of(part(item)) for part in (one.field, one.code, one.message))
        traced = self._tracer.trace(field) if field is not None else None
        if traced is None:
            return Message(None, field, code, message, None)
        return Message(traced.field, field, code, message, traced.line, traced.known)


def each_of(lists: tuple[Lists, ...], answer: Any) -> Iterator[tuple[Lists, Any]]:
    """What the messages of an answer are read from."""
    for one in lists:
        given = answer if one.each is None else one.each(answer)
        for item in given[:_MOST] if type(given) is list else () if given is None else (given,):
            yield one, item


def compiled(one: Messages, functions: Mapping[str, FunctionSpec]) -> Lists:
    each = None if one.each is None else given_by(one.each, functions)
    parts = (one.field, one.code, one.message, one.retry, one.item, one.key)
    return Lists(each, *(given_by(part, functions) for part in parts))


def given_by(expression: Expression | None, functions: Mapping[str, FunctionSpec]) -> Given:
    if expression is None:
        return _nothing
    read = compile_expression(expression.text, functions=functions)

    def given(scope: Any) -> Any:
        try:
            return read(scope)
        except Exception:  # answers are read leniently: whatever is in the way, the rest may be read
            return None

    return given


def _nothing(_: Any) -> None:
    """There is no expression."""


def noted(note: Note) -> Message:
    line = note.span.line if note.span else None
    return Message(note.target, None, None, note.text, line, shown_target(note.place))


def _names(status: int) -> tuple[str, str, str]:
    """How a contract may name a status, the nearest first."""
    return str(status), f"{status // 100}XX", "DEFAULT"


def _has(contract: Contract, status: int) -> bool:
    """Has the contract a response for this status? One without any has them all."""
    known = {one.status.upper() for one in contract.responses}
    return not known or not known.isdisjoint(_names(status))


def _classes(contract: Contract, status: int) -> frozenset[type] | None:
    """The classes of a body that the contract has for a status; None where it does not say.

    A response is found by its number, its class (`2XX`), or `default`; of a success without any, the
    contract's other successes say what its body is.
    """
    by_status = {one.status.upper(): one.type for one in contract.responses}
    found = [by_status[name] for name in _names(status) if name in by_status][:1]
    if not found and 200 <= status < 300:
        found = [type_ for name, type_ in by_status.items() if name.startswith("2")]
    known = [type_ for type_ in found if type_ is not None and type_.known]
    return frozenset().union(*map(classes_of, known)) if known and known == found else None
