"""Diagnostics as one JSON document: `format_version` and `findings`; members are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain_json
from custmap.diagnostics.span import Span
from custmap.values.json_text import dump_json

FORMAT_VERSION: Final = 1


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    document = {"format_version": FORMAT_VERSION, "findings": [finding(item) for item in diagnostics]}
    return plain_json(dump_json(document, indent=2)) + "\n"


def finding(diagnostic: Diagnostic) -> dict[str, Any]:
    """One diagnostic as plain data; all findings have the same keys, with null for what is missing."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.level),
        "title": diagnostic.title,
        "message": encodable(diagnostic.message),
        "help": _maybe(diagnostic.help),
        "path": _maybe(diagnostic.path),
        "target": _maybe(diagnostic.target),
        **_place(diagnostic.span),
        "notes": [{"message": encodable(note.text), **_place(note.span)} for note in diagnostic.notes],
    }


def encodable(text: str) -> str:
    """Escape lone surrogates, as in a file name that is not UTF-8; all else is unchanged."""
    return text.encode(errors="backslashreplace").decode()


def _maybe(text: str | None) -> str | None:
    return None if text is None else encodable(text)


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "file": encodable(span.file) if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }
