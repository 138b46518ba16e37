"""What a vendor's answer means: `Outcome`, and the reader that makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from msgspec import Struct

from custmap.back.reverse import Reverse
from custmap.back.trace import Traced, Tracer
from custmap.border.classes import inherits
from custmap.border.intake import copy_plain
from custmap.contract.contract import Response
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.plain import plain, plain_lines
from custmap.expressions.function import FunctionSpec
from custmap.expressions.parse import Expression
from custmap.expressions.plain import compile_expression
from custmap.model.answer import Messages
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.model.privacy import HIDDEN, shown_target
from custmap.schema.misfit import classes_of
from custmap.values.json_text import JsonError, dump_json, parse_json
from custmap.values.types import ANY
from custmap.values.words import counted

_Read = Callable[[Any], Any]


class Message(Struct, frozen=True):
    """An error or a warning of an answer.

    `field`        the canonical path that it is about; None if it cannot be traced.
    `vendor_field` the vendor's name of the field, as the mapping's `field` gives it.
    `code`, `message`  the vendor's; a message may hold values, and so may a code that is not one word.
    `line`         the line of the rule in the mapping file.
    `known`        the part of `field` that the mapping names, without keys of maps.
    """

    field: str | None
    vendor_field: str | None
    code: str | None
    message: str | None
    line: int | None
    known: str | None = None

    def __repr__(self) -> str:
        return f"Message(field={self.known!r}, code={_shown_code(self.code)!r}, line={self.line!r})"

    def to_dict(self) -> dict[str, Any]:
        names = ("field", "vendor_field", "code", "message", "line")
        return {name: getattr(self, name) for name in names}


class Outcome(Struct, frozen=True):
    """What an answer means.

    `ok`       the vendor did what was asked.
    `applied`  did it make the change? True, False, or None: nobody knows.
    `retry`    is the same request worth another try?
    `customer` the vendor's copy as a customer; None if the answer has none.
    `errors`, `warnings`  what the vendor says, and in the warnings what of its copy could not be read.
    `failed`   what failed in part, such as ids.
    """

    mapping: str
    status: int
    ok: bool
    applied: bool | None
    retry: bool
    customer: dict[str, Any] | None = None
    errors: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    failed: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        """Without values."""
        counts = f"{counted(len(self.errors), 'error')}, {counted(len(self.warnings), 'warning')}"
        return f"<custmap.Outcome {self.mapping}: {self.status}, {_word(self)}; {counts}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, *, show_values: bool = False) -> str:
        """The picture that `custmap outcome` prints; `show_values` shows the vendor's messages."""
        retry = "; worth another try" if self.retry else ""
        rows = [_row("!", one, show_values) for one in self.errors]
        rows += [_row("?", one, show_values) for one in self.warnings]
        width = max((len(row[0]) for row in rows), default=0)
        lines = [f"  {field:<{width}}  {told}".rstrip() for field, told in rows]
        if self.failed:
            shown = ", ".join(map(dump_json, self.failed)) if show_values else HIDDEN
            lines.append(f"  failed in part: {len(self.failed)} ({plain(shown)})")
        head = f"{plain(self.mapping)}  {self.status}  {_word(self)}{retry}"
        return plain_lines("\n".join([head, *(["", *lines] if lines else [])]))

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON values, the vendor's messages included."""
        return {
            "mapping": self.mapping,
            "status": self.status,
            "ok": self.ok,
            "applied": self.applied,
            "retry": self.retry,
            "customer": self.customer,
            "errors": [one.to_dict() for one in self.errors],
            "warnings": [one.to_dict() for one in self.warnings],
            "failed": list(self.failed),
        }


def _word(outcome: Outcome) -> str:
    if outcome.ok:
        return "ok" if outcome.applied else "ok, but not applied"
    if outcome.failed:
        return "failed in part"
    return {True: "not ok, but applied", False: "not applied", None: "not known whether applied"}[
        outcome.applied
    ]


