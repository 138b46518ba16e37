"""Findings as an editor shows them, and which file's check found what in which file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lsprotocol import types as lsp
from pygls import uris

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.plain import plain
from custmap.diagnostics.span import Span
from custmap.lsp.open_file import OpenFile, Units, open_file
from custmap.lsp.workspace import Workspace
from custmap.syntax.source_text import MIB
from custmap.values.files import read_start, real

_LEVELS: Final = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}
_LIMIT: Final = 32 * MIB


@dataclass(slots=True)
class Published:
    """What each check has found, by file; a contract has the findings of all mappings that use it."""

    _found: dict[Path, dict[Path, list[lsp.Diagnostic]]] = field(default_factory=dict)

    def replace(
        self, checked: Path, found: dict[Path, list[lsp.Diagnostic]]
    ) -> dict[Path, list[lsp.Diagnostic]]:
        """The files whose findings may have changed, with all that is found in them now."""
        before = self._found.get(checked, {})
        self._found[checked] = found
        if not found:
            del self._found[checked]
        return {path: self._of(path) for path in {checked, *before, *found}}

    def _of(self, path: Path) -> list[lsp.Diagnostic]:
        all_of_it = [one for found in self._found.values() for one in found.get(path, ())]
        return list({repr(one): one for one in all_of_it}.values())


@dataclass(slots=True)
class Shown:
    """Turns findings into the editor's, with places in its units."""

    workspace: Workspace
    units: Units
    _read: dict[Path, OpenFile] = field(default_factory=dict)

    def grouped(self, checked: Path, findings: Iterable[Diagnostic]) -> dict[Path, list[lsp.Diagnostic]]:
        """The findings by the file in which they are; those without a place are in the checked file."""
        found: dict[Path, list[lsp.Diagnostic]] = {}
        for one in findings:
            path = checked if one.span is None else real(Path(one.span.file))
            found.setdefault(path, []).append(self.diagnostic(one, path))
        return found

    def diagnostic(self, finding: Diagnostic, path: Path) -> lsp.Diagnostic:
        help = f"\n{plain(finding.help)}" if finding.help else ""
        related = [
            lsp.DiagnosticRelatedInformation(self.location(note.span), plain(note.text))
            for note in finding.notes
        ]
        return lsp.Diagnostic(
            range=self._range(path, finding.span),
            message=f"{finding.title}: {plain(finding.message)}{help}",
            severity=_LEVELS[finding.level],
            code=finding.code,
            source="custmap",
            related_information=related or None,
        )

    def location(self, span: Span) -> lsp.Location:
        return self.place(Path(span.file), span)

    def place(self, path: Path, span: Span | None) -> lsp.Location:
        path = real(path)
        return lsp.Location(self.uri(path), self._range(path, span))

    def uri(self, path: Path) -> str:
        open_ = self.workspace.files.get(path)
        return open_.uri if open_ is not None else uris.from_fs_path(str(path)) or ""

    def _range(self, path: Path, span: Span | None) -> lsp.Range:
        if span is None:
            return lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
        return self.file(path).range_of(span)

    def file(self, path: Path) -> OpenFile:
        """The file as the editor has it, or as it is on disk."""
        open_ = self.workspace.files.get(path)
        if open_ is not None:
            return open_
        if path not in self._read:
            try:
                text = read_start(path, _LIMIT).decode("utf-8", "replace")
            except OSError:
                text = ""
            self._read[path] = open_file("", path, 0, text, self.units)
        return self._read[path]
