"""`Answer`: how a vendor's answer is read, as expressions over `{status, body}`."""

from __future__ import annotations

from msgspec import Struct

from custmap.expressions.parse import Expression
from custmap.mapping.file import Rule


class Messages(Struct, frozen=True):
    """A list of messages, and what is read from each of them; without `each` the answer is the one message.

    `retry`  whether the request is worth another try, where this message came.
    `item`, `key`  which customer of the request it is about: the position, or the value of the identity.
    """

    each: Expression | None = None
    field: Expression | None = None
    code: Expression | None = None
    message: Expression | None = None
    retry: Expression | None = None
    item: Expression | None = None
    key: Expression | None = None


class Results(Struct, frozen=True):
    """A list with an element for each customer of a request, in their order, and what is read from it."""

    each: Expression
    ok: Expression | None = None
    customer: Expression | None = None
    errors: tuple[Messages, ...] = ()


class Answer(Struct, frozen=True):
    """The `response` of a mapping; None for what it does not say.

    `fields`  rules that fill canonical paths from the vendor's copy, as written.
    """

    ok: Expression | None = None
    customer: Expression | None = None
    fields: tuple[Rule, ...] = ()
    failed: Expression | None = None
    retry: Expression | None = None
    applied: Expression | None = None
    errors: tuple[Messages, ...] = ()
    warnings: tuple[Messages, ...] = ()
    results: Results | None = None
