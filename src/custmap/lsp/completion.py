"""Completion in mapping and source files: keys, values, target paths, and what expressions can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lsprotocol.types import CompletionItem, CompletionItemKind

from custmap.contract.contract import type_at
from custmap.contract.inline import KEYS as INLINE_KEYS
from custmap.diagnostics.errors import MappingError
from custmap.expressions.builtins import BUILTINS
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import format_source
from custmap.lsp.cursor import Cursor, cursor_at
from custmap.lsp.facts import brief, described, in_schema, of_function, signature
from custmap.lsp.forms import form_of
from custmap.lsp.half_expression import half_expression, word_at
from custmap.lsp.named_files import files_for, operations_in
from custmap.lsp.offers import Offers
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Outline, Scalar, Step, Table
from custmap.lsp.spots import Spot, spot_of
from custmap.lsp.workspace import Examined, Workspace
from custmap.values.members import named_paths
from custmap.values.numbers import key_text
from custmap.values.paths import Member, PathError, TargetPath, format_path, parse_path
from custmap.values.types import Type

_CONTRACT_KEYS: Final = {
    "openapi": "The vendor's OpenAPI document, beside this file.",
    "operation": "Its operation: an operationId, or `POST /customers`.",
}


def offers_at(file: OpenFile, cursor: Cursor, snippets: bool) -> Offers:
    """An empty collection for the word under the cursor."""
    scalar = cursor.scalar
    flow = cursor.around.flow if cursor.around is not None else _in_flow(file.text, scalar)
    start, end = scalar.offset(0), scalar.offset(len(scalar.text))
    if file.position(start).line != file.position(end).line:  # what is replaced is on one line
        start = end = scalar.offset(cursor.index)
    return Offers(file, start, end, scalar.quote, flow, snippets)


def _in_flow(text: str, scalar: Scalar) -> bool:
    line = text[max(text.rfind("\n", 0, scalar.start), 0) : scalar.start]
    return line.count("{") > line.count("}") or line.count("[") > line.count("]")


def complete(workspace: Workspace, file: OpenFile, offset: int, *, snippets: bool) -> list[CompletionItem]:
    """What may stand at an offset of a mapping or source file."""
    outline = workspace.outline(file)
    cursor = cursor_at(outline, offset)
    if cursor is None:
        return []
    examined = workspace.examined(file)
    made = _Completing(workspace, file, outline, cursor, examined, offers_at(file, cursor, snippets))
    with workspace.reading():
        made.run()
    return list(made.offers)


@dataclass(slots=True)
class _Completing:
    workspace: Workspace
    file: OpenFile
    outline: Outline
    cursor: Cursor
    examined: Examined
    offers: Offers

    def run(self) -> None:
        path, role = self.cursor.path, self.cursor.role
        if role != "value":
            self._keys(path, spot_of(self.outline, path, self.examined, key=True))
        if role != "key":
            self._values(path, spot_of(self.outline, path, self.examined, key=False))

    def _keys(self, path: tuple[Step, ...], spot: Spot) -> None:
        present, colon = self.cursor.other_keys, not self.cursor.has_colon
        if spot.kind == "target":
            self._targets(spot, present, key=True, colon=colon)
        elif spot.kind in ("value", "name"):
            for text in spot.names or _words(spot.type):
                if text not in present:
                    self.offers.key(text, "", "", CompletionItemKind.EnumMember, colon=colon)
        known = form_of(self.examined.kind).keys(path)
        if path in ((), ("requests",)) or path[-1:] == ("contract",):
            known |= _CONTRACT_KEYS | dict.fromkeys(INLINE_KEYS, "") if path[-1:] == ("contract",) else {}
        for name, about in known.items():
            if name not in present:
                self.offers.key(name, about, "", CompletionItemKind.Property, colon=colon)

    def _values(self, path: tuple[Step, ...], spot: Spot) -> None:
        match spot.kind:
            case "expression":
                self._expression(spot)
            case "target":
                self._targets(spot, set(), key=False, colon=False)
            case "param":
                self._params()
            case "name":
                for name in spot.names:
                    self.offers.value(name, is_text=True)
            case "value":
                for value in spot.type.enum or ():
                    if (text := key_text(value)) is not None:
                        self.offers.value(text, is_text=isinstance(value, str))
                if spot.type.kinds == {"boolean"} and spot.type.enum is None:
                    for word in ("true", "false"):
                        self.offers.value(word)
            case "operation":
                self._operations(spot)
            case "file":
                for name in files_for(self.file.path, self.workspace.root, parquet=path[-1:] == ("parquet",)):
                    self.offers.value(name, is_text=True)
        for one in form_of(self.examined.kind).words(path):
            self.offers.value(one.text, one.about)

    def _operations(self, spot: Spot) -> None:
        document = self.outline.said(*spot.call, "contract", "openapi") or self.outline.said(
            "contract", "openapi"
        )
        if not document:
            return
        try:
            for name, place, summary in operations_in(self.file.path, document, self.workspace.root):
                self.offers.value(name, summary, place, is_text=True)
        except MappingError:
            return

    def _params(self) -> None:
        declared = self.outline.value("params")
        for pair in declared.pairs if isinstance(declared, Table) else ():
            about = self.outline.said("params", pair.key.text, "summary") or ""
            self.offers.value(pair.key.text, about, is_text=True)

    def _targets(self, spot: Spot, present: set[str], *, key: bool, colon: bool) -> None:
        """Target paths that begin with what is written; those that have a rule are left out."""
        at = _around(self.cursor.before, spot.type)
        if at is None:
            return
        around, type_ = at
        schema = self._schema(spot)
        for names in named_paths(type_):
            if "*" in names or len(names) > (2 if around else 3):
                continue
            path = (*around, *map(Member, names))
            text = format_path(path)
            found = _member(type_, names)
            if found is None or (found[0].read_only and spot.part == "body"):
                continue
            if any(text == one or text.startswith((f"{one}.", f"{one}[")) for one in present):
                continue  # it has a rule, or is part of what a rule fills
            about = "" if schema is None else described(schema, in_schema((*spot.path, *path)))
            detail = brief(found[0], required=found[1])
            sort = f"{len(names)}{0 if found[1] else 1}"
            if key:
                kind = CompletionItemKind.Field if not found[0].members else CompletionItemKind.Struct
                self.offers.key(text, about, detail, kind, colon=colon, sort=sort)
            else:
                self.offers.value(text, about, detail, is_text=True, sort=sort)

    def _schema(self, spot: Spot) -> Any:
        if spot.part == "canonical":
            return self.examined.canonical_schema
        if spot.part == "body" and spot.operation is not None:
            return spot.operation.contract.body_schema
        return None

    def _expression(self, spot: Spot) -> None:
        functions = self.workspace.functions
        half = half_expression(self.cursor.before, spot.type, functions)
        if half is None:
            return
        scalar = self.cursor.scalar
        offers = self.offers
        offers.start = scalar.offset(self.cursor.index - len(half.word))
        offers.end = scalar.offset(word_at(scalar.text, self.cursor.index)[1])
        if half.literal:
            for text in _words(half.type):
                offers.piece(text, CompletionItemKind.EnumMember, "")
            return
        for name in half.type.members:
            found = half.type.member(name)
            if found is not None and found.kinds:
                offers.piece(format_source((name,)), CompletionItemKind.Field, brief(found))
        if not half.member:
            comma = not offers.flow or bool(scalar.quote)
            for spec in {**BUILTINS, **functions}.values():
                offers.piece(
                    f"{spec.name}(",
                    CompletionItemKind.Function,
                    signature(spec),
                    of_function(spec),
                    snippet=_snippet(spec, comma),
                    sort="2",
                )


def _snippet(spec: FunctionSpec, comma: bool) -> str:
    """A call with places for its arguments; without a comma where YAML would end the text at it."""
    named = [one.name for one in spec.arguments if not one.optional]
    if not comma:
        named = named[:1]
    return f"{spec.name}({', '.join(f'${{{at}:{name}}}' for at, name in enumerate(named, 1))})$0"


def _around(text: str, type_: Type) -> tuple[TargetPath, Type] | None:
    """The object that a half-written path is in: its path and type; None where nothing is known."""
    cut = text.rfind(".")
    if cut < 0:
        return ((), type_) if "[" not in text else None
    try:
        path = parse_path(text[:cut])
    except PathError:
        return None
    found = type_at(type_, path)
    return None if found is None else (path, found)


def _member(type_: Type, names: tuple[str, ...]) -> tuple[Type, bool] | None:
    """The type of a member at some depth, and whether the object around requires it."""
    required = False
    for name in names:
        required = name in type_.required
        found = type_.member(name)
        if found is None:
            return None
        type_ = found
    return type_, required


def _words(type_: Type) -> Iterator[str]:
    yield from (text for value in type_.enum or () if (text := key_text(value)) is not None)
