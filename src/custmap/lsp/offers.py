"""What a completion offers: words with what they mean, put at the place of the word under the cursor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lsprotocol.types import (
    CompletionItem,
    CompletionItemKind,
    InsertTextFormat,
    MarkupContent,
    MarkupKind,
    TextEdit,
)

from custmap.lsp.open_file import OpenFile
from custmap.syntax.scalars import Ambiguous, resolve

MOST: Final = 1500
_PLAIN_START: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[\-?:](?=[^\s,\[\]{}])")
_NOT_PLAIN: Final = re.compile(r": |:$| #|[\x00-\x1f\x7f-\x9f]|^\s|\s$")
_NOT_IN_FLOW: Final = re.compile(r"[,\[\]{}]")


@dataclass(slots=True)
class Offers:
    """Collects what may stand between two offsets of a file; the first of equal words counts."""

    file: OpenFile
    start: int
    end: int
    quote: str = ""
    flow: bool = False
    snippets: bool = False
    _items: dict[str, CompletionItem] = field(default_factory=dict)

    def __iter__(self) -> Iterator[CompletionItem]:
        return iter(self._items.values())

    def key(
        self, name: str, about: str, detail: str, kind: CompletionItemKind, *, colon: bool, sort: str = ""
    ) -> None:
        """A key; `colon`: it needs one behind it."""
        text = self.written(name) + (": " if colon and not self.quote else "")
        self._add(name, text, kind, detail, about, sort)

    def value(
        self, text: str, about: str = "", detail: str = "", *, is_text: bool = False, sort: str = ""
    ) -> None:
        """A value; `is_text`: it is a text, also where it looks like a number or true."""
        shown = self.written(text) if is_text else text
        self._add(text, shown, CompletionItemKind.EnumMember, detail, about, sort)

    def piece(
        self,
        text: str,
        kind: CompletionItemKind,
        detail: str,
        about: str = "",
        *,
        snippet: str | None = None,
        sort: str = "",
    ) -> None:
        """A part of an expression, put in as it is; with a client that can, as a snippet."""
        inserted = snippet if snippet is not None and self.snippets else text
        self._add(text, inserted, kind, detail, about, sort, is_snippet=inserted is snippet)

    def _add(
        self,
        label: str,
        text: str,
        kind: CompletionItemKind,
        detail: str,
        about: str,
        sort: str,
        is_snippet: bool = False,
    ) -> None:
        if label in self._items or len(self._items) >= MOST:
            return
        self._items[label] = CompletionItem(
            label=label,
            kind=kind,
            detail=detail or None,
            documentation=MarkupContent(MarkupKind.Markdown, about) if about else None,
            sort_text=f"{sort}{len(self._items):05}",
            filter_text=label,
            insert_text_format=InsertTextFormat.Snippet if is_snippet else InsertTextFormat.PlainText,
            text_edit=TextEdit(self.file.range(self.start, self.end), text),
        )

    def written(self, text: str) -> str:
        """A text as YAML has to write it at this place."""
        if self.quote == "'":
            return text.replace("'", "''")
        if self.quote:
            return text.replace("\\", "\\\\").replace('"', '\\"')
        return text if is_plain(text, flow=self.flow) else "'" + text.replace("'", "''") + "'"


def is_plain(text: str, *, flow: bool) -> bool:
    """Can YAML have this text without quotes, and does it stay a text?

    >>> is_plain("opted_in", flow=True), is_plain("true", flow=True), is_plain("a[0]", flow=False)
    (True, False, True)
    """
    if not _PLAIN_START.match(text) or _NOT_PLAIN.search(text) or (flow and _NOT_IN_FLOW.search(text)):
        return False
    try:
        return isinstance(resolve(text), str)
    except Ambiguous:
        return False
