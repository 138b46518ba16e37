"""Diagnostics as GitHub workflow commands, one per line: they become annotations of a pull request.

Characters that end a command or a property are percent-encoded (see actions/toolkit, command.ts).
"""

from __future__ import annotations

from collections.abc import Sequence

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(_command(diagnostic) + "\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties = {"title": f"{diagnostic.code} {diagnostic.title}"}
    if span := diagnostic.span:
        place = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
        properties = {**place, "col": str(span.column), **properties}
        if span.end_line == span.line:
            # The runner uses columns only for annotations on one line.
            properties["endColumn"] = str(span.end_column)
    about = f"{diagnostic.path}: " if diagnostic.path else ""
    message = about + diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
    message = "\n".join(map(plain, message.split("\n")))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    level = "notice" if diagnostic.level is Severity.INFO else diagnostic.level
    return f"::{level} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text)).replace(":", "%3A").replace(",", "%2C")
