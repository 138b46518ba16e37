"""Diagnostics as JUnit XML: one case per finding, failed if it is an error.

XML 1.0 cannot represent control characters, so texts are escaped as in a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain


def render_junit(diagnostics: Sequence[Diagnostic]) -> str:
    failures = sum(diagnostic.level is Severity.ERROR for diagnostic in diagnostics)
    # A suite without a case counts as broken in many readers.
    cases = [_case(diagnostic) for diagnostic in diagnostics] or [
        '    <testcase classname="custmap" name="no findings"/>\n'
    ]
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites {counts}>\n  <testsuite name="custmap" {counts}>\n'
        f"{''.join(cases)}  </testsuite>\n</testsuites>\n"
    )


def _case(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    file = _attribute(span.file if span else "custmap")
    place = f"{span.line}:{span.column} " if span else ""
    name = _attribute(f"{place}{diagnostic.code} {diagnostic.title}")
    line = escape(_sayable(str(diagnostic)))
    if diagnostic.level is Severity.ERROR:
        message = _attribute(diagnostic.message)
        inside = f'<failure type="{diagnostic.code}" message={message}>{line}</failure>'
    else:
        inside = f"<system-out>{line}</system-out>"
    return f"    <testcase classname={file} name={name}>\n      {inside}\n    </testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_sayable(text))


def _sayable(text: str) -> str:
    # U+FFFE and U+FFFF are not valid in XML either, and are in no category.
    return plain(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
