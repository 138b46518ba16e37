"""What a vendor's answer means: `Outcome`, with its messages, and its picture."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import Struct

from custmap.diagnostics.plain import plain, plain_lines
from custmap.model.privacy import HIDDEN
from custmap.values.json_text import dump_json
from custmap.values.words import counted


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


NOT_SENT: Final = Outcome("", 0, ok=False, applied=False, retry=True)
"""For `settle`: what became of a request that was not sent."""


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
