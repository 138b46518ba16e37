"""The contract's types at the places of rules, and required members without a rule."""

from __future__ import annotations

from custmap.diagnostics.span import Span
from custmap.model.nodes import ItemsNode, ObjectNode, TargetNode
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings, meant
from custmap.resolve.item_keys import typed_key
from custmap.values.nearest import nearest
from custmap.values.paths import Member, Segment, Select, TargetPath
from custmap.values.types import Type


class ContractPlaces:
    """The places of one table of rules. Misspelt names are remembered: the member they mean has its rule."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._mistyped: set[tuple[TargetPath, str | None]] = set()

    def type_of(
        self, type_: Type | None, segment: Segment, path: TargetPath, span: Span, context: Context
    ) -> Type | None:
        """The contract's type one step further; a finding if the contract has no such member.

        `path` is the place's own, `span` where it is written.
        """
        if type_ is None:
            return None
        if isinstance(segment, Member):
            found = type_.member(segment.name)
            never = found is not None and not found.kinds and segment.name not in type_.members
            if never or (found is None and type_.members and context.closed):
                self._mistyped.add((path[:-1], nearest(segment.name, type_.members)))
                message = f"the contract has no `{segment.name}` here"
                self._findings.add("CM303", message, span, meant(segment.name, type_.members))
                return None
            if found is not None and found.read_only and context.part == "body":
                message = f"`{segment.name}` is read-only in the contract: the vendor sets it"
                self._findings.add("CM310", message, span, "Remove the rule.")
            if found is None and not type_.members and type_.known and "object" not in type_.kinds:
                self._findings.add("CM303", "the contract does not allow an object here", span)
            return found
        if type_.known and "array" not in type_.kinds:
            self._findings.add("CM303", "the contract does not allow a list here", span)
            return None
        items = type_.items
        if (
            isinstance(segment, Select)
            and items is not None
            and items.members
            and segment.key not in items.members
        ):
            self._findings.add(
                "CM303",
                f"the items in the contract have no `{segment.key}`",
                span,
                meant(segment.key, items.members),
            )
        return items

    def typed(self, segment: Select, items: Type | None, span: Span) -> Select:
        """An item's key in the contract's type; a finding if it is not such a value."""
        typed, reason = typed_key(segment, items)
        if reason is not None:
            self._findings.add("CM401", f"the item's key {reason}", span)
        return typed

    def require(
        self, node: TargetNode, skipped: frozenset[str] = frozenset(), filled: TargetPath = ()
    ) -> None:
        """Report members that the contract requires and that have no rule.

        `filled`: a place that no rule fills, and that is filled.
        """
        if isinstance(node, ItemsNode):
            for segment, item in node.items:
                self.require(item, frozenset({segment.key} if isinstance(segment, Select) else ()))
        if not isinstance(node, ObjectNode):
            return
        written = {member.name for member in node.members}
        if filled[: len(node.path)] == node.path:
            skipped |= {one.name for one in filled[len(node.path) :][:1] if isinstance(one, Member)}
        for name in sorted((node.type.asked if node.type else frozenset()) - written - skipped):
            if (node.path, name) in self._mistyped:
                continue
            self._findings.add(
                "CM309",
                f"the contract requires `{name}`" + (f" in `{node.target}`" if node.target else ""),
                node.span,
                f"Add a rule for `{name}`.",
            )
        for member in node.members:
            self.require(member, filled=filled)
