"""The outline that an editor shows: the parts of a mapping and its rules, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lsprotocol.types import DocumentSymbol, SymbolKind

from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Listing, Outline, Pair, Table, Value, scalar_text

_TABLES: Final = frozenset({"params", "path", "query", "headers", "body", "envelope", "fields", "customer"})
_INSIDE: Final = frozenset({"requests", "set", "clear", "response", *_TABLES})
_SOURCES: Final = ("from", "param", "each", "value")
_DEPTH: Final = 8


def symbols(outline: Outline, file: OpenFile) -> list[DocumentSymbol]:
    """The top-level keys with the rules inside them."""
    root = outline.root
    return list(_of_table(root, file, 0, rules=False)) if isinstance(root, Table) else []


def _of_table(table: Table, file: OpenFile, depth: int, *, rules: bool) -> Iterator[DocumentSymbol]:
    for pair in table.pairs:
        if pair.key.text.strip() and (rules or depth == 0 or pair.key.text in _INSIDE):
            yield _symbol(pair, file, depth, is_rule=rules)


def _symbol(pair: Pair, file: OpenFile, depth: int, *, is_rule: bool) -> DocumentSymbol:
    name, value = pair.key.text, pair.value
    inner: list[DocumentSymbol] = []
    if depth < _DEPTH and isinstance(value, Table):
        inner = list(_of_table(value, file, depth + 1, rules=name in _TABLES and not is_rule))
    elif depth < _DEPTH and isinstance(value, Listing) and name == "requests":
        inner = [made for _, item in value.items if (made := _entry(item, file, depth + 1)) is not None]
    kind = SymbolKind.Field if is_rule else SymbolKind.Namespace if inner else SymbolKind.Property
    end = max(pair.end, pair.key.end)
    return DocumentSymbol(
        name=name,
        kind=kind,
        range=file.range(pair.key.start, end),
        selection_range=file.range(pair.key.start, pair.key.end),
        detail=_detail(value),
        children=inner or None,
    )


def _entry(value: Value | None, file: OpenFile, depth: int) -> DocumentSymbol | None:
    if not isinstance(value, Table) or not value.pairs:
        return None
    whole = file.range(value.start, max(value.end, value.pairs[0].key.end))
    head = value.pairs[0].key
    return DocumentSymbol(
        name=scalar_text(value.get("name")) or "request",
        kind=SymbolKind.Namespace,
        range=whole,
        selection_range=file.range(head.start, head.end),
        children=list(_of_table(value, file, depth, rules=False)) or None,
    )


def _detail(value: Value | None) -> str | None:
    if isinstance(value, Table):
        said = ((key, scalar_text(value.get(key))) for key in _SOURCES)
        return next((text if key == "from" else f"{key} {text}" for key, text in said if text), None)
    text = scalar_text(value)
    return text if text and "\n" not in text else None
