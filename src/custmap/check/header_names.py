"""Headers: any may be sent, but one that is almost a known one is probably mistyped; and `Content-Type`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.contract.media_type import is_form, is_json
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.model.checked import Checked, Operation
from custmap.model.walkers import children
from custmap.values.nearest import distance

_KNOWN: Final = (
    "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control",
    "Content-Language", "Content-Type", "Cookie", "Date", "Host", "Idempotency-Key", "If-Match",
    "If-None-Match", "If-Unmodified-Since", "Origin", "Prefer", "Proxy-Authorization", "Referer",
    "Traceparent", "User-Agent", "X-API-Key", "X-Correlation-ID", "X-Request-ID",
)  # fmt: skip
"""Headers that requests have, whatever the vendor (RFC 9110, and what is usual)."""


def cm303(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """An unknown header that differs by one or two letters from a known one."""
    names = {name.lower(): name for name in (*_KNOWN, *operation.contract.parameters.get("headers", {}))}
    for rule in checked.file.headers:
        stated = rule.target.value.lower()
        if stated in names:
            continue
        near = min(((distance(stated, known), known) for known in names), default=(99, ""))
        if near[0] <= (1 if len(stated) < 8 else 2):
            help = Meant(names[near[1]])
            message = "the contract does not list this header, but has a similar one"
            yield Diagnostic("CM303", message, rule.target.span, help, severity=Severity.WARNING)


def content_type(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM207: a `Content-Type` of another kind than the contract's, in which the body is written."""
    written = operation.contract.media_type
    has_body = operation.contract.body is not None or children(operation.body)
    for rule in checked.file.headers if written is not None and has_body else ():
        stated = rule.value.value if rule.value is not None else None
        if rule.target.value.lower() != "content-type" or not isinstance(stated, str):
            continue
        if (is_json(stated), is_form(stated)) != (is_json(written or ""), is_form(written or "")):
            message = f"the contract's media type is `{written}`, and the body is written in it"
            help = "Remove this rule; an inline contract states another type with `media_type` or `form`."
            yield Diagnostic("CM207", message, rule.value.span if rule.value else rule.span, help)
