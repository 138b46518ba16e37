"""A source's name or path to `CheckedSource`: read, load its columns, resolve."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from custmap.check.checks import check_source
from custmap.check.silenced import after_ignores
from custmap.contract.inline import columns_schema
from custmap.diagnostics.diagnostic import Diagnostic, in_order
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.meant import Meant
from custmap.expressions.function import FunctionSpec
from custmap.loader import check_name, check_tree, named, stops_loading
from custmap.mapping.find import find_source
from custmap.mapping.source_file import SourceFile, read_source
from custmap.mapping.tree import tree_of
from custmap.model.source import CheckedSource
from custmap.resolve.findings import Findings
from custmap.resolve.source import resolve_source
from custmap.schema.canonical import UNKNOWN_SCHEMA, Canonical, load_canonical
from custmap.schema.columns import MissingLibrary, parquet_schema, rows_of
from custmap.syntax.node import ScalarNode
from custmap.syntax.source_text import MIB, read_bytes
from custmap.syntax.yaml_reader import read_yaml
from custmap.values.nearest import for_one_file, nearest
from custmap.values.types import KINDS

_FILES: Final = ("parquet", "schema")
"""The keys of `columns` that name a file."""


def check_source_file(
    name_or_path: str | os.PathLike[str],
    functions: Mapping[str, FunctionSpec],
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
) -> tuple[CheckedSource | None, tuple[Diagnostic, ...]]:
    """The checked source (None when it has errors) and all findings; `root` as in `check_mapping`.

    MappingError (CM204) if there is none.
    """
    checked, found = examine_source(name_or_path, functions, start, root)
    return (None if any(map(stops_loading, found)) else checked), found


@for_one_file()
def examine_source(
    name_or_path: str | os.PathLike[str],
    functions: Mapping[str, FunctionSpec],
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
) -> tuple[CheckedSource | None, tuple[Diagnostic, ...]]:
    """As `check_source_file`, with what is known of a source that has errors, as `examine_mapping` has it."""
    path, name = find_source(name_or_path, start)
    findings = Findings()
    try:
        data = read_bytes(path, name, MIB)
        file, problems = read_source(read_yaml(data, name, null_is_name=True), name)
    except MappingError as error:
        return None, tuple(in_order(error.diagnostics))
    findings.extend(problems)
    if "source" not in file.unread:
        check_name("source", file.name, path, findings)
    _check_zone(file, findings)
    rows = _rows(file, path, tree_of(path, root), findings)
    checked = CheckedSource(file, rows, resolve_source(file, rows, functions, findings))
    told = dict.fromkeys(findings.all)
    if rows is not UNKNOWN_SCHEMA:
        for one in (*check_source(checked.checked), *_unused(checked, file)):
            told.setdefault(one)
    found = after_ignores(list(told), data, name)
    return checked, tuple(in_order(found))


def _check_zone(file: SourceFile, findings: Findings) -> None:
    from zoneinfo import ZoneInfo, available_timezones

    if file.timezone is None:
        return
    try:
        ZoneInfo(file.timezone.value)
    except (KeyError, ValueError, OSError):
        pass
    else:
        return
    close = nearest(file.timezone.value, available_timezones())
    help = Meant(close) if close else "Write a name of the IANA database, as `Europe/Oslo`."
    findings.add("CM218", f"there is no time zone `{file.timezone.value}`", file.timezone.span, help)


def _rows(file: SourceFile, path: Path, tree: Path, findings: Findings) -> Canonical:
    if "columns" in file.unread:
        return UNKNOWN_SCHEMA
    try:
        return rows_of(file.name.value, _columns(file, path, tree))
    except MappingError as error:
        findings.extend(error.diagnostics)
    except ValueError as error:
        findings.add("CM217", f"the columns are no valid JSON Schema: {error}", file.columns.span)
    return UNKNOWN_SCHEMA


def _columns(file: SourceFile, path: Path, tree: Path) -> dict[str, Any]:
    """The schema of the columns as declared; MappingError."""
    node = file.columns
    if len(node.entries) == 1:
        key, value = node.entries[0]
        is_file = isinstance(value, ScalarNode) and value.value not in KINDS
        if is_file and key.value in _FILES:
            return _of_file(str(key.value), value, path, tree)
    if not node.entries:
        help = "List them: `columns: {customer_id: integer, email: string}`."
        raise MappingError([Diagnostic("CM217", "there are no columns", node.span, help)])
    return columns_schema(node)


def _of_file(kind: str, value: Any, path: Path, tree: Path) -> dict[str, Any]:
    beside = path.parent / str(value.value)
    check_tree(beside, tree, value.span)
    if kind == "schema":
        try:
            return load_canonical(beside).json_schema
        except MappingError as error:
            found = error.diagnostics
            told = [named(one, beside, value.span) if one.code == "CM111" else one for one in found]
            raise MappingError(told) from None
    try:
        return parquet_schema(beside)
    except MissingLibrary as error:
        raise MappingError([Diagnostic("CM217", str(error), value.span)]) from None
    except (OSError, ValueError):
        message = f"`{beside.name}` cannot be read as a Parquet file"
        help = "Name a file of the table; of a large one the first rows are enough."
        raise MappingError([Diagnostic("CM217", message, value.span, help)]) from None


def _unused(checked: CheckedSource, file: SourceFile) -> Iterator[Diagnostic]:
    """The columns that no rule reads, in one finding."""
    unused = [f"`{name}`" for name in checked.columns if name not in checked.read]
    if unused:
        help = "Nothing is wrong with that; columns that nobody needs can be taken out of the file."
        yield Diagnostic("CM539", f"no rule reads {', '.join(unused)}", file.columns.span, help)
