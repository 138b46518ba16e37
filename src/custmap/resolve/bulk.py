"""Many customers in one request: the list that takes them, and the body around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from custmap.contract.contract import UNKNOWN_CONTRACT, Contract, open_places
from custmap.mapping.file import BulkFile, MappingFile
from custmap.model.checked import Bulk
from custmap.model.nodes import ObjectNode
from custmap.model.walkers import riders
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings, meant
from custmap.resolve.sources import Scope
from custmap.resolve.tables import TableBuilder
from custmap.resolve.targets import build_places
from custmap.values.paths import Member, PathError, TargetPath, parse_path
from custmap.values.types import OBJECT, Type

BODY: Final = "[]"
"""The `into` of a body that is itself the list."""


def bulk_of(
    file: MappingFile, contract: Contract, builder: TableBuilder, scope: Scope, findings: Findings
) -> tuple[Bulk | None, Contract]:
    """The bulk of a file, and the contract as the rules of an item see it.

    `builder` is one of its own: the slots of rules that do not belong into an envelope are left in it.
    """
    stated = file.bulk
    if stated is None:
        if file.envelope and "bulk" not in file.unread:
            help = "Write `bulk: {into: LIST}`, or remove it."
            findings.add("CM207", "`envelope` needs `bulk`", file.envelope[0].target.span, help)
        return None, contract
    into = _into(stated, findings)
    around: Type | None = contract.body
    if _is_of_item(contract, into):
        item, found, around = contract.body, True, None
    else:
        item, found = _item(contract.body, into, stated, findings)
    envelope = _envelope(file, around if found else None, contract, into, builder, scope, findings)
    bulk = Bulk(tuple(one.name for one in into), stated.most, stated.most_bytes, envelope)
    if contract is UNKNOWN_CONTRACT:
        return bulk, contract
    if contract.form is not None:
        help = "Name an operation that takes JSON, or leave `bulk` out."
        findings.add("CM207", "the operation takes a form, and a form is for one customer", stated.span, help)
    opens = open_places(item, closed=contract.closed)
    return bulk, replace(contract, body=item, opens=opens, closed=contract.closed and item is not None)


def _into(stated: BulkFile, findings: Findings) -> tuple[Member, ...]:
    text = stated.into
    if text.value == BODY:
        return ()
    try:
        path = parse_path(text.value)
    except PathError as error:
        help = 'Write the path of the list, `inputs`, or `"[]"` if the body itself is the list.'
        findings.add("CM209", error.reason, text.inside(error.offset), help)
        return ()
    names = tuple(segment for segment in path if isinstance(segment, Member))
    if len(names) != len(path):
        findings.add("CM209", "only names are allowed in this path, no positions or keys", text.span)
    return names


def _is_of_item(contract: Contract, into: tuple[Member, ...]) -> bool:
    """Are the fields of an inline contract those of an item, as its rules name them? Else it lists `into`."""
    if contract.closed or contract.body is None:
        return False
    if not into:
        return "array" not in contract.body.kinds
    return into[0].name not in contract.body.members


def _item(
    body: Type | None, into: tuple[Member, ...], stated: BulkFile, findings: Findings
) -> tuple[Type | None, bool]:
    """The contract's type of an item, if it says any; and does it have the list?"""
    at = body
    for name in into:
        held = at.member(name.name) if at is not None else None
        if at is not None and at.members and (held is None or not held.kinds):
            message = f"the contract has no `{name.name}` here"
            findings.add("CM303", message, stated.into.span, meant(name.name, at.members))
            return None, False
        at = held
    if at is not None and at.known and "array" not in at.kinds:
        help = "Name the list that takes the customers."
        findings.add("CM303", "the contract does not have a list here", stated.into.span, help)
        return None, False
    return None if at is None else at.items, True


def _envelope(
    file: MappingFile,
    type_: Type | None,
    contract: Contract,
    into: TargetPath,
    builder: TableBuilder,
    scope: Scope,
    findings: Findings,
) -> ObjectNode:
    """The body around the list; its rules are parameters and constants."""
    context = Context(part="envelope", closed=contract.closed)
    span = file.bulk.span if file.bulk else file.span
    if not into:
        if file.envelope:
            findings.add(
                "CM207",
                "the body itself is the list, so nothing is around it",
                file.envelope[0].target.span,
                "Remove `envelope`, or name a list in the body: `bulk: {into: …}`.",
            )
        return ObjectNode("", "", (), span, ())
    if type_ is not None and type_.known and "object" not in type_.kinds:
        type_ = replace(OBJECT)
    node = builder.object(build_places(file.envelope, findings), type_, scope, context, None, span)
    builder.contract.require(node, frozenset(), into)
    for slot in builder.slots:
        if slot.origin.is_unknown:
            continue
        findings.add(
            "CM208",
            "an envelope is the same for all customers, and this rule reads the customer",
            slot.span,
            "Move it to `body`, or give it a parameter or a constant.",
        )
    for rider in riders(node):
        if rider.path[: len(into)] == into or into[: len(rider.path)] == rider.path:
            findings.add(
                "CM307",
                "the customers are written here, and a rule fills it too",
                rider.span,
                "Remove the rule, or name another list in `bulk`.",
            )
    return node


def only_of_items(parts: Iterable[ObjectNode], builder: TableBuilder, findings: Findings) -> None:
    """CM208: a rule of path, query or headers that reads the customer, where a request has many."""
    for part in parts:
        for slot in builder.slots[slice(*part.slots)]:
            findings.add(
                "CM208",
                "a request has many customers, and only one of these: this rule reads the customer",
                slot.span,
                "Move it to `body`, or give it a parameter or a constant.",
            )
