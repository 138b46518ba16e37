"""What is known of the files of an editor: their texts, their outlines, and what checking them found.

Texts that are not saved are read in place of the files (`values/files.py`), and documents are kept between
checks. A file that cannot be read while it is being typed keeps what was known of it before.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.expressions.function import FunctionSpec
from custmap.loader import examine_mapping, stops_loading
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Outline
from custmap.lsp.outline_reader import outline
from custmap.mapping.find import find_mapping, find_source, look_up
from custmap.mapping.related import ENDINGS, is_mapping, kind_of, says_mapping, uses
from custmap.mapping.tree import FOLDERS
from custmap.model.checked import Checked
from custmap.model.source import CheckedSource
from custmap.schema.canonical import load_canonical
from custmap.source_loader import examine_source
from custmap.syntax.document import KeptDocuments
from custmap.syntax.source_text import MIB
from custmap.testing.fixture import read_fixture
from custmap.values.files import is_file, read_start, real, state_of, unsaved

FileKind: TypeAlias = Literal["mapping", "source", "fixture", "other"]
_FIXTURE_KEYS: Final = frozenset(
    {
        *("mapping", "source", "expect", "customer", "before", "after", "row", "document"),
        *("vendor", "response", "settle"),
    }
)
_KEY: Final = re.compile(r"^([a-z]+)[ ]*:", re.MULTILINE)
_NAMED: Final = re.compile(rb"(?:openapi|source|schema|parquet)[\"']?\s*:\s*([^\s,}]+)")
_HEAD: Final = 64 * 1024
_ATTEMPTS: Final = 8
"""So many lines are left out of a file that cannot be read, to know something of the rest."""
_MOST_USERS: Final = 50
"""So many mappings in the folder of a contract are checked with it, without being open."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What one check gave.

    `checked`   the mapping, also one with errors; `runs`: without any; of an earlier text if need be.
    `source`    the same of a source file.
    `findings`  those of the text as it is.
    `uses`      the files that it was checked against.
    `of`        the text that was checked; None: the file on disk.
    """

    kind: FileKind
    findings: tuple[Diagnostic, ...] = ()
    checked: Checked | None = None
    runs: Checked | None = None
    source: CheckedSource | None = None
    uses: frozenset[Path] = frozenset()
    of: OpenFile | None = None

    @property
    def canonical_schema(self) -> Any:
        """The JSON Schema of the record: the mapping's own, else that of the customer."""
        canonical = load_canonical(None) if self.checked is None else self.checked.canonical.record
        return canonical.json_schema


