"""Many diagnostics as one text, in a chosen format.

All formats sort them by file, line, column and code, so the same findings give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.frame import Lookup, SourceLines, frame, shown
from custmap.diagnostics.render.github import render_github
from custmap.diagnostics.render.json import render_json
from custmap.diagnostics.render.junit import render_junit
from custmap.diagnostics.render.sarif import render_sarif

_FORMS: Final[dict[str, Callable[[Sequence[Diagnostic]], str]]] = {
    "json": render_json,
    "github": render_github,
    "sarif": render_sarif,
    "junit": render_junit,
}
FORMATS: Final = ("text", *_FORMS)


def render(
    diagnostics: Sequence[Diagnostic],
    format: str,
    *,
    color: bool = False,
    frames: bool = True,
    lookup: Lookup | None = None,
) -> str:
    """The diagnostics as `text`, `json`, `github`, `sarif` or `junit`, ending in a line end unless empty.

    `color` and `frames` apply only to `text`: with frames it shows source lines, which `lookup` returns
    (default: reads from disk); without them each finding is one line. ValueError for another format.
    The result can always be encoded as UTF-8.
    """
    ordered = in_order(diagnostics)
    if format == "text":
        text = _framed(ordered, lookup or SourceLines(), color) if frames else _lines(ordered)
    elif form := _FORMS.get(format):
        text = form(ordered)
    else:
        raise ValueError(f"format is one of {', '.join(FORMATS)}")
    return text


def in_order(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """By file, line, column, code; those without a place come first."""
    return sorted(diagnostics, key=_order)


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    # The last part orders two findings of one code at one place.
    rest = repr(diagnostic)
    if span := diagnostic.span:
        return span.file, span.line, span.column, diagnostic.code, rest
    return "", 0, 0, diagnostic.code, rest


def _framed(diagnostics: Sequence[Diagnostic], lookup: Lookup, color: bool) -> str:
    return "\n".join(frame(diagnostic, lookup, color=color) + "\n" for diagnostic in diagnostics)


def _lines(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(shown(str(diagnostic)) + "\n" for diagnostic in diagnostics)
