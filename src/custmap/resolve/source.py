"""Resolves a source: its rules are those of a mapping whose record is the row and whose body the customer.

So names, types and states mean what they mean in mappings. A customer merges nothing and is told of nothing:
null is null there, and a map or list is one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from custmap.contract.contract import Contract
from custmap.expressions.function import FunctionSpec
from custmap.mapping.file import ClearFile, MappingFile, Rule
from custmap.mapping.source_file import Nulls, SourceFile
from custmap.model.checked import Checked
from custmap.resolve.findings import Findings, meant
from custmap.resolve.resolve import resolve
from custmap.schema.canonical import Canonical, load_canonical
from custmap.syntax.node import MapNode
from custmap.values.paths import PathError, TargetPath, parse_path


def resolve_source(
    file: SourceFile, rows: Canonical, functions: Mapping[str, FunctionSpec], findings: Findings
) -> Checked:
    """The rules of a source, checked as one table; complete only if `findings` has no errors afterwards."""
    if file.key is not None and rows.type.members and file.key.value not in rows.type.members:
        message = f"the key is no column: there is no `{file.key.value}`"
        findings.add("CM301", message, file.key.span, meant(file.key.value, rows.type.members))
    for rule in file.rules:
        for inner in rule.inner:
            if inner.nulls is not None:
                findings.add(
                    "CM207",
                    "`nulls` is said of all that a rule reads, and this is a part of one",
                    inner.keys["nulls"],
                    "Move it to the rule itself.",
                )
    return _checked(file, rows, functions, findings, file.rules)


def rules_for(
    file: SourceFile,
    rows: Canonical,
    functions: Mapping[str, FunctionSpec],
    wanted: Callable[[TargetPath], bool],
) -> Checked | None:
    """Those rules of a checked source whose targets are wanted; None if there are none."""
    rules = [rule for rule in file.rules if wanted(parse_path(rule.target.value))]
    return _checked(file, rows, functions, Findings(), rules) if rules else None


def with_nulls(file: SourceFile, rows: Canonical, functions: Mapping[str, FunctionSpec]) -> Checked:
    """The rules of a checked source as if NULL always said that there is no value."""
    return _checked(file, rows, functions, Findings(), file.rules, nulls="clear")


def _checked(
    file: SourceFile,
    rows: Canonical,
    functions: Mapping[str, FunctionSpec],
    findings: Findings,
    rules: Iterable[Rule],
    nulls: Nulls | None = None,
) -> Checked:
    contract = _contract()
    as_mapping = MappingFile(
        span=file.span,
        contract=MapNode((), file.span),
        file=file.file,
        name=file.name,
        summary=file.summary,
        source=None,
        params=(),
        clear=ClearFile(file.span, word="send_null"),
        empty=file.empty,
        bulk=None,
        envelope=(),
        requests=(),
        keys={},
        body=tuple(
            _completed(replace(rule, nulls=nulls or rule.nulls or file.nulls), contract) for rule in rules
        ),
        unread=frozenset({"body"}) if file.unread else frozenset(),
    )
    return resolve(as_mapping, contract, rows, functions, findings)


@cache
def _contract() -> Contract:
    """The customer as what is written."""
    customer = load_canonical(None)
    return Contract(
        "Customer", "", "", "", "", body=customer.type, body_schema=customer.json_schema, closed=True
    )


def _completed(rule: Rule, contract: Contract) -> Rule:
    """A rule of which a map is one value, and null is refused where the customer has none."""
    try:
        type_ = contract.at(parse_path(rule.target.value))
    except PathError:
        return rule
    if type_ is None:
        return rule
    said: dict[str, Any] = {} if type_.nullable else {"clear": ClearFile(rule.span, word="impossible")}
    if rule.fields is None and (not type_.known or (type_.free and not type_.members)):
        said |= {"merge": "whole"}
    return replace(rule, keys={**rule.keys, **dict.fromkeys(said, rule.span)}, **said)