@dataclass(slots=True)
class Workspace:
    """The open files, by real path."""

    functions: Mapping[str, FunctionSpec]
    root: str | None = None
    files: dict[Path, OpenFile] = field(default_factory=dict)
    _kept: KeptDocuments = field(default_factory=KeptDocuments)
    _outlines: dict[Path, tuple[OpenFile, Outline]] = field(default_factory=dict)
    _examined: dict[Path, Examined] = field(default_factory=dict)
    _named: dict[Path, tuple[Hashable, Examined]] = field(default_factory=dict)
    _used: dict[Path, tuple[Hashable, frozenset[Path]]] = field(default_factory=dict)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within the block files are read as the editor has them."""
        with unsaved(self._texts()), self._kept.used():
            yield

    def outline(self, file: OpenFile) -> Outline:
        known = self._outlines.get(file.path)
        if known is None or known[0] is not file:
            # A longer text is no mapping: reading it would only keep the editor waiting.
            text = file.text if len(file.data) <= MIB else ""
            known = self._outlines[file.path] = file, outline(text)
        return known[1]

    def outline_at(self, path: Path) -> Outline:
        """The outline of a file as the editor has it, or as it is on disk; empty if it cannot be read."""
        open_ = self.files.get(path)
        return outline(text_at(path)) if open_ is None else self.outline(open_)

    def close(self, path: Path) -> None:
        self.files.pop(path, None)
        self._outlines.pop(path, None)
        self._examined.pop(path, None)

    def kind(self, path: Path, file: OpenFile | None = None) -> FileKind:
        """What a file is, by its content, else by its folder. Within `reading`."""
        if path.suffix not in ENDINGS:
            return "other"
        if says_mapping(path):
            return kind_of(path)
        keys = set(_KEY.findall(file.text, 0, _HEAD)) if file is not None else set()
        parts = path.parts[:-1]
        if "fixtures" in parts and (not keys or keys & _FIXTURE_KEYS):
            return "fixture"
        if any(name in parts for name in FOLDERS.values()) and is_mapping(path):
            own = FOLDERS["source"] in parts and FOLDERS["mapping"] not in parts
            return "source" if own else kind_of(path)
        return "other"

    def examined(self, file: OpenFile) -> Examined:
        """What is known of a file, of an earlier text too: what a completion needs changes rarely."""
        known = self._examined.get(file.path)
        return known if known is not None else self.examine(file.path)

    def fresh(self, file: OpenFile) -> Examined:
        """What is known of a file as it is now."""
        known = self._examined.get(file.path)
        return known if known is not None and known.of is file else self.examine(file.path)

    def findings(self, file: OpenFile, text: str) -> tuple[Diagnostic, ...]:
        """What would be found if a file had another text."""
        kind = self.examined(file).kind
        data = text.encode("utf-8", "surrogatepass")
        with self.reading(), unsaved({**self._texts(), file.path: data}):
            return self._examine(kind, file.path).findings

    def _texts(self) -> dict[Path, bytes]:
        return {path: file.data for path, file in list(self.files.items())}

    def examine(self, path: Path) -> Examined:
        """Check a file as it is now."""
        file = self.files.get(path)
        known = self._examined.get(path)
        with self.reading():
            kind = self.kind(path, file)
            made = self._examine(kind, path)
            if made.checked is None and made.source is None and kind in ("mapping", "source"):
                before = known if known is not None else self._repaired(kind, path, file, made.findings)
                made = replace(made, checked=before.checked, source=before.source, runs=before.runs)
            elif made.runs is None and known is not None:
                made = replace(made, runs=known.runs)
        made = replace(made, of=file)
        self._examined[path] = made
        return made

    def _examine(self, kind: FileKind, path: Path) -> Examined:
        match kind:
            case "mapping":
                checked, found = examine_mapping(path, self.functions, root=self.root)
                runs = checked if _runs(found) else None
                return Examined(kind, found, checked, runs, uses=self._uses(path))
            case "source":
                source, found = examine_source(path, self.functions, root=self.root)
                runs = source.checked if source is not None and _runs(found) else None
                return Examined(kind, found, None, runs, source, self._uses(path))
            case "fixture":
                return Examined(kind, tuple(_of_fixture(path)))
            case _:
                return Examined(kind)

    def _uses(self, path: Path) -> frozenset[Path]:
        """The files that a mapping is checked against; looked up again when it names others, or they change.

        Looking for references in 3 MB takes longer than the check.
        """
        named: tuple[Hashable, ...] = tuple(_NAMED.findall(read_start(path, MIB)))
        known = self._used.get(path)
        if known is not None and known[0] == (named, _states(known[1])):
            return known[1]
        found = frozenset(uses(path, self.root))
        self._used[path] = (named, _states(found)), found
        return found

    def _repaired(
        self, kind: FileKind, path: Path, file: OpenFile | None, findings: tuple[Diagnostic, ...]
    ) -> Examined:
        """What is known of a text without the lines that cannot be read: it was broken when it was opened."""
        empty = Examined(kind)
        if file is None:
            return empty
        lines = file.lines.text.splitlines(keepends=True)
        for _ in range(_ATTEMPTS):
            wrong = next((one.span.line for one in findings if one.span is not None), 0)
            # An open bracket is missed at the end of the file: then the last line is suspected, and so on.
            at = next((n for n in range(min(wrong, len(lines)), 0, -1) if lines[n - 1].strip()), 0)
            if at == 0:
                return empty
            lines[at - 1] = "\n"
            data = "".join(lines).encode("utf-8", "replace")
            with unsaved({**self._texts(), path: data}):
                made = self._examine(kind, path)
            if made.checked is not None or made.source is not None:
                return made
            findings = made.findings
        return empty

    def users(self, path: Path) -> list[Path]:
        """The mappings and sources that use a contract or schema: open ones, and those beside it."""
        found = [one for one, known in list(self._examined.items()) if path in known.uses]
        with self.reading():
            beside = sorted(path.parent.glob("*.y*ml"))[:_MOST_USERS]
            near = [one for one in map(real, beside) if one != path and one not in found]
            found += [one for one in near if says_mapping(one) and path in uses(one, self.root)]
        return found

    def named(
        self, name: str | None, path: Path, kind: Literal["mapping", "source"]
    ) -> tuple[Path, Examined] | None:
        """The mapping or source that a fixture at `path` names, and what is known of it."""
        if not name:
            return None
        with self.reading():
            found = (path.parent / name, name) if name.endswith(ENDINGS) else look_up(name, path.parent, kind)
            if found is None or not is_file(found[0]):
                return None
            place = real(found[0])
            state = state_of(place)
        known = self._named.get(place)
        if known is None or known[0] != state:
            known = self._named[place] = state, self.examine(place)
        return place, known[1]


def text_at(path: Path) -> str:
    """The text of a file, without its byte order mark; "" if it cannot be read. Within `reading`."""
    try:
        return read_start(real(path), MIB).decode("utf-8", "replace").removeprefix("\ufeff")
    except OSError:
        return ""


def _states(files: frozenset[Path]) -> Hashable:
    return frozenset((file, state_of(file)) for file in files if is_file(file))


def _runs(found: tuple[Diagnostic, ...]) -> bool:
    return not any(map(stops_loading, found))


def _of_fixture(path: Path) -> Iterator[Diagnostic]:
    """What is wrong with a fixture's form, and with the name of its mapping."""
    try:
        fixture = read_fixture(path)
    except MappingError as error:
        yield from error.diagnostics
        return
    for name, find in ((fixture.mapping, find_mapping), (fixture.source, find_source)):
        if name and not name.endswith(ENDINGS):
            try:
                find(name, path.parent)
            except MappingError as error:
                node = fixture.node.get("mapping" if find is find_mapping else "source")
                yield from (replace(one, span=node.span if node else None) for one in error.diagnostics)
