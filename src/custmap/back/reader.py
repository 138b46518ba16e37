"""Reads a vendor's answers: the expressions of `response` over `{status, body}`, and the vendor's copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from custmap.back.any_body import json_of, listed, text_of
from custmap.back.field_names import Tracer
from custmap.back.outcome import Message, Outcome
from custmap.back.reverse import Reverse
from custmap.codegen.define import Functions
from custmap.contract.contract import Contract
from custmap.diagnostics.errors import RecordError
from custmap.expressions.parse import Expression
from custmap.expressions.plain import compile_expression
from custmap.model.answer import Messages
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.model.privacy import shown_target
from custmap.schema.misfit import classes_of

_MOST: Final = 10_000
"""How many messages of one answer are read."""


class Reader:
    """Reads the answers of an operation."""

    def __init__(self, checked: Checked, reverse: Reverse) -> None:
        self._name = checked.name
        self._functions = checked.functions
        self._contract = checked.operation.contract
        self._answer = checked.operation.answer
        self._reverse = reverse
        self._tracer = Tracer(checked.operation)
        self._compiled: dict[str, Callable[[Any], Any]] = {}
        self._classes: dict[int, frozenset[type] | None] = {}

    def read(self, status: int, body: object) -> Outcome:
        """The outcome of an answer, whatever its body is."""
        content = json_of(body)
        answer = {"status": status, "body": content}
        fits = self._fits(status, content)
        rule = self._answer
        ok = 200 <= status < 300 and fits if rule.ok is None else self._given(rule.ok, answer) is True
        failed = listed(self._given(rule.failed, answer))
        errors, retries = self._messages(rule.errors, answer)
        warnings, _ = self._messages(rule.warnings, answer)
        ok = ok and not failed
        customer, notes = self._copy(answer) if ok else (None, ())
        return Outcome(
            mapping=self._name,
            status=status,
            ok=ok,
            applied=self._was_applied(answer, ok, failed, fits),
            retry=self._is_worth(answer, retries),
            customer=customer,
            errors=errors,
            warnings=(*warnings, *map(_noted, notes)),
            failed=failed,
        )

    def _was_applied(self, answer: Any, ok: bool, failed: tuple[Any, ...], fits: bool) -> bool | None:
        if self._answer.applied is not None:
            said = self._given(self._answer.applied, answer)
            return said if said is True or said is False else None
        if ok:
            return True
        status = answer["status"]
        lost = failed or status == 408 or status >= 500 or (200 <= status < 300 and not fits)
        return None if lost else False

    def _is_worth(self, answer: Any, retries: list[bool]) -> bool:
        """What an error says of another try counts before what the answer as a whole says."""
        if retries:
            return all(retries)
        if self._answer.retry is not None:
            return self._given(self._answer.retry, answer) is True
        status: int = answer["status"]
        return status == 429 or status >= 500

    def _fits(self, status: int, body: Any) -> bool:
        """Is it a body of the kind that the contract has for this status? What it does not say, fits."""
        if status not in self._classes:
            self._classes[status] = _classes(self._contract, status)
        classes = self._classes[status]
        return classes is None or type(body) in classes

    def _copy(self, answer: Any) -> tuple[dict[str, Any] | None, tuple[Note, ...]]:
        document = self._given(self._answer.customer, answer)
        if type(document) is not dict:
            return None, ()
        try:
            return self._reverse.read(document)
        except RecordError as error:
            unread = [Note(one.path or "", f"cannot be read: {one.message}") for one in error.diagnostics]
            return None, tuple(unread)

    def _messages(self, lists: tuple[Messages, ...], answer: Any) -> tuple[tuple[Message, ...], list[bool]]:
        """The messages, and what they say of another try."""
        found: list[Message] = []
        retries: list[bool] = []
        for one in lists:
            given = answer if one.each is None else self._given(one.each, answer)
            for item in given[:_MOST] if type(given) is list else () if given is None else (given,):
                found.append(self._message(one, item))
                retry = self._given(one.retry, item)
                if retry is True or retry is False:
                    retries.append(retry)
        return tuple(found), retries

    def _message(self, one: Messages, item: Any) -> Message:
        field, code, message = (
            text_of(self._given(part, item)) for part in (one.field, one.code, one.message)
        )
        traced = self._tracer.trace(field) if field is not None else None
        if traced is None:
            return Message(None, field, code, message, None)
        return Message(traced.field, field, code, message, traced.line, traced.known)

    def _given(self, expression: Expression | None, scope: Any) -> Any:
        """What an expression gives; None where there is none, or the answer is not what it expects."""
        if expression is None:
            return None
        read = self._compiled.get(expression.text)
        if read is None:
            read = compile_expression(expression.text, functions=self._functions)
            self._compiled[expression.text] = read
        try:
            return read(scope)
        except Exception:  # answers are read leniently: whatever is in the way, the rest may be read
            return None


class Answers:
    """What reads the answers of a mapping, made when it is first needed."""

    def __init__(self, checked: Checked, forward: Functions) -> None:
        self._checked = checked
        self._forward = forward

    @cached_property
    def reverse(self) -> Reverse:
        return Reverse(self._checked, self._forward)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self._checked, self.reverse)


def _noted(note: Note) -> Message:
    line = note.span.line if note.span else None
    return Message(note.target, None, None, note.text, line, shown_target(note.place))


def _classes(contract: Contract, status: int) -> frozenset[type] | None:
    """The classes of a body that the contract has for a status; None where it does not say.

    A response is found by its number, its class (`2XX`), or `default`.
    """
    by_status = {one.status.upper(): one.type for one in contract.responses}
    names = (str(status), f"{status // 100}XX", "DEFAULT")
    type_ = next((by_status[name] for name in names if name in by_status), None)
    return None if type_ is None or not type_.known else classes_of(type_)
