"""Builds the target tree of a table of rules and assigns a slot to every leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from custmap.contract.form_body import FormStyle
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.span import Span
from custmap.mapping.file import SOURCES, Param, Rule
from custmap.model.checked import RiderOrigin
from custmap.model.clear import IMPOSSIBLE
from custmap.model.kind import BY_MERGE, VALUE
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Policy, Presence, Rider, Table, TargetNode
from custmap.resolve.context import Context
from custmap.resolve.contract_places import ContractPlaces
from custmap.resolve.findings import Findings
from custmap.resolve.item_keys import retyped
from custmap.resolve.item_ways import WayReader, is_elsewhere, policy_of
from custmap.resolve.kinds import kind_of
from custmap.resolve.masks import is_whole
from custmap.resolve.origins import OriginBuilder
from custmap.resolve.policies import Policies
from custmap.resolve.privacy import Privacies
from custmap.resolve.sources import Scope, Sources, map_reads
from custmap.resolve.targets import Place, build_places, check_key, moved
from custmap.resolve.template_types import sent_type
from custmap.values.paths import Index, Member, Select, TargetPath, in_segment_order, name_of
from custmap.values.types import ANY, Type

_OF_A_VALUE: Final = frozenset(
    {
        *("param", "value", "first", "default", "values", "unmapped", "format", "empty"),
        *("key", "identity", "transitions", "repeatable"),
    }
)
"""Keys that mean nothing of an object with `fields`."""
_OF_A_RULE: Final = _OF_A_VALUE | {"when", "otherwise"}
"""Keys that mean nothing in the policy of an object that other rules fill."""
_NOT_OF_ITEMS: Final = _OF_A_RULE | {"clear", "send", "immutable"}
"""Keys that mean nothing in that of a list whose items are named."""
_NOT_HERE: Final = frozenset({"clear", "send", "immutable", "repeatable", "empty"})
"""Policies that could mean something there."""


class TableBuilder:
    """One table: the customer's, whose slots body, path, query and headers share, or an item's."""

    def __init__(
        self,
        sources: Sources,
        policies: Policies,
        params: Mapping[str, Param] | None,
        riders: list[RiderOrigin],
        privacies: Privacies,
        findings: Findings,
    ) -> None:
        self.policies = policies
        self.slots: list[Leaf | Presence] = []
        self.inside: list[int | None] = []
        self._sources = sources
        self.params = params
        self._riders = riders
        self._privacies = privacies
        self._findings = findings
        self._within: int | None = None
        # Places that a misspelt rule seems to mean: CM303 reports it, so they are not reported as missing.
        self.contract = ContractPlaces(findings)
        self._origins = OriginBuilder(sources, params, riders, findings, self._item_table)
        self._ways = WayReader(policies.places, policies.templates, policies.sayings, findings)

    def template_rider(self, rule: Rule, target: str, type_: Type | None, required: bool) -> int:
        """The index of a parameter in a template."""
        return self._origins.rider(rule, target, type_, required)

    def _item_table(self, rule: Rule, type_: Type | None, scope: Scope, context: Context) -> Table:
        """The table of an `each`, with slots of its own."""
        builder = TableBuilder(
            self._sources, self.policies, self.params, self._riders, self._privacies, self._findings
        )
        assert rule.fields is not None
        form = context.form.in_list if isinstance(context.form, FormStyle) else None
        inner = replace(context, item=True, replaced=True, form=form)
        root = builder.object(build_places(rule.fields, self._findings), type_, scope, inner, None, rule.span)
        builder.contract.require(root)
        return Table(root, tuple(builder.slots), tuple(builder.inside))

    def object(
        self, place: Place, type_: Type | None, scope: Scope, context: Context, rule: Rule | None, span: Span
    ) -> ObjectNode:
        """The object at a place: implied by paths, or made by a rule with `fields`."""
        policy = rule or place.policy
        if rule is None:
            self._without(place.policy, _OF_A_RULE, "members")
        path = place.path
        whole = is_whole(policy, path, context, self._findings)
        self._merges_as_object(policy)
        name = name_of(path)
        sayings = self.policies.sayings
        is_told = sayings.says(context)  # what is in it is told, and not the object
        always = policy is not None and (policy.always or (whole and place.is_always))
        inner = replace(
            context, replaced=context.replaced or whole, always=context.always or (always and is_told)
        )
        clear = self.policies.container(policy, type_, path, context)
        around = replace(context, always=context.always or always)
        at = span if policy is None else policy.target.span
        says = (
            self.policies.sayings.of_container(policy, path, around, at, clear)
            if whole or clear is not None
            else None
        )
        type_ = self.policies.sayings.container_type(says if whole else None, type_, path, "object", at)
        first = len(self.slots)
        members = tuple(
            node
            for segment, below in sorted(place.inside.items(), key=lambda item: in_segment_order(item[0]))
            if isinstance(segment, Member)  # of those that are used in two ways, CM307 speaks
            for held in [self._type_of(type_, below, inner)]
            if (node := self.node(below, held, type_, scope, inner))
        )
        privacy = self._privacies.of_container(members, path)
        return ObjectNode(
            name=name,
            target=context.target(path) if path else "",
            path=path,
            span=policy.span if policy else span,
            members=members,
            whole=whole,
            clear=clear,
            policy=Policy(
                clear=clear or IMPOSSIBLE,
                always=policy is not None and policy.always and not sayings.tells(context),
                immutable=policy.immutable if policy else False,
                otherwise_clear=policy.otherwise_clear if policy else False,
                repeatable=policy.repeatable if policy else True,
                required=not path,  # the root always exists; for members the parent decides
            ),
            slots=(first, len(self.slots)),
            source=scope.source,
            type=type_,
            privacy=sayings.hidden(privacy, says, policy.span if policy else span),
            says=says,
        )

    def node(
        self, place: Place, type_: Type | None, parent: Type | None, scope: Scope, context: Context
    ) -> TargetNode | None:
        """The node at a place below the root."""
        required = (
            parent is not None
            and isinstance(place.path[-1], Member)
            and place.path[-1].name in parent.required
        )
        rule = place.rule
        if rule is None:
            if place.inside and not isinstance(next(iter(place.inside)), Member):
                return self.items(place, type_, scope, context, place.first_rule().span, required)
            if place.inside:
                node = self.object(place, type_, scope, context, None, place.first_rule().span)
                return replace(node, policy=replace(node.policy, required=required))
            assert place.policy is not None
            self._findings.add(
                "CM208",
                "this rule has only policies for a container, and no rule fills the container",
                place.policy.target.span,
                "Add a source (`from`, `param`, `value`, `each`, `first`), or rules below this target.",
            )
            rule = _without_source(place.policy)
        if rule.fields is not None and rule.each is None and "each" not in rule.unread:
            return self._source_object(rule, place.path, type_, scope, context, required)
        if (rule.param or rule.value) and rule.when is None and rule.from_ is None:
            return self._rider(rule, place.path, type_, context, required)
        return self._leaf(rule, place.path, type_, scope, context, required)

    def flat(self, rules: Sequence[Rule], type_: Type, scope: Scope, context: Context) -> ObjectNode:
        """Path, query or headers: their names are plain names, not paths."""
        members: list[TargetNode] = []
        seen: dict[str, Rule] = {}
        first = len(self.slots)
        for rule in sorted(rules, key=lambda rule: rule.target.value):
            name = rule.target.value
            place = Place((Member(name),), rule=rule)
            if name in seen:
                continue
            seen[name] = rule
            if rule.is_policy:
                self._findings.add("CM208", "a rule here needs a source", rule.target.span)
                place = Place((Member(name),), rule=_without_source(rule))
            member = self._type_of(type_, place, context)
            if node := self.node(place, member, type_, scope, context):
                members.append(node)
        return ObjectNode(
            "",
            "",
            (),
            rules[0].span if rules else _NOWHERE,
            tuple(members),
            slots=(first, len(self.slots)),
            type=type_,
            privacy=self._privacies.of_container(members, ()),
        )

    def items(
        self, place: Place, type_: Type | None, scope: Scope, context: Context, span: Span, required: bool
    ) -> ItemsNode:
        """The list at a place, of which rules name the items."""
        self._without(place.policy, _NOT_OF_ITEMS, "items")
        self._merges_as_object(place.policy)
        whole = is_whole(place.policy, (*place.path, Index(0)), context, self._findings)
        inner = replace(context, item=context.item, replaced=context.replaced or whole)
        around = replace(context, always=whole and place.is_always)
        at = span if place.policy is None else place.policy.target.span
        says = (
            self.policies.sayings.of_container(place.policy, place.path, around, at, None) if whole else None
        )
        type_ = self.policies.sayings.container_type(says, type_, place.path, "array", at)
        first = len(self.slots)
        items: list[tuple[Index | Select, TargetNode]] = []
        for segment, below in sorted(place.inside.items(), key=lambda item: in_segment_order(item[0])):
            if not isinstance(segment, Index | Select):
                continue
            member = self._type_of(type_, below, inner)
            if isinstance(segment, Select):
                segment = self.contract.typed(segment, member, below.first_rule().target.span)
                below = retyped(below, segment)
            if node := self.node(below, member, None, scope, inner):
                items.append((segment, node))
        return ItemsNode(
            name=name_of(place.path),
            target=context.target(place.path),
            path=place.path,
            span=place.policy.span if place.policy else span,
            items=tuple(items),
            whole=whole,
            required=required,
            slots=(first, len(self.slots)),
            privacy=self._privacies.of_container((item for _, item in items), place.path),
            says=says,
        )

    def _merges_as_object(self, policy: Rule | None) -> None:
        if policy is not None and policy.merge not in (None, "fields", "whole"):
            self._findings.add(
                "CM502",
                f"`{policy.merge}` is for lists and maps, and this is an object with rules for its members",
                policy.keys.get("merge", policy.span),
                "Write `merge: whole` or `merge: fields`.",
            )

    def _without(self, policy: Rule | None, keys: frozenset[str], below: str) -> None:
        """The policy of a container has none of these keys."""
        if policy is None:
            return
        for key in policy.keys.keys() & keys:
            self._says_nothing(
                policy, key, f"`{key}` says nothing of a container that other rules fill", below
            )

    def _says_nothing(self, rule: Rule, key: str, message: str, below: str) -> None:
        """An error; a warning for a policy that could mean something, and that a container does not have."""
        severity = Severity.WARNING if key in _NOT_HERE else None
        help = f"Say it in the rules of its {below}."
        self._findings.add("CM207", message, rule.keys[key], help, severity=severity)

    def _type_of(self, type_: Type | None, place: Place, context: Context) -> Type | None:
        """The contract's type at a place, one step below `type_`; None where nothing is written."""
        if is_elsewhere(place.rule):
            return None
        return self.contract.type_of(
            type_, place.path[-1], place.path, place.first_rule().target.span, context
        )

    def _source_object(
        self, rule: Rule, path: TargetPath, type_: Type | None, scope: Scope, context: Context, required: bool
    ) -> TargetNode | None:
        """`from` with `fields`: an object that reads one source object, with a slot for its presence."""
        assert rule.fields is not None
        for key in rule.keys.keys() & _OF_A_VALUE:
            self._says_nothing(rule, key, f"`{key}` cannot be combined with `fields`", "members")
        places = build_places(rule.fields, self._findings)
        places = moved(places, path)
        check_key(places, self._findings)
        if rule.from_ is None and rule.when is None and not rule.unread & SOURCES:
            node = self.object(places, type_, scope, context, rule, rule.span)
            return replace(node, policy=replace(node.policy, required=required))
        made = self._origins.object_source(rule, scope)
        slot = len(self.slots)
        presence = Presence(
            slot,
            context.target(path),
            rule.span,
            made.origin,
            made.source,
            made.reads,
            slot,
            made.asks,
            made.asked,
        )
        self.slots.append(presence)
        self.inside.append(self._within)
        outer, self._within = self._within, slot
        node = self.object(places, type_, made.scope, context, rule, rule.span)
        self._within = outer
        return replace(
            node,
            presence=presence,
            slots=(slot, len(self.slots)),
            source=made.source,
            policy=replace(node.policy, required=required),
        )

    def _rider(
        self, rule: Rule, path: TargetPath, type_: Type | None, context: Context, required: bool
    ) -> TargetNode:
        form = context.style(path)
        index = self._origins.rider(rule, context.target(path), type_, required, form=form)
        return Rider(index, name_of(path), context.target(path), path, rule.span, required)

    def _leaf(
        self, rule: Rule, path: TargetPath, type_: Type | None, scope: Scope, context: Context, required: bool
    ) -> TargetNode | None:
        ways = self._ways.of(rule, path, type_, context)
        if ways is not None:
            type_ = self._ways.type_of(ways, path)
        is_own = ways is None and rule.identity is not True
        sayings = self.policies.sayings
        says = sayings.of(rule, path, context, rule.target.span) if is_own else None
        stated = BY_MERGE.get(rule.merge or "whole", VALUE)
        if (told := sayings.type_of(says, path, stated)) is not None:
            type_ = sent_type(told, stated, ANY)
        context = replace(context, form=None if ways is not None else context.style(path))
        made = self._origins.leaf(rule, type_, scope, context, context.target(path), required)
        identity = (
            rule.identity is not False
            and (rule.identity or context.part == "path")
            and any(map(self._privacies.canonical.is_of_customer, made.reads))
        )
        kind = VALUE if identity else kind_of(rule, made, path, context, self._findings)
        if (told := sayings.type_of(says, path, kind)) is not None:
            type_ = sent_type(told, kind, made.type)
        policy = policy_of(kind, rule) or self.policies.of(
            rule,
            context,
            type_=type_,
            source=made.type,
            kind=kind,
            name=name_of(path),
            required=required,
            identity=identity,
            path=path,
        )
        if is_own and sayings.says(context):
            says = sayings.check(policy.clear, says, path, kind, rule.target.span)
        else:
            sayings.check_form(policy.clear, rule.target.span)
        key = rule.key.value if rule.key else None
        slot = len(self.slots)
        leaf = Leaf(
            slot=slot,
            name=name_of(path),
            target=context.target(path),
            path=path,
            span=rule.span,
            origin=made.origin,
            kind=kind,
            type=type_,
            policy=policy,
            source=made.source,
            reads=made.reads,
            in_maps=map_reads(made.scope.type, made.inner) if not made.scope.prefix else (),
            asks=made.asks,
            needs=(*made.read, *made.asked),
            privacy=sayings.hidden(
                self._privacies.of_leaf(made, kind, key, item=context.item), says, rule.target.span
            ),
            key=key,
            assumed=rule.assumed,
            note=rule.note,
            one_way=rule.one_way,
            form=context.form if isinstance(context.form, FormStyle) else None,
            masked=context.keys(path, kind),
            ways=ways,
            says=says,
        )
        self.slots.append(leaf)
        self.inside.append(self._within)
        return leaf


_NOWHERE = Span("", 1, 1, 1, 1)


def _without_source(rule: Rule) -> Rule:
    """The rule of a place without a source: a stand-in for one that could not be read."""
    return replace(rule, unread=rule.unread | {"from"})
