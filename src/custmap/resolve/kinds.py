"""The kind of a rule's value: what its `merge` says, or what its type implies."""

from __future__ import annotations

from typing import Final

from custmap.mapping.file import Rule
from custmap.model.kind import BY_MERGE, ENTRIES, MEMBERS, VALUE, Kind
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.masks import can_be_named
from custmap.resolve.origins import Made
from custmap.schema.combine import meet
from custmap.values.paths import TargetPath
from custmap.values.types import Type

_DEEPEST: Final = 4
"""Types may have members of their own type: so deep nobody looks for what a null must fit."""


def kind_of(rule: Rule, made: Made, path: TargetPath, context: Context, findings: Findings) -> Kind:
    """The kind of a rule's value; findings for a merge policy that does not fit it."""
    merge = rule.merge
    span = rule.keys.get("merge", rule.target.span)
    listed = made.type.only("array") or rule.each is not None
    mapped = made.type.only("object")
    if merge in ("keyed", "add-only") and not rule.states("key"):
        findings.add(
            "CM503", f"`{merge}` needs the member that identifies an item", span, "Add `key: MEMBER`."
        )
    if (merge in ("set", "keyed", "add-only", "items") and mapped) or (
        merge in ("entries", "fields") and listed
    ):
        findings.add(
            "CM502",
            f"`{merge}` is for {'lists' if mapped else 'objects and maps'}",
            span,
            "Write `merge: whole`, or a merge policy for this kind of container.",
        )
    if merge is None and "merge" in rule.unread:
        return VALUE
    if not can_be_named(rule, path, context, findings):
        return VALUE
    if merge is None and context.is_replaced(path):
        return VALUE
    if merge is None and mapped and made.type.free:
        findings.add(
            "CM501",
            "a map with free keys needs a merge policy, which decides what happens to a key that is gone",
            rule.target.span,
            "Write `merge: entries` (the vendor merges by key) or `merge: whole` (it replaces the map).",
        )
        return ENTRIES
    if merge is None:
        return MEMBERS if mapped else VALUE
    return BY_MERGE[merge]


def cleared_type(type_: Type | None, source: Type | None, kind: Kind, depth: int = _DEEPEST) -> Type | None:
    """What the contract asks of a value that says that another is gone, None: nothing is known.

    `type_` is the contract's of a rule's value, `source` what the value is made from. Of a map each entry is
    cleared alone; one of an object's named members must fit all that the source names.
    """
    if type_ is None or kind.is_one:
        return type_
    if not kind.is_map:
        return None
    if kind.is_flat or source is None or not source.members or not type_.members or not depth:
        return type_.extra
    members = ((type_.member(name), source.members[name]) for name in source.members)
    found = (
        cleared_type(held, inner, MEMBERS if inner.only("object") else VALUE, depth - 1)
        for held, inner in members
    )
    known = [one for one in found if one is not None]
    return meet(*known) if known else None
