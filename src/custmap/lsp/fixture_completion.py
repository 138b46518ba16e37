"""Completion in fixture files: mappings, parameters, canonical paths, the vendor's members and codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol.types import CompletionItem, CompletionItemKind

from custmap.diagnostics.codes import CODES
from custmap.lsp.completion import offers_at
from custmap.lsp.cursor import Cursor, cursor_at
from custmap.lsp.facts import brief, described
from custmap.lsp.forms import form_of
from custmap.lsp.offers import Offers
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Outline, Step
from custmap.lsp.workspace import Examined, Workspace
from custmap.mapping.find import files_in, folders
from custmap.mapping.form import Kind
from custmap.model.checked import Operation
from custmap.model.nodes import Leaf
from custmap.model.source import CheckedSource
from custmap.schema.canonical import load_canonical
from custmap.values.types import Type

_RECORDS = (("customer",), ("before",), ("after",), ("base",), ("settle", "before"), ("settle", "after"))
_EXPECTED = ("expect", "customer")


def complete_fixture(
    workspace: Workspace, file: OpenFile, offset: int, *, snippets: bool
) -> list[CompletionItem]:
    """What may stand at an offset of a fixture."""
    outline = workspace.outline(file)
    cursor = cursor_at(outline, offset)
    if cursor is None:
        return []
    made = _Fixture(workspace, file, outline, cursor, offers_at(file, cursor, snippets))
    made.run()
    return list(made.offers)


@dataclass(slots=True)
class _Fixture:
    workspace: Workspace
    file: OpenFile
    outline: Outline
    cursor: Cursor
    offers: Offers

    def run(self) -> None:
        if self.cursor.role != "value":
            self._keys()
        if self.cursor.role != "key":
            self._values()

    def _keys(self) -> None:
        present, colon = self.cursor.other_keys, not self.cursor.has_colon
        for name, detail, about, kind in self._names(self.cursor.path):
            if name not in present:
                self.offers.key(name, about, detail, kind, colon=colon)

    def _names(self, path: tuple[Step, ...]) -> Iterator[tuple[str, str, str, CompletionItemKind]]:
        if path == ("params",):
            found = self._mapping()
            for param in found.checked.params if found is not None and found.checked is not None else ():
                yield param.name, "secret" if param.secret else "", param.summary or "", _VARIABLE
        placed = self._type(path)
        if placed is not None:
            type_, schema, inner = placed
            for name in type_.members:
                member = type_.member(name)
                if member is not None and member.kinds:
                    about = described(schema, [*inner, name]) if schema is not None else ""
                    yield name, brief(member, required=name in type_.required), about, _FIELD
        for name, about in form_of("fixture").keys(path).items():
            yield name, "", about, _KEY

    def _values(self) -> None:
        path = self.cursor.path
        match path:
            case ("mapping",):
                self._named("mapping")
            case ("source",):
                self._named("source")
            case ("expect", "error"):
                for code, row in sorted(CODES.items()):
                    self.offers.value(code, row.title, row.title)
            case ("expect", ("changes" | "rejected") as what, int()):
                self._targets(changes=what == "changes")
        placed = self._type(path)
        if placed is not None:
            for value in placed[0].enum or ():
                if isinstance(value, str):
                    self.offers.value(value, is_text=True)
            if placed[0].kinds - {"null"} == {"boolean"}:
                self.offers.value("true")
                self.offers.value("false")
        for one in form_of("fixture").words(path):
            self.offers.value(one.text, one.about)

    def _named(self, kind: Kind) -> None:
        with self.workspace.reading():
            for folder in folders(self.file.path.parent, kind):
                for name, _ in files_in(folder):
                    self.offers.value(name, is_text=True)

    def _targets(self, *, changes: bool) -> None:
        for operation in self._operations():
            for slot in operation.table.slots:
                if isinstance(slot, Leaf):
                    for text in (f"set {slot.target}", f"clear {slot.target}") if changes else (slot.target,):
                        self.offers.value(text, is_text=True)

    def _type(self, path: tuple[Step, ...]) -> tuple[Type, object, list[Step]] | None:
        """The type of the object or value at a place, its schema, and the way in that schema."""
        head = next((one for one in (*_RECORDS, _EXPECTED) if path[: len(one)] == one), None)
        if head is not None:
            return self._record(path[len(head) :], rows=head != _EXPECTED)
        if path[:1] == ("row",):
            source = self._source()
            return None if source is None else _inside(source.rows.type, None, path[1:])
        for place in (("expect", "request", "body"), ("document",), ("vendor",)):
            if path[: len(place)] == place:
                operation = next(self._operations(), None)
                contract = None if operation is None else operation.contract
                if contract is None or contract.body is None:
                    return None
                return _inside(contract.body, contract.body_schema, path[len(place) :])
        return None

    def _record(self, path: tuple[Step, ...], *, rows: bool) -> tuple[Type, object, list[Step]] | None:
        source = self._source()
        if source is not None and rows:
            return _inside(source.rows.type, None, path)
        found = self._mapping()
        checked = None if found is None else found.checked
        canonical = load_canonical(None) if checked is None else checked.canonical.record
        return _inside(canonical.type, canonical.json_schema, path)

    def _mapping(self) -> Examined | None:
        found = self.workspace.named(self.outline.said("mapping"), self.file.path, "mapping")
        return None if found is None else found[1]

    def _source(self) -> CheckedSource | None:
        found = self.workspace.named(self.outline.said("source"), self.file.path, "source")
        return None if found is None else found[1].source

    def _operations(self) -> Iterator[Operation]:
        found = self._mapping()
        if found is not None and found.checked is not None:
            for call in found.checked.calls:
                yield from call.operations


_VARIABLE = CompletionItemKind.Variable
_FIELD = CompletionItemKind.Field
_KEY = CompletionItemKind.Property


def _inside(type_: Type, schema: object, path: tuple[Step, ...]) -> tuple[Type, object, list[Step]] | None:
    for step in path:
        found = type_.items if isinstance(step, int) else type_.member(str(step))
        if found is None:
            return None
        type_ = found
    return type_, schema, list(path)
