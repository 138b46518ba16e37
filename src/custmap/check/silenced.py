"""`# custmap: ignore CM405: reason` at the end of a line: accepts the findings of that line.

Only warnings can be accepted. An error means that the mapping cannot work, whether or not that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.meant import Meant
from custmap.syntax.ignores import Ignore, read_ignores
from custmap.values.nearest import nearest

_MAYBE: Final = re.compile(r"#\s*custmap:\s*ignore\b")
"""Reading comments needs all tokens of the file again: most files have none."""


def after_ignores(found: Sequence[Diagnostic], data: bytes, file: str) -> list[Diagnostic]:
    """The findings without those that a comment silences, with those about the comments themselves."""
    text = data.decode("utf-8", "replace")
    if not _MAYBE.search(text):
        return list(found)
    ignores = read_ignores(text, file)
    kept = [finding for finding in found if not any(_silences(one, finding, file) for one in ignores)]
    whole = not any(finding.level is Severity.ERROR for finding in found)
    return [*kept, *cm519(ignores), *(cm518(ignores, found, file) if whole else ())]


def _silences(ignore: Ignore, finding: Diagnostic, file: str) -> bool:
    return (
        ignore.reason is not None
        and finding.level is not Severity.ERROR
        and finding.code in ignore.codes
        and finding.span is not None
        and finding.span.file == file
        and finding.span.line == ignore.line
    )


def cm519(ignores: Iterable[Ignore]) -> Iterator[Diagnostic]:
    """A comment that does not say why, or what."""
    for ignore in ignores:
        if not ignore.codes:
            yield Diagnostic(
                "CM519",
                "the comment names no code",
                ignore.span,
                "Write `# custmap: ignore CM405: REASON`.",
            )
        elif ignore.reason is None:
            yield Diagnostic(
                "CM519",
                "the comment gives no reason",
                ignore.span,
                f"Write `# custmap: ignore {', '.join(ignore.codes)}: REASON`.",
            )


def cm518(ignores: Iterable[Ignore], found: Sequence[Diagnostic], file: str) -> Iterator[Diagnostic]:
    """A code that is not found on its line."""
    for ignore in ignores:
        if ignore.reason is None:
            continue
        for code in ignore.codes:
            if any(finding.code == code and _silences(ignore, finding, file) for finding in found):
                continue
            close = None if code in CODES else nearest(code, CODES)
            message = (
                f"line {ignore.line} has no finding {code}" if code in CODES else f"there is no code {code}"
            )
            help = Meant(close, code) if close else "Remove the comment."
            yield Diagnostic("CM518", message, ignore.span, help)
