"""Headers: any may be sent, but one that is almost a known one is probably mistyped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.model.checked import Checked, Operation
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
            help = f"Did you mean `{names[near[1]]}`?"
            message = "the contract does not list this header, but has a similar one"
            yield Diagnostic("CM303", message, rule.target.span, help, severity=Severity.WARNING)
