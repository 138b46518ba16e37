"""Rename of a parameter: its declaration, the rules that send it, URLs that it fills, and fixtures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custmap.lsp.cursor import cursor_at
from custmap.lsp.open_file import OpenFile
from custmap.lsp.outline import Listing, Outline, Scalar, Step, Table, Value
from custmap.lsp.spots import call_of
from custmap.lsp.workspace import Workspace, text_at
from custmap.testing.discover import fixture_files
from custmap.values.files import is_folder, real

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TABLES: Final = ("path", "query", "headers", "body", "envelope")
_TEMPLATES: Final = ("set", "add", "clear")


class Refused(Exception):
    """The rename is not possible; the message says why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """New text in place of the characters from `start` up to `end` of a file."""

    path: Path
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Param:
    """A parameter under the cursor: its name, the place there, and the mapping that declares it."""

    name: str
    start: int
    end: int
    mapping: Path
    outline: Outline


def prepare(workspace: Workspace, file: OpenFile, offset: int) -> tuple[str, int, int] | None:
    """The name of the parameter at an offset, with its place; None if there is none. Refused."""
    with workspace.reading():
        found = _param(workspace, file, offset)
        if found is None:
            return None
        _check_url(workspace, found)
    return found.name, found.start, found.end


def rename(workspace: Workspace, file: OpenFile, offset: int, name: str) -> list[Edit]:
    """The edits that give the parameter at an offset another name; Refused."""
    with workspace.reading():
        found = _param(workspace, file, offset)
        if found is None:
            raise Refused("There is no parameter here.")
        if not _NAME.fullmatch(name):
            raise Refused("A parameter's name has letters, digits, `_` and `-`, and begins with a letter.")
        params = found.outline.value("params")
        if name != found.name and isinstance(params, Table) and params.pair(name) is not None:
            raise Refused(f"There is a parameter `{name}` already.")
        _check_url(workspace, found)
        made = [Edit(found.mapping, start, end, name) for start, end in _uses(found.outline, found.name)]
        return made + list(_in_fixtures(workspace, found, name))


def _param(workspace: Workspace, file: OpenFile, offset: int) -> _Param | None:
    lines = workspace.outline(file)
    kind = workspace.examined(file).kind
    if kind == "fixture":
        return _of_fixture(workspace, file, lines, offset)
    if kind != "mapping":
        return None
    params = lines.value("params")
    for pair in params.pairs if isinstance(params, Table) else ():
        for start, end in _uses(lines, pair.key.text):
            if start <= offset <= end:
                return _Param(pair.key.text, start, end, file.path, lines)
    return None


def _of_fixture(workspace: Workspace, file: OpenFile, lines: Outline, offset: int) -> _Param | None:
    cursor = cursor_at(lines, offset)
    if cursor is None or cursor.path != ("params",) or cursor.role == "value":
        return None
    named = workspace.named(lines.said("mapping"), file.path, "mapping")
    if named is None or not _is_own(workspace, named[0], file.path):
        return None
    declared = workspace.outline_at(named[0])
    params = declared.value("params")
    if not isinstance(params, Table) or params.pair(cursor.scalar.text) is None:
        return None
    start, end = _inner(cursor.scalar)
    return _Param(cursor.scalar.text, start, end, named[0], declared)


def _is_own(workspace: Workspace, mapping: Path, fixture: Path) -> bool:
    """Is the mapping one of the fixture's project, and not one that is shipped?"""
    return any(mapping.is_relative_to(folder) for folder in fixture.parents if is_folder(folder / "mappings"))


def _uses(lines: Outline, name: str) -> Iterator[tuple[int, int]]:
    """The places of a parameter's name in its mapping."""
    params = lines.value("params")
    if isinstance(params, Table) and (pair := params.pair(name)) is not None:
        yield _inner(pair.key)
    yield from _riders(lines, name)
    for call in _calls(lines):
        yield from _in_url(lines, call, name)


def _riders(lines: Outline, name: str) -> Iterator[tuple[int, int]]:
    """`param: NAME`, in rules and in templates; the same words may be names of targets, and data."""
    for call in _calls(lines):
        for table in _TABLES:
            yield from _in_rules(lines.value(*call, table), name)
        for template in _TEMPLATES:
            yield from _in_template(lines.value(*call, "changes", template), name)


