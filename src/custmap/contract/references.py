"""References of a contract, followed within its folder.

A contract is a third party's file. References to URLs or out of the folder are refused, references that
cannot be resolved or are circular are reported at their place, and only what the operation refers to
is examined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.schema.json_schema import pointer_parts
from custmap.syntax.document import Document, read_document
from custmap.values.files import is_file, real

Pointer: TypeAlias = tuple[str | int, ...]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a contract and its place."""

    value: Any
    document: Document
    path: Path
    pointer: Pointer = ()

    def inner(self, *keys: str | int) -> Located:
        """A part of the value; its value is None if it does not exist."""
        value = self.value
        for key in keys:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                value = None
        return Located(value, self.document, self.path, (*self.pointer, *keys))

    @property
    def map(self) -> dict[str, Any]:
        """The value if it is an object, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def list(self) -> list[Any]:
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str | None:
        return self.value if isinstance(self.value, str) else None

    @property
    def span(self) -> Span:
        return self.document.span(self.pointer)

    @property
    def key_span(self) -> Span:
        """The span of the key in front of it."""
        return self.document.key_span(self.pointer)


def schema_reference(name: str) -> str:
    """What the mapping of a discriminator names: a reference, or a schema of the components by its name."""
    return name if "/" in name or "." in name else f"#/components/schemas/{name}"


@dataclass(slots=True)
class References:
    """Follows references; their problems are collected in `problems`, each once."""

    folder: Path
    documents: dict[Path, Document] = field(default_factory=dict)
    problems: dict[tuple[Path, Pointer], Diagnostic] = field(default_factory=dict)

    def follow(self, here: Located) -> Located:
        """The value at `here`, after following references; `value` is None if they cannot be resolved."""
        met: set[tuple[Path, Pointer]] = set()
        while isinstance(reference := here.map.get("$ref"), str):
            if (here.path, here.pointer) in met:
                return self._lost(here, "CM212", "the reference is circular")
            met.add((here.path, here.pointer))
            here = self.target(reference, here)
        return here

    def target(self, reference: str, here: Located) -> Located:
        """The value that one reference names."""
        file, _, fragment = reference.partition("#")
        document, path = here.document, here.path
        if file:
            found = self._file(file, here)
            if found is None:
                return Located(None, document, path, here.pointer)
            document, path = found
        if fragment and not fragment.startswith("/"):
            return self._lost(here, "CM212", "the part after `#` must be a JSON pointer, `#/…`")
        value, pointer = document.data, []
        for part in pointer_parts(fragment):
            if isinstance(value, dict) and part in value:
                value, key = value[part], part
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value, key = value[int(part)], int(part)  # type: ignore[assignment]  # a position
            else:
                return self._lost(here, "CM212", "the reference points to nothing")
            pointer.append(key)
        return Located(value, document, path, tuple(pointer))

    def _file(self, name: str, here: Located) -> tuple[Document, Path] | None:
        # Imported when used: most contracts are one file.
        from urllib.parse import unquote

        if _SCHEME.match(name):
            self._lost(here, "CM213", "the reference is a URL", "Save the file next to the contract.")
            return None
        path = real(here.path.parent / unquote(name))
        if not path.is_relative_to(self.folder):
            self._lost(
                here,
                "CM213",
                "the reference points outside the contract's folder",
                "Copy the file next to the contract.",
            )
            return None
        if path not in self.documents:
            if not is_file(path):
                self._lost(here, "CM212", "the file does not exist")
                return None
            try:
                shown = Path(here.document.file).parent / unquote(name)
                self.documents[path] = read_document(path, str(shown))
            except MappingError as error:
                for diagnostic in error.diagnostics:
                    self.problems[(path, ())] = diagnostic
                return None
        return self.documents[path], path

    def _lost(self, here: Located, code: str, message: str, help: str | None = None) -> Located:
        span = here.document.span((*here.pointer, "$ref"))
        self.problems.setdefault((here.path, here.pointer), Diagnostic(code, message, span, help))
        return Located(None, here.document, here.path, here.pointer)
