"""A name or path to `Checked`: read, load, resolve; every stage finds all it can before the next begins."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from custmap.check.checked import Checked
from custmap.check.checks import check
from custmap.check.findings import Findings
from custmap.check.ignores import after_ignores
from custmap.check.resolve import resolve
from custmap.diagnostics.codes import CODES, Severity
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.render import in_order
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import MappingFile
from custmap.mapping.find import find_mapping
from custmap.mapping.read import read_mapping
from custmap.schema.canonical import Canonical, load_canonical
from custmap.schema.contract import Contract
from custmap.schema.inline import inline_contract
from custmap.schema.openapi import load_openapi
from custmap.syntax.node import ScalarNode
from custmap.syntax.yaml_reader import read_file
from custmap.values.nearest import nearest


def check_mapping(
    name_or_path: str | os.PathLike[str],
    functions: Mapping[str, FunctionSpec],
    start: Path | None = None,
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """The checked mapping (None when it has errors that stop loading) and all findings."""
    path, shown = find_mapping(name_or_path, start)
    findings = Findings()
    try:
        file = read_mapping(read_file(path, shown), shown)
        _hold_name(file, path, findings)
        contract = _contract(file, path)
        canonical = _canonical(file, path)
    except MappingError as error:
        return None, tuple(in_order([*findings.all, *error.diagnostics]))
    checked = resolve(file, contract, canonical, functions, findings)
    found = after_ignores(_with_checks(checked, findings), path.read_bytes(), shown)
    wrong = any(one.level is Severity.ERROR and CODES[one.code].stops_loading for one in found)
    return (None if wrong else checked), tuple(in_order(found))


def _with_checks(checked: Checked, findings: Findings) -> list[Diagnostic]:
    """What was found while names were resolved, and what the checks find in the result.

    A name that leads nowhere makes types unknown: what only may go wrong on such a line is left out.
    """
    broken = {one.span.line for one in findings.errors if one.span is not None}
    found = dict.fromkeys(findings.all)
    for one in check(checked):
        if one.level is Severity.ERROR or one.span is None or one.span.line not in broken:
            found.setdefault(one)
    return list(found)


def _contract(file: MappingFile, path: Path) -> Contract:
    document = file.contract.get("openapi")
    if document is None:
        _hold_key(file)
        return inline_contract(file.contract, file.name.value)
    operation = file.contract.get("operation")
    assert isinstance(document, ScalarNode) and isinstance(operation, ScalarNode)
    try:
        return load_openapi(path.parent / str(document.value), str(operation.value))
    except MappingError as error:
        raise MappingError(_at(found, document, operation, path) for found in error.diagnostics) from None


def _hold_key(file: MappingFile) -> None:
    """`opneapi` beside `operation` is no inline contract: MappingError CM201."""
    for key, _ in file.contract:
        if file.contract.get("operation") is not None and nearest(str(key.value), ["openapi"]):
            raise MappingError(
                [Diagnostic("CM201", f"`{key.value}` is no key here", key.span, "Did you mean `openapi`?")]
            )


def _canonical(file: MappingFile, path: Path) -> Canonical:
    if file.source is None:
        return load_canonical(None)
    try:
        return load_canonical(path.parent / file.source.value)
    except MappingError as error:
        place = file.source.span
        raise MappingError(
            replace(found, span=place) if found.code == "CM111" else found for found in error.diagnostics
        ) from None


def _at(found: Diagnostic, document: ScalarNode, operation: ScalarNode, path: Path) -> Diagnostic:
    """A problem of the contract without a place of its own stands where the mapping names it."""
    if found.span is not None and found.code not in ("CM211", "CM111"):
        return found
    if found.code == "CM211":
        return replace(found, span=operation.span)
    beside = [one.name for one in path.parent.glob("*") if one.suffix in (".yaml", ".yml", ".json")]
    close = nearest(str(document.value), beside) if found.help is None else None
    return replace(found, span=document.span, help=f"Did you mean `{close}`?" if close else found.help)


def _hold_name(file: MappingFile, path: Path, findings: Findings) -> None:
    wanted = f"{path.resolve().parent.name}/{path.stem}"
    if file.name.value != wanted:
        findings.add(
            "CM205",
            f"the file is `{wanted}`",
            file.name.span,
            f"Write `name: {wanted}`, or rename the file.",
        )
