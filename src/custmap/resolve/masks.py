"""The `mask` of a file: the parameter or the list in which a request names what it sets or clears."""

from __future__ import annotations

from custmap.contract.contract import Contract
from custmap.mapping.file import MappingFile, MaskFile, Rule
from custmap.model.clear import NameIn
from custmap.model.kind import BY_MERGE
from custmap.model.mask import Mask
from custmap.model.nodes import Container, ItemsNode
from custmap.resolve.clear_places import ClearPlaces
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings, meant
from custmap.values.paths import TargetPath


def mask_of(file: MappingFile, contract: Contract, places: ClearPlaces, findings: Findings) -> Mask | None:
    """The mask of a file; None if it has none, or one that cannot be read."""
    stated = file.mask
    if stated is None:
        return None
    if file.merge is not None:
        help = "Remove `mask` or `merge`."
        message = "a request that replaces the whole record needs no names of what it replaces"
        findings.add("CM511", message, stated.span, help)
    if (stated.query is None) == (stated.body is None):
        help = "Write `mask: {query: PARAMETER}` or `mask: {body: PATH}`."
        findings.add("CM207", "a `mask` stands in the query or in the body", stated.span, help)
        return None
    if stated.body is not None:
        place = places.read(stated.body)
        if place is None:
            return None
        places.names_at(place, NameIn, stated.body.span)
        return Mask(stated.is_cut, place=place)
    _check_query(stated, file, contract, findings)
    assert stated.query is not None
    return Mask(stated.is_cut, stated.query.value, stated.join)


def _check_query(stated: MaskFile, file: MappingFile, contract: Contract, findings: Findings) -> None:
    assert stated.query is not None
    name, span, known = stated.query.value, stated.query.span, contract.parameters.get("query", {})
    if contract.closed and name not in known:
        findings.add("CM303", f"the contract has no `{name}` in its query", span, meant(name, known))
    if any(rule.target.value == name for rule in file.query):
        findings.add("CM307", "a rule fills this parameter, too", span, "Remove the rule.")
    if file.bulk is not None:
        message = "a request has many customers, and one query: each customer has a mask of its own"
        findings.add(
            "CM208", message, span, "List the names in the body, `mask: {body: PATH}`, if the vendor can."
        )


def check_masked(file: MappingFile, body: Container, findings: Findings) -> None:
    """A list has no members that could be named."""
    if file.mask is not None and isinstance(body, ItemsNode):
        help = "Remove `mask`, or name an operation whose body is an object."
        findings.add(
            "CM537", "the body is a list, and a mask names members of an object", file.mask.span, help
        )


def is_whole(policy: Rule | None, path: TargetPath, context: Context, findings: Findings) -> bool:
    """Does the vendor replace a container, as its `merge` says or since the mask's name for it ends there?"""
    merge = policy.merge if policy is not None else None
    if not context.is_replaced(path):
        return merge == "whole"
    if policy is not None and merge == "fields":
        _named_as_one(policy, findings)
    return True


def can_be_named(rule: Rule, path: TargetPath, context: Context, findings: Findings) -> bool:
    """Can a mask name what the rule's `merge` sends? A finding (CM536) if not."""
    if context.mask is None or context.item or rule.merge is None:
        return True
    named_as_one = context.is_replaced(path) and rule.merge in ("entries", "fields")
    if named_as_one or BY_MERGE[rule.merge].has_items:
        _named_as_one(rule, findings)
        return False
    return True


def _named_as_one(rule: Rule, findings: Findings) -> None:
    findings.add(
        "CM536",
        "the mask names this as one, so the vendor replaces all of it",
        rule.keys.get("merge", rule.span),
        "Write `merge: whole`, or `depth: all` in `mask` if the vendor takes names of members.",
    )