def _in_rules(table: Value | None, name: str) -> Iterator[tuple[int, int]]:
    for pair in table.pairs if isinstance(table, Table) else ():
        yield from _in_rule(pair.value, name)


def _in_rule(rule: Value | None, name: str) -> Iterator[tuple[int, int]]:
    if not isinstance(rule, Table):
        return
    if isinstance(param := rule.get("param"), Scalar) and param.text == name:
        yield _inner(param)
    yield from _in_rules(rule.get("fields"), name)
    if isinstance(first := rule.get("first"), Listing):
        for _, option in first.items:
            yield from _in_rule(option, name)
    for template in (rule.get("set"), rule.get("add")):
        yield from _in_template(template, name)
    for way in (rule.get("clear"), rule.get("added"), rule.get("gone")):
        if isinstance(way, Table):
            yield from _in_template(way.get("item"), name)


def _in_template(value: Value | None, name: str) -> Iterator[tuple[int, int]]:
    """A template has any keys; a map of it that is `{param: NAME}` and nothing else is a parameter."""
    if isinstance(value, Listing):
        for _, item in value.items:
            yield from _in_template(item, name)
    elif isinstance(value, Table):
        only = value.pairs[0] if len(value.pairs) == 1 else None
        if only is not None and only.key.text == "param" and isinstance(only.value, Scalar):
            if only.value.text == name:
                yield _inner(only.value)
            return
        for pair in value.pairs:
            yield from _in_template(pair.value, name)


def _calls(lines: Outline) -> Iterator[tuple[Step, ...]]:
    yield ()
    listed = lines.value("requests")
    for number in range(len(listed.items) if isinstance(listed, Listing) else 0):
        yield from (("requests", number), ("requests", number, "set"), ("requests", number, "clear"))


def _in_url(lines: Outline, call: tuple[Step, ...], name: str) -> Iterator[tuple[int, int]]:
    """`{NAME}` in the URL of an inline contract that the parameter fills, and what describes it there."""
    url = lines.value(*call, "contract", "url")
    rules = lines.value(*call, "path")
    filled = isinstance(rules, Table) and rules.pair(name) is not None
    if not isinstance(url, Scalar) or filled:
        return
    for found in re.finditer(re.escape("{" + name + "}"), url.text):
        yield url.offset(found.start() + 1), url.offset(found.end() - 1)
        described = lines.value(*call, "contract", "path")
        if isinstance(described, Table) and (pair := described.pair(name)) is not None:
            yield _inner(pair.key)


def _check_url(workspace: Workspace, found: _Param) -> None:
    """Refused for a parameter whose name is that of a variable in an OpenAPI document's URL."""
    open_ = workspace.files.get(found.mapping)
    if open_ is not None:
        checked = workspace.examined(open_).checked
    else:
        named = workspace.named(str(found.mapping), found.mapping, "mapping")
        checked = None if named is None else named[1].checked
    if checked is None:
        return
    for call in _calls(found.outline):
        if not found.outline.said(*call, "contract", "openapi"):
            continue
        one = call_of(checked, call)
        for operation in one.operations if one is not None else ():
            rules = found.outline.value(*call, "path")
            ruled = isinstance(rules, Table) and rules.pair(found.name) is not None
            in_path = found.name in operation.contract.parameters.get("path", {}) and not ruled
            if found.name in operation.contract.variables or in_path:
                message = f"`{found.name}` fills the variable of that name in the contract's URL"
                raise Refused(f"{message}, so both have one name. Rename the variable first.")


def _in_fixtures(workspace: Workspace, found: _Param, name: str) -> Iterator[Edit]:
    """The `params` of the mapping's fixtures."""
    said = f"{found.mapping.parent.name}/{found.mapping.stem}"
    folders = [parent / "fixtures" for parent in found.mapping.parents if is_folder(parent / "fixtures")]
    for path in fixture_files(folders[0]) if folders else ():
        path = real(path)
        if found.name not in text_at(path):
            continue
        lines = workspace.outline_at(path)
        stated = lines.said("mapping") or ""
        beside = real(path.parent / stated) if stated.endswith((".yaml", ".yml")) else None
        if stated != said and beside != found.mapping:
            continue
        params = lines.value("params")
        if isinstance(params, Table) and (pair := params.pair(found.name)) is not None:
            yield Edit(path, *_inner(pair.key), name)


def _inner(scalar: Scalar) -> tuple[int, int]:
    return scalar.offset(0), scalar.offset(len(scalar.text))
