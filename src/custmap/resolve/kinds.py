"""The kind of a rule's value: what its `merge` says, or what its type implies."""

from __future__ import annotations

from custmap.mapping.file import Rule
from custmap.model.kind import BY_MERGE, ENTRIES, MEMBERS, VALUE, Kind
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.masks import can_be_named
from custmap.resolve.origins import Made
from custmap.values.paths import TargetPath


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
