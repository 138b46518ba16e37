"""A name or path to `Checked`: read, load, resolve; each stage reports all it can before the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from custmap.check.checks import check
from custmap.check.silenced import after_ignores
from custmap.contract.contract import UNKNOWN_CONTRACT, Contract
from custmap.contract.inline import inline_contract
from custmap.contract.openapi import load_openapi
from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic, in_order
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.meant import Meant
from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import MappingFile, Text, all_rules
from custmap.mapping.find import find_mapping, shown
from custmap.mapping.read import read_mapping
from custmap.mapping.tree import refusal, tree_of
from custmap.model.checked import Checked
from custmap.resolve.findings import Findings
from custmap.resolve.resolve import resolve
from custmap.resolve.sequence import resolve_sequence
from custmap.schema.canonical import UNKNOWN_SCHEMA, Canonical, load_canonical
from custmap.syntax.node import ScalarNode
from custmap.syntax.source_text import MIB, read_bytes
from custmap.syntax.yaml_reader import read_yaml
from custmap.values.files import is_folder, real
from custmap.values.nearest import for_one_file, nearest

Contracts: TypeAlias = Callable[[MappingFile, Path, Path], Contract]
"""Loads the contract of a mapping file: the file, its path, and the folder whose files it may name."""


def check_mapping(
    name_or_path: str | os.PathLike[str],
    functions: Mapping[str, FunctionSpec],
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """The checked mapping (None when it has errors that stop loading) and all findings.

    `root` is the folder whose files the mapping may name; default: its own tree.

    Parts that cannot be read, in the file or in files it uses, do not stop later stages.
    """
    checked, found = examine_mapping(name_or_path, functions, start, root)
    return (None if any(map(stops_loading, found)) else checked), found


def stops_loading(finding: Diagnostic) -> bool:
    """Does a mapping with this finding not load?"""
    return finding.level is Severity.ERROR and CODES[finding.code].stops_loading


@for_one_file()
def examine_mapping(
    name_or_path: str | os.PathLike[str],
    functions: Mapping[str, FunctionSpec],
    start: Path | None = None,
    root: str | os.PathLike[str] | None = None,
    contracts: Contracts | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """As `check_mapping`, with what is known of a mapping that has errors: it cannot run, but it can be
    looked at. None: the file itself cannot be read.

    `contracts` is what loads a contract, in place of `load_contract`.
    """
    load = contracts or load_contract
    path, name = find_mapping(name_or_path, start)
    findings = Findings()
    try:
        data = read_bytes(path, name, MIB)
        file, problems = read_mapping(read_yaml(data, name), name)
    except MappingError as error:
        return None, tuple(in_order(error.diagnostics))
    findings.extend(problems)
    if "name" not in file.unread:
        check_name("name", file.name, path, findings)
    tree = tree_of(path, root)
    canonical = _known(
        lambda: _canonical(file, path, tree), "source" in file.unread, UNKNOWN_SCHEMA, findings
    )

    def contract_of(one: MappingFile) -> Contract:
        unread = "contract" in one.unread
        return _known(lambda: load(one, path, tree), unread, UNKNOWN_CONTRACT, findings)

    if file.requests:
        checked = resolve_sequence(file, contract_of, canonical, functions, findings)
    else:
        checked = resolve(file, contract_of(file), canonical, functions, findings)
    found = after_ignores(_with_checks(checked, findings, bool(problems)), data, name)
    return checked, tuple(in_order(found))


_Known = TypeVar("_Known")


def _known(load: Callable[[], _Known], unread: bool, unknown: _Known, findings: Findings) -> _Known:
    """What `load` returns, or a stand-in about which nothing is known, with findings that say why."""
    if unread:
        return unknown
    try:
        return load()
    except MappingError as error:
        findings.extend(error.diagnostics)
        return unknown


_OF_WHOLE: Final = frozenset({"CM513", "CM514", "CM516"})
"""What a mapping leaves out: nobody can say that of a file of which a part could not be read."""


def _with_checks(checked: Checked, findings: Findings, unread: bool) -> list[Diagnostic]:
    """The findings of resolving names, and those of the checks.

    Where something cannot be read or resolved, types are unknown, so warnings about types are left out there.
    `unread`: a part of the file has a wrong form.
    """
    unknown = {one.span.line for one in findings.errors if one.span is not None}
    for rule in all_rules(checked.file):
        if rule.unread:
            unknown |= rule.lines
    found = dict.fromkeys(findings.all)
    for one in check(checked):
        if one.level is Severity.ERROR or one.span is None or one.span.line not in unknown:
            found.setdefault(one)
    unknown_contract = any(one.contract is UNKNOWN_CONTRACT for one in checked.operations)
    partly = unread or unknown_contract or checked.canonical is UNKNOWN_SCHEMA
    return [one for one in found if not ((partly and one.code in _OF_WHOLE) or _may_fit(one, checked))]


def _may_fit(one: Diagnostic, checked: Checked) -> bool:
    """Is it a warning about types, which means nothing where the sources' types are unknown?"""
    is_warning = one.level is not Severity.ERROR and one.code.startswith("CM4")
    return is_warning and checked.canonical is UNKNOWN_SCHEMA


