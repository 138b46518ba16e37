"""Many diagnostics as one text, in a chosen format.

All formats sort them by file, line, column and code, so the same findings give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from custmap.diagnostics.diagnostic import Diagnostic, in_order
from custmap.diagnostics.frame import Lookup, SourceLines, frame
from custmap.diagnostics.plain import plain, plain_lines

FORMATS: Final = ("text", "json", "github", "sarif", "junit")


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
        return _framed(ordered, lookup or SourceLines(), color) if frames else _lines(ordered)
    return _form(format)(ordered)


def _form(format: str) -> Callable[[Sequence[Diagnostic]], str]:
    """Imported when used: most runs need none, and writing XML alone imports an HTTP client."""
    match format:
        case "json":
            from custmap.diagnostics.render.json import render_json

            return render_json
        case "github":
            from custmap.diagnostics.render.github import render_github

            return render_github
        case "sarif":
            from custmap.diagnostics.render.sarif import render_sarif

            return render_sarif
        case "junit":
            from custmap.diagnostics.render.junit import render_junit

            return render_junit
    raise ValueError(f"format is one of {', '.join(FORMATS)}")


def _framed(diagnostics: Sequence[Diagnostic], lookup: Lookup, color: bool) -> str:
    return "\n".join(frame(diagnostic, lookup, color=color) + "\n" for diagnostic in diagnostics)


def _lines(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(plain_lines(plain(str(diagnostic))) + "\n" for diagnostic in diagnostics)
