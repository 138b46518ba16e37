"""`merge: items`: how the vendor is told of single items of a list, and the type of an item."""

from __future__ import annotations

from typing import Final

from custmap.diagnostics.span import Span
from custmap.mapping.file import Rule, WayFile
from custmap.model.clear import ItemIn
from custmap.model.item_ways import ItemWays, Way
from custmap.model.kind import Kind
from custmap.model.nodes import Policy
from custmap.model.template import Template
from custmap.resolve.clear_places import ClearPlaces
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.sayings import Sayings
from custmap.resolve.template_types import as_scalar, value_type
from custmap.resolve.templates import Templates
from custmap.syntax.node import Node
from custmap.values.paths import TargetPath
from custmap.values.types import Type

_ACTIONS: Final = {"added": "set", "gone": "clear"}
_NOT_OF_ITEMS: Final = (
    "clear",
    "send",
    "identity",
    "immutable",
    "transitions",
    "empty",
    "key",
    "each",
    "fields",
)
"""Keys that mean nothing of a list whose items are told one by one."""


def is_by_items(rule: Rule) -> bool:
    return rule.merge == "items"


def is_elsewhere(rule: Rule | None) -> bool:
    """Is a rule's target a name only, because its items are listed at other places?"""
    ways = [] if rule is None else [way for way in (rule.added, rule.gone) if way is not None]
    return rule is not None and is_by_items(rule) and bool(ways) and all(way.item is None for way in ways)


class WayReader:
    """Reads `added` and `gone` of one mapping's rules."""

    def __init__(
        self, places: ClearPlaces, templates: Templates, sayings: Sayings, findings: Findings
    ) -> None:
        self._places = places
        self._templates = templates
        self._sayings = sayings
        self._findings = findings

    def of(self, rule: Rule, path: TargetPath, type_: Type | None, context: Context) -> ItemWays | None:
        """The ways of a rule; None for one of another kind. `type_` is the contract's at its target."""
        if not is_by_items(rule):
            for key in ("added", "gone"):
                if key in rule.keys and "merge" not in rule.unread:
                    message = f"`{key}` is for lists with `merge: items`"
                    self._findings.add("CM207", message, rule.keys[key], "Add `merge: items`, or remove it.")
            return None
        for key in _NOT_OF_ITEMS:
            if key in rule.keys:
                message = f"`{key}` says nothing of a list whose items are told one by one"
                self._findings.add("CM207", message, rule.keys[key], f"Remove `{key}`.")
        if context.part != "body" or context.item or context.replaced:
            self._findings.add(
                "CM526",
                "the list is part of something that is sent whole, so nothing in it is told one by one",
                rule.keys.get("merge", rule.span),
                "Write `merge: set` or `merge: whole`.",
            )
        if not rule.unread & {"added", "gone"} and rule.added is None and rule.gone is None:
            self._findings.add(
                "CM525",
                "nothing says how the vendor is told of an item that came or went",
                rule.keys.get("merge", rule.span),
                "Add `added: {in: PATH}` and `gone: {in: PATH}`, or `{item: …}`.",
            )
        own = path if is_elsewhere(rule) else ()
        added, gone = (
            self._way(one, path, own, type_, context, clears=one is rule.gone)
            for one in (rule.added, rule.gone)
        )
        others = {action for way, action in _ACTIONS.items() if way in rule.told_elsewhere}
        gone_type = None if gone is None else as_scalar(self._item_type(gone, path))
        return ItemWays(added, gone, context.style(path), frozenset(others), gone_type)

    def _way(
        self,
        stated: WayFile | None,
        path: TargetPath,
        own: TargetPath,
        type_: Type | None,
        context: Context,
        *,
        clears: bool,
    ) -> Way | None:
        """A way of the rule at `path`; `own` is a target that is a name only, so that places may be in it."""
        if stated is None:
            return None
        if (stated.place is None) == (stated.item is None):
            help = "Write `{in: PATH}`, a list in the body, or `{item: …}`."
            self._findings.add("CM207", "this needs a place or an item", stated.span, help)
            return None
        if stated.item is not None:
            template = self._template(stated.item, path, type_, context, clears)
            if template is not None and not self._templates.says_value(template):
                message = "the template does not say which item is meant"
                self._findings.add("CM525", message, stated.item.span, "Use {value}.")
            return template
        assert stated.place is not None
        place = self._places.read(stated.place)
        if place is None:
            return None
        self._check_list(self._places.type_at(place), stated.place.span)
        form = context.style(place)
        self._places.lists(place, stated.place.span, own)
        return ItemIn(place, form=form)

    def _template(
        self, stated: Node, path: TargetPath, type_: Type | None, context: Context, clears: bool
    ) -> Template | None:
        target = context.target(path)
        if self._sayings.head is not None:
            found = self._sayings.item(stated, target)
        else:
            self._check_list(type_, stated.span)
            items = None if type_ is None else type_.items
            found = self._templates.read(stated, target, () if items is None else (items,))
        if found is not None:
            self._sayings.check_path(found, path, None, stated.span)
            if self._sayings.head is not None:
                texts = self._sayings.texts(path)
                self._sayings.names.listed(found, texts, stated.span, clears=clears)
        return found

    def _check_list(self, type_: Type | None, span: Span) -> None:
        if type_ is not None and type_.known and "array" not in type_.kinds:
            help = "Name the list in which the vendor expects the items."
            self._findings.add("CM506", "the contract has no list there", span, help)

    def type_of(self, ways: ItemWays, path: TargetPath) -> Type:
        """The list's type: its items are those that come, or that go where another request adds them."""
        way = ways.added or ways.gone
        items = as_scalar(None if way is None else self._item_type(way, path))
        return Type(kinds=frozenset({"array"}), items=items)

    def _item_type(self, way: Way, path: TargetPath) -> Type | None:
        if isinstance(way, Template):
            return value_type([way], self._sayings.texts(path))
        at = self._places.type_at(way.place)
        return None if at is None else at.items


def policy_of(kind: Kind, rule: Rule) -> Policy | None:
    """The policy of a list whose items are told one by one; None for another kind."""
    if not kind.one_by_one:
        return None
    return Policy(repeatable=rule.repeatable, otherwise_clear=rule.otherwise_clear)