def _row(mark: str, one: Message, show_values: bool) -> tuple[str, str]:
    field = one.field if show_values else one.known
    code = one.code if show_values else _shown_code(one.code)
    parts = [code or "", one.message or "" if show_values else HIDDEN if one.message else ""]
    at = f"(line {one.line})" if one.line is not None else ""
    return f"{mark} {plain(field or '')}", "  ".join(filter(None, [*map(plain, parts), at]))


def _shown_code(code: str | None) -> str | None:
    """A code that is one word; a sentence, or an object, may hold values."""
    return code if not code or _WORD.fullmatch(code) else HIDDEN


_WORD: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


class Reader:
    """Reads the answers of an operation."""

    def __init__(self, checked: Checked, reverse: Reverse) -> None:
        operation = checked.operation
        answer = operation.answer
        self._name = checked.name
        self._contract = operation.contract
        self._reverse = reverse
        self._tracer = Tracer(operation)
        self._traced: dict[str, Traced | None] = {}
        compile = _Compiler(checked.functions)
        self._ok, self._customer = compile.maybe(answer.ok), compile.maybe(answer.customer)
        self._failed, self._retry = compile.maybe(answer.failed), compile.maybe(answer.retry)
        self._applied = compile.maybe(answer.applied)
        self._errors = tuple(map(compile.messages, answer.errors))
        self._warnings = tuple(map(compile.messages, answer.warnings))
        self._classes: dict[int, frozenset[type] | None] = {}

    def read(self, status: int, body: object) -> Outcome:
        """The outcome of an answer, whatever its body is."""
        content = _content(body)
        answer = {"status": status, "body": content}
        fits = self._fits(status, content)
        ok = 200 <= status < 300 and fits if self._ok is None else _given(self._ok, answer) is True
        failed = _listed(_given(self._failed, answer))
        errors, retries = self._messages(self._errors, answer)
        warnings, _ = self._messages(self._warnings, answer)
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
        if self._applied is not None:
            said = _given(self._applied, answer)
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
        if self._retry is not None:
            return _given(self._retry, answer) is True
        status: int = answer["status"]
        return status == 429 or status >= 500

    def _fits(self, status: int, body: Any) -> bool:
        """Is it a body of the kind that the contract has for this status? What it does not say, fits."""
        if status not in self._classes:
            found = _response(self._contract.responses, status)
            type_ = found.type if found is not None else None
            self._classes[status] = None if type_ is None or not type_.known else classes_of(type_)
        classes = self._classes[status]
        return classes is None or type(body) in classes

    def _copy(self, answer: Any) -> tuple[dict[str, Any] | None, tuple[Note, ...]]:
        document = _given(self._customer, answer)
        if type(document) is not dict:
            return None, ()
        try:
            return self._reverse.read(document)
        except RecordError as error:
            unread = [Note(one.path or "", f"cannot be read: {one.message}") for one in error.diagnostics]
            return None, tuple(unread)

    def _messages(self, lists: tuple[_Messages, ...], answer: Any) -> tuple[tuple[Message, ...], list[bool]]:
        found: list[Message] = []
        retries: list[bool] = []
        for one in lists:
            listed = answer if one.each is None else _given(one.each, answer)
            if listed is None:
                continue
            for item in listed[:_MOST] if type(listed) is list else (listed,):
                found.append(self._message(one, item))
                retry = _given(one.retry, item)
                if retry is True or retry is False:
                    retries.append(retry)
        return tuple(found), retries

    def _message(self, one: _Messages, item: Any) -> Message:
        field = _text(_given(one.field, item))
        traced = self._trace(field) if field is not None else None
        code, message = _text(_given(one.code, item)), _text(_given(one.message, item))
        if traced is None:
            return Message(None, field, code, message, None)
        return Message(traced.field, field, code, message, traced.line, traced.known)

    def _trace(self, name: str) -> Traced | None:
        traced = self._traced.get(name, _UNKNOWN)
        if traced is _UNKNOWN:
            traced = self._tracer.trace(name)
            if len(name) <= _SHORT:
                if len(self._traced) >= _KEPT:
                    self._traced.clear()
                self._traced[name] = traced
        return traced


_UNKNOWN: Final = Traced(None, 0, None)
_KEPT: Final = 1000
"""How many names of fields are remembered: they come from outside."""
_SHORT: Final = 200
"""Longer names are not remembered."""