def load_contract(file: MappingFile, path: Path, tree: Path) -> Contract:
    """The contract that a file at `path` names, inline or in a document of `tree`; MappingError."""
    document = file.contract.get("openapi")
    if document is None:
        _check_key(file)
        return inline_contract(file.contract, file.name.value)
    operation = file.contract.get("operation")
    assert isinstance(document, ScalarNode) and isinstance(operation, ScalarNode)
    beside = path.parent / str(document.value)
    check_tree(beside, tree, document.span)
    try:
        return load_openapi(beside, str(operation.value), asked_at=operation.span)
    except MappingError as error:
        raise MappingError(_at(found, document, operation, path) for found in error.diagnostics) from None


def check_tree(beside: Path, tree: Path, place: Span) -> None:
    """MappingError CM213 for a file that is not opened."""
    if reason := refusal(beside, tree):
        help = "Copy it there, or name a folder that has both: `--root FOLDER`, `load(…, root=…)`."
        raise MappingError([Diagnostic("CM213", f"`{shown(beside)}`: {reason}", place, help)])


def _check_key(file: MappingFile) -> None:
    """MappingError CM201 for a misspelt `openapi` next to `operation`: this is not an inline contract."""
    for key, _ in file.contract:
        if file.contract.get("operation") is not None and nearest(str(key.value), ["openapi"]):
            raise MappingError(
                [Diagnostic("CM201", f"unknown key `{key.value}`", key.span, Meant("openapi"))]
            )


def _canonical(file: MappingFile, path: Path, tree: Path) -> Canonical:
    if file.source is None:
        return load_canonical(None)
    beside = path.parent / file.source.value
    check_tree(beside, tree, file.source.span)
    try:
        return load_canonical(beside)
    except MappingError as error:
        place = file.source.span
        found = error.diagnostics
        raise MappingError(
            named(one, beside, place) if one.code == "CM111" else one for one in found
        ) from None


def _at(found: Diagnostic, document: ScalarNode, operation: ScalarNode, path: Path) -> Diagnostic:
    """Give a problem of the contract without a place the place where the mapping names the contract."""
    if found.code == "CM211":
        return replace(found, span=operation.span)
    if found.code == "CM111" and found.span and found.span.file == str(path.parent / str(document.value)):
        return named(found, path.parent / str(document.value), document.span)
    return found if found.span is not None else replace(found, span=document.span)


def named(found: Diagnostic, beside: Path, place: Span) -> Diagnostic:
    """Message for a file that cannot be read: the path that was tried, and what it is relative to."""
    said = found.message.removeprefix("the system reports: ")
    message = f"`{shown(beside)}`: {said}; the path is relative to the mapping's folder"
    there = beside.parent.glob("*") if is_folder(beside.parent) else ()
    files = (one.name for one in there if one.suffix in (".yaml", ".yml", ".json"))
    close = nearest(beside.name, files)
    return replace(found, message=message, span=place, help=Meant(close, beside.name) if close else None)


def check_name(key: str, name: Text, path: Path, findings: Findings) -> None:
    """CM205 where the name that a file says under a key is not that of its folder and file."""
    wanted = f"{real(path).parent.name}/{path.stem}"
    if name.value != wanted:
        help = f"Write `{key}: {wanted}`, or rename the file."
        findings.add("CM205", f"the file's name says `{wanted}`", name.span, help)
