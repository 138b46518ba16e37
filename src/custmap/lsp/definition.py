"""Go to definition: from a mapping to contract, schema and parameters; from a fixture to its mapping."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from custmap.diagnostics.span import Span
from custmap.lsp.cursor import cursor_at
from custmap.lsp.document_places import member_place, operation_place, target_place
from custmap.lsp.facts import in_schema
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Outline, Pair, Scalar, Step, Table
from custmap.lsp.under_cursor import Under, name_under, target_under, under
from custmap.lsp.workspace import Workspace
from custmap.mapping.tree import refusal, tree_of
from custmap.syntax.source_text import Text
from custmap.values.files import is_file
from custmap.values.paths import PathError, TargetPath, parse_path
from custmap.values.shipped import shipped_folder


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; without a span its start."""

    path: Path
    span: Span | None = None


def define(workspace: Workspace, file: OpenFile, offset: int) -> Place | None:
    """Where the thing under the cursor is defined; None if it is nowhere."""
    with workspace.reading():
        if workspace.examined(file).kind == "fixture":
            return _of_fixture(workspace, file, offset)
        found = under(workspace, file, offset)
        return None if found is None else _of_mapping(workspace, found)


def _of_mapping(workspace: Workspace, found: Under) -> Place | None:
    spot, outline_, path = found.spot, found.outline, found.file.path
    call: tuple[Step, ...] = spot.call
    document = _beside(workspace, path, outline_.said(*call, "contract", "openapi"))
    operation = outline_.said(*call, "contract", "operation") or ""
    match spot.kind:
        case "operation" if document is not None:
            return Place(document, operation_place(document, found.cursor.scalar.text))
        case "file":
            named = _beside(workspace, path, found.cursor.scalar.text)
            return None if named is None else Place(named)
        case "param":
            return _declared(outline_, found.cursor.scalar.text, path)
        case "target":
            target = target_under(found)
            if target is None:
                return None
            if spot.part == "canonical":
                return _canonical(workspace, outline_, path, in_schema(target))
            if document is None:
                return _inline(outline_, (*call, "contract"), spot.part, target, path)
            part = "body" if spot.part == "envelope" else spot.part
            return Place(document, target_place(document, operation, part, target))
        case "expression":
            name = name_under(found, workspace)
            if name is None or name.path is None:
                return None
            steps = [0 if step == "*" else step for step in name.path]
            return _canonical(workspace, outline_, path, steps)
    return None


def _canonical(workspace: Workspace, outline_: Outline, path: Path, names: list[str | int]) -> Place | None:
    """The member in the mapping's own schema, or in that of the built-in customer."""
    stated = outline_.said("source") if outline_.value("contract") or outline_.value("requests") else None
    shipped = shipped_folder("schemas")
    schema = _beside(workspace, path, stated)
    if schema is None:
        schema = None if shipped is None else shipped / "customer.schema.json"
    return None if schema is None else Place(schema, member_place(schema, names))


def _beside(workspace: Workspace, mapping: Path, name: str | None) -> Path | None:
    """A file that the mapping names, if it may be opened."""
    if not name or "\0" in name:
        return None
    beside = mapping.parent / name
    return beside if refusal(beside, tree_of(mapping, workspace.root)) is None and is_file(beside) else None


def _declared(outline_: Outline, name: str, path: Path) -> Place | None:
    params = outline_.value("params")
    pair = params.pair(name) if isinstance(params, Table) else None
    return None if pair is None else Place(path, _span(outline_, pair.key, path))


def _inline(
    outline_: Outline, contract: tuple[Step, ...], part: str, target: TargetPath, path: Path
) -> Place | None:
    """The field of an inline contract: its own line, or that of the nearest object around."""
    table = outline_.value(*contract, "fields" if part in ("body", "envelope") else part)
    best: tuple[int, Pair] | None = None
    for pair in table.pairs if isinstance(table, Table) else ():
        try:
            listed = parse_path(pair.key.text)
        except PathError:
            continue
        if listed == target[: len(listed)] and (best is None or len(listed) > best[0]):
            best = len(listed), pair
    return None if best is None else Place(path, _span(outline_, best[1].key, path))


def _span(outline_: Outline, scalar: Scalar, path: Path) -> Span:
    return Text(outline_.text, str(path), outline_.starts).span(scalar.start, scalar.end)


def _of_fixture(workspace: Workspace, file: OpenFile, offset: int) -> Place | None:
    outline_ = workspace.outline(file)
    cursor = cursor_at(outline_, offset)
    if cursor is None:
        return None
    match cursor.path, cursor.role:
        case (("mapping" | "source") as kind,), "value":
            found = workspace.named(cursor.scalar.text, file.path, kind)
            return None if found is None else Place(found[0])
        case ("params",), "key":
            found = workspace.named(outline_.said("mapping"), file.path, "mapping")
            if found is None:
                return None
            return _declared(workspace.outline_at(found[0]), cursor.scalar.text, found[0])
    return None
