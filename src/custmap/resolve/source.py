"""Resolves a source: its rules are those of a mapping whose record is the row and whose body the customer.

So names, types and states mean what they mean in mappings. A customer merges nothing and is told of nothing:
null is null there, and a map or list is one value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

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
from custmap.values.types import Type


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


def part_of(
    file: SourceFile,
    rows: Canonical,
    functions: Mapping[str, FunctionSpec],
    nulls: Nulls,
    wanted: Callable[[TargetPath], bool] | None = None,
) -> Checked | None:
    """Those rules of a checked source for which NULL says the same, and whose targets are wanted.

    None if there are none. With `nulls="absent"` they are given rows without nulls.
    """
    rules = [rule for rule in file.rules if (rule.nulls or file.nulls) == nulls]
    if wanted is not None:
        rules = [rule for rule in rules if wanted(parse_path(rule.target.value))]
    if not rules:
        return None
    if nulls == "absent":
        rows = replace(rows, type=_without_nulls(rows.type))
    return _checked(file, rows, functions, Findings(), rules)


def _checked(
    file: SourceFile,
    rows: Canonical,
    functions: Mapping[str, FunctionSpec],
    findings: Findings,
    rules: Iterable[Rule],
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
        body=tuple(_as_one(rule, contract) for rule in rules),
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


def _as_one(rule: Rule, contract: Contract) -> Rule:
    """A rule whose map or list is one value."""
    try:
        type_ = contract.at(parse_path(rule.target.value))
    except PathError:
        return rule
    is_map = type_ is not None and type_.free and not type_.members
    return replace(rule, merge="whole", keys={**rule.keys, "merge": rule.span}) if is_map else rule


_DEEP: Final = 8
"""So many structs inside one another are known to be without nulls: a schema may refer to itself."""


def _without_nulls(type_: Type, depth: int = _DEEP) -> Type:
    """The type of a row, or a struct of it, in which what is NULL is left out."""
    if not type_.members or depth == 0:
        return type_
    names = {name: _not_null(type_.members[name], depth - 1) for name in type_.members}
    return replace(type_, members=names, required=frozenset())


def _not_null(type_: Type, depth: int) -> Type:
    made = _without_nulls(type_.not_null(), depth)
    return made if made.items is None else replace(made, items=_without_nulls(made.items, depth))