@dataclass(frozen=True, slots=True)
class _Messages:
    each: _Read | None
    field: _Read | None
    code: _Read | None
    message: _Read | None
    retry: _Read | None


@dataclass(frozen=True, slots=True)
class _Compiler:
    functions: Mapping[str, FunctionSpec]

    def maybe(self, expression: Expression | None) -> _Read | None:
        if expression is None:
            return None
        return compile_expression(expression.text, functions=self.functions)

    def messages(self, one: Messages) -> _Messages:
        parts = (one.each, one.field, one.code, one.message, one.retry)
        return _Messages(*map(self.maybe, parts))


def _content(body: object) -> Any:
    """The body as JSON values; a text or bytes that are no JSON stay a text.

    What a JSON parser gave is taken as it is: whatever is read of it is tested where it is used.
    """
    kind = type(body)
    if kind is dict or kind is list or body is None:
        return body
    if inherits(body, str):
        return _parsed(str.__str__(body))
    if inherits(body, bytes):
        return _parsed(bytes.__getitem__(cast(bytes, body), slice(None)))
    if inherits(body, bytearray):
        return _parsed(bytes(bytearray.__getitem__(cast(bytearray, body), slice(None))))
    return _plain(body)


def _plain(body: object) -> Any:
    try:
        return copy_plain({"body": body}, ANY)["body"]
    except RecordError:
        return None


def _parsed(text: bytes | str) -> Any:
    """Vendors' JSON may have what ours may not: the same key twice, half of a surrogate pair, NaN."""
    if not text:
        return None
    try:
        return parse_json(text)
    except JsonError:
        pass
    try:
        marked = text.removeprefix("\ufeff") if isinstance(text, str) else text
        return json.loads(marked, parse_constant=_nothing, parse_int=_integer)
    except (ValueError, RecursionError):
        return _whole_text(text if isinstance(text, str) else text.decode("utf-8", "replace"))


def _nothing(_: str) -> None:
    """NaN and infinity say nothing."""


def _integer(text: str) -> int | None:
    """An integer; None for one that is longer than Python reads."""
    try:
        return int(text)
    except ValueError:
        return None


def _whole_text(text: str) -> str:
    """A text, with signs for halves of surrogate pairs: vendors cut texts in the middle of an emoji."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _given(read: _Read | None, scope: Any) -> Any:
    """What an expression gives; None where there is none, or the answer is not what it expects."""
    if read is None:
        return None
    try:
        return read(scope)
    except Exception:  # answers are read leniently: whatever is in the way, the rest may be read
        return None


_MOST: Final = 10_000
"""How many messages of one answer are read."""


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None or value is False:
        return ()
    if type(value) is not list:
        return (_plain(value),)
    whole = _plain(value)
    return tuple(whole if whole is not None else map(_scalar, value))


def _scalar(value: Any) -> Any:
    """A text or a number of a list that cannot be taken as a whole; None for anything else."""
    kind = type(value)
    if kind is str:
        return _whole_text(value)
    return _plain(value) if kind is int or kind is float else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is str:
        return _whole_text(value)
    known = _plain(value) if _is_small(value) else None
    return known if known is None or type(known) is str else dump_json(known)


def _is_small(value: Any) -> bool:
    """Has a value few parts, those that are shared counted each time?"""
    parts, left = [value], _PARTS
    while parts and left:
        left -= 1
        part = parts.pop()
        if type(part) is dict or type(part) is list:
            left -= len(part)
            if left < 0:
                return False
            parts += part.values() if type(part) is dict else part
    return not parts


_PARTS: Final = 1000


def _noted(note: Note) -> Message:
    line = note.span.line if note.span else None
    return Message(note.target, None, None, note.text, line, shown_target(note.place))


def _response(responses: tuple[Response, ...], status: int) -> Response | None:
    """What the contract says of a status: by its number, its class (`2XX`), or `default`."""
    by_status = {one.status.upper(): one for one in responses}
    names = (str(status), f"{status // 100}XX", "DEFAULT")
    return next((by_status[name] for name in names if name in by_status), None)
