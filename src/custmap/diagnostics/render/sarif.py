"""Diagnostics as SARIF 2.1.0 (OASIS), which code scanning services read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.pages import page_of
from custmap.diagnostics.plain import plain_json
from custmap.diagnostics.render.json import encodable
from custmap.diagnostics.span import Span
from custmap.diagnostics.version import VERSION
from custmap.values.json_text import dump_json

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    used = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {"name": "custmap", "version": VERSION, "rules": [_rule(code) for code in used]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, used.index(diagnostic.code)) for diagnostic in diagnostics],
    }
    return plain_json(dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)) + "\n"


def _rule(code: str) -> dict[str, Any]:
    row = CODES[code]
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": row.title},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
    }
    if (page := page_of(code)) is not None:
        rule["help"] = {"text": page, "markdown": page}
    return rule


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    about = f"{diagnostic.path}: " if diagnostic.path else ""
    help = f"\n{diagnostic.help}" if diagnostic.help else ""
    text = f"{about}{diagnostic.title}: {diagnostic.message}{help}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.level],
        "message": {"text": encodable(text)},
    }
    if diagnostic.span:
        result["locations"] = [{"physicalLocation": _location(diagnostic.span)}]
    if diagnostic.notes:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _location(note.span),
                "message": {"text": encodable(note.text)},
            }
            for number, note in enumerate(diagnostic.notes, 1)
        ]
    return result


def _location(span: Span) -> dict[str, Any]:
    # A URI reference: a colon in a relative path would be read as the end of a scheme.
    uri = quote(encodable(span.file.replace("\\", "/")), safe="/")
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
    return {"artifactLocation": {"uri": uri}, "region": region}
