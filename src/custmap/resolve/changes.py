"""`changes`: the list of changes in the body, its templates, and the vendor's copy that targets name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from msgspec import Struct

from custmap.contract.contract import UNKNOWN_CONTRACT, Contract
from custmap.contract.inline import fields_type
from custmap.contract.variants import Variants, variants_at
from custmap.diagnostics.errors import MappingError
from custmap.diagnostics.span import Span
from custmap.mapping.file import ChangesFile, MappingFile, Rule, Text
from custmap.model.changes import Changes
from custmap.resolve.findings import Findings, meant
from custmap.syntax.node import MapNode, Node, ScalarNode
from custmap.values.paths import Member, PathError, parse_path
from custmap.values.types import ANY, OBJECT, Type

BODY: Final = "[]"
"""The `into` of a body that is itself the list."""
_NO_LIST: Final = Variants(None)


class Head(Struct, frozen=True):
    """`changes` of a file, as its rules see it: the list, the items' types, and the file's own templates."""

    stated: ChangesFile
    changes: Changes
    variants: Variants

    def item_types(self, template: Node, findings: Findings) -> tuple[Type, ...]:
        """The contract's types of the item that a template makes; a finding if it has no such item."""
        try:
            return self.variants.of(_literals(template))
        except LookupError:
            by = self.variants.by
            help = None
            if by is not None and isinstance(template, MapNode):
                help = meant(str(_literals(template).get(by[0])), by[1])
            message = "the contract has no item with these members in the list"
            findings.add("CM527", message, template.span, help)
            return ()


def _literals(template: Node) -> Mapping[str, Any]:
    """The members of a template that are literals without holes."""
    if not isinstance(template, MapNode):
        return {}
    return {
        str(key.value): value.value
        for key, value in template
        if isinstance(value, ScalarNode) and not (isinstance(value.value, str) and "{" in value.value)
    }


def stays(rule: Rule) -> bool:
    """Does a rule fill the body around the list: a parameter, a constant, an identity?"""
    rides = (rule.param or rule.value) and rule.when is None and rule.from_ is None
    return bool(rides) or rule.identity is True


def changes_of(file: MappingFile, contract: Contract, findings: Findings) -> tuple[Head | None, Contract]:
    """The head of a file with `changes`, and the contract as its rules see it: the vendor's copy."""
    stated = file.changes
    if stated is None and "changes" in file.unread:  # nobody knows what the rules fill
        return None, replace(contract, body=None, opens=(), closed=False)
    if stated is None:
        return None, contract
    if contract.form is not None:
        help = "Name an operation that takes JSON."
        findings.add("CM207", "a form cannot have a list of changes", stated.span, help)
    if file.clear is not None and stated.clear is not None:
        help = "Keep the template, or write `clear` at the rules that are cleared by a value."
        findings.add("CM207", "`changes` has a template for clears already", file.clear.span, help)
    for other in (file.merge, file.mask):
        if other is not None:
            help = "Keep one of the two."
            findings.add("CM207", "a list of changes names nothing and replaces nothing", other.span, help)
    into = _into(stated, findings)
    listed = _list(contract, into, stated, findings)
    variants = variants_at(contract, into) if listed else _NO_LIST
    for rule in filter(stays, file.body) if stated.into is not None else ():
        _require_apart(rule, into, findings)
    around = contract.body if into else None
    required = around is not None and bool(into) and into[0] in around.required
    head = Head(stated, Changes(into, stated.paths, required, stated.fails), variants)
    if contract is UNKNOWN_CONTRACT:
        return head, contract
    if "into" in stated.unread:
        return head, replace(contract, body=None, opens=(), closed=False)
    body = _copy(file, around, into, contract, findings)
    return head, replace(contract, body=body, opens=(), closed=False)


def _require_apart(rule: Rule, into: tuple[str, ...], findings: Findings) -> None:
    """CM307: what stays in the body does not stand where the list of changes does."""
    try:
        path = parse_path(rule.target.value)
    except PathError:
        return  # told where targets are read
    if any(segment != Member(name) for segment, name in zip(path, into, strict=False)):
        return
    message = "the list of changes stands here" if into else "the body itself is the list of changes"
    help = "Move it to `path`, `query` or `headers`, or into the templates."
    findings.add("CM307", message, rule.target.span, help)


def _into(stated: ChangesFile, findings: Findings) -> tuple[str, ...]:
    if stated.into is None or stated.into.value == BODY:
        return ()
    try:
        path = parse_path(stated.into.value)
    except PathError as error:
        findings.add("CM209", error.reason, stated.into.inside(error.offset))
        return ()
    names = tuple(segment.name for segment in path if isinstance(segment, Member))
    if len(names) != len(path):
        findings.add("CM209", "only names are allowed in this path, no positions or keys", stated.into.span)
    return names


def _list(contract: Contract, into: tuple[str, ...], stated: ChangesFile, findings: Findings) -> bool:
    """Has the contract a list there, as far as is known? Findings if not."""
    if stated.into is None:
        return False
    at = contract.body
    span = stated.into.span if stated.into is not None else stated.span
    for name in into:
        held = at.member(name) if at is not None else None
        if at is not None and at.members and (held is None or not held.kinds) and contract.closed:
            findings.add("CM303", f"the contract has no `{name}` here", span, meant(name, at.members))
            return False
        at = held
    is_open = at is not None and not at.members and not contract.closed  # an inline contract without fields
    if at is not None and at.known and "array" not in at.kinds and not is_open:
        help = "Name the list that takes the changes."
        findings.add("CM303", "the contract does not have a list here", span, help)
        return False
    return True


def _copy(
    file: MappingFile, around: Type | None, into: tuple[str, ...], contract: Contract, findings: Findings
) -> Type:
    """The type of what rules fill: what stays in the body is the contract's, the rest that of the copy."""
    copy = OBJECT
    if file.changes is not None and file.changes.copy is not None:
        try:
            copy = fields_type(file.changes.copy)
        except MappingError as error:
            findings.extend(error.diagnostics)
    members: dict[str, Type] = {name: copy.members[name] for name in copy.members}
    required = frozenset(around.required if around is not None else ()) - set(into[:1])
    held = around.members if around is not None else {}
    stay = {name for rule in file.body if stays(rule) for name in _first(rule.target)}
    for name in held:
        if name not in into[:1] and (name in stay or name not in members):
            members[name] = held[name]
    for rule in file.body:
        for name in _first(rule.target):
            if name in stay:
                if contract.closed and around is not None and name not in held:
                    message = f"the contract has no `{name}` here"
                    findings.add("CM303", message, rule.target.span, meant(name, held))
                members.setdefault(name, ANY)
            elif file.changes is None or file.changes.copy is None or name not in copy.members:
                members[name] = ANY
    return replace(OBJECT, members=members, required=required)


def _first(target: Text) -> list[str]:
    try:
        return [segment.name for segment in parse_path(target.value)[:1] if isinstance(segment, Member)]
    except PathError:
        return []


def wrong_here(span: Span, findings: Findings) -> None:
    findings.add(
        "CM207", "this is for files with `changes`", span, "Write `changes: {into: …}`, or remove it."
    )
