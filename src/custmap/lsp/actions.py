"""Code actions: what was meant in place of what is written, and comments that accept a finding.

Each is tried first: one is offered only if it removes its finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.lsp.open_file import OpenFile
from custmap.lsp.workspace import Workspace

_MOST: Final = 8
"""So many findings are looked at for one request: each is checked anew."""
_COMMENT: Final = re.compile(r"(#\s*custmap:\s*ignore\s+[A-Z0-9, ]*[A-Z0-9])(\s*:)")


@dataclass(frozen=True, slots=True)
class Fix:
    """New text in place of the characters from `start` up to `end`, and the finding that it removes."""

    title: str
    finding: Diagnostic
    start: int
    end: int
    text: str
    preferred: bool = True


def fixes(workspace: Workspace, file: OpenFile, first: int, last: int) -> Iterator[Fix]:
    """The fixes of the findings on the lines `first` to `last`, from 1."""
    examined = workspace.fresh(file)
    found = [one for one in examined.findings if _is_here(one, file, first, last)]
    for one in found[:_MOST]:
        options = [*_meant(one, file), *_ignored(one, file)]
        yield from _tried(workspace, file, one, _alike(one, examined.findings), options)


def _is_here(finding: Diagnostic, file: OpenFile, first: int, last: int) -> bool:
    span = finding.span
    return span is not None and span.file == str(file.path) and span.line <= last and span.end_line >= first


def _alike(finding: Diagnostic, findings: Iterable[Diagnostic]) -> int:
    """How many findings say the same: a replacement moves their places."""
    return sum((one.code, one.message) == (finding.code, finding.message) for one in findings)


def _tried(
    workspace: Workspace, file: OpenFile, finding: Diagnostic, alike: int, options: list[Fix]
) -> Iterator[Fix]:
    """The first of the options of each title that removes the finding, of which there are so many alike."""
    done: set[str] = set()
    for fix in options:
        if fix.title in done:
            continue
        # A comment without a reason accepts nothing yet: that one has to be written is the point of it.
        text = fix.text if fix.preferred else f"{fix.text}reason"
        new = file.text[: fix.start] + text + file.text[fix.end :]
        left = workspace.findings(file, new)
        if _alike(finding, left) < alike:
            done.add(fix.title)
            yield fix


def _meant(finding: Diagnostic, file: OpenFile) -> Iterator[Fix]:
    meant = finding.meant
    if meant is None or finding.span is None:
        return
    start, end = file.offsets_of(finding.span)
    title = f"Replace by `{meant.text}`"
    for at, stop in meant.places(file.text[start:end]):
        yield Fix(title, finding, start + at, start + stop, meant.text)


def _ignored(finding: Diagnostic, file: OpenFile) -> Iterator[Fix]:
    """A comment at the end of the line; it waits for its reason."""
    if finding.level is not Severity.WARNING or finding.span is None:
        return
    title = f"Accept {finding.code} on this line, with a reason"
    starts, line = file.lines.starts, finding.span.line
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(file.text)
    written = file.text[start:end].rstrip("\r\n")
    if (found := _COMMENT.search(written)) is not None:
        at = start + found.end(1)
        yield Fix(title, finding, at, at, f", {finding.code}", preferred=True)
        return
    at = start + len(written.rstrip())
    yield Fix(title, finding, at, at, f"  # custmap: ignore {finding.code}: ", preferred=False)
