"""What is told of a rejected record: to people, in lines, and in tables."""

from __future__ import annotations

from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.identity import Who


def told_errors(who: Who, error: RecordError) -> dict[str, Any]:
    """What a line says of a rejected record."""
    errors = [
        {"code": one.code, "path": one.path or one.target, "message": _message(one)}
        for one in error.diagnostics
    ]
    return who.members | {"errors": errors}


def _message(diagnostic: Diagnostic) -> str:
    line = f" ({diagnostic.span})" if diagnostic.span else ""
    return f"{diagnostic.title}: {diagnostic.message}{line}"
