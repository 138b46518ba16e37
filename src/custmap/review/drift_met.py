"""What the rules of an operation meet in its contract: each place with the type that resolving found there.

Both versions of a contract are resolved against the same file, and the places of the two are compared by
their keys. So what is compared is what rules meet, in the body, in items, in templates and in parameters.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from custmap.check.value_types import result_type
from custmap.contract.style import Style
from custmap.diagnostics.span import Span
from custmap.expressions.unions import literal_type
from custmap.invert.ways import ways_back
from custmap.mapping.file import Rule, all_rules
from custmap.model.checked import PARTS, Checked, Operation
from custmap.model.clear import Clear, Named, Operated, Write
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Origin, Rider, TargetNode
from custmap.model.template import Branch, Filled, Hole, Row, Template, Tree
from custmap.model.walkers import eaches, options
from custmap.review.drift_types import Way
from custmap.values.equality import fingerprint
from custmap.values.paths import Index, Member, Select, TargetPath, format_path
from custmap.values.types import ANY, ARRAY, STRING, Type

_ITEM: Final = Index(0)
_SENT: Final = Way()


@dataclass(frozen=True, slots=True)
class Met:
    """One place of the contract that a rule meets.

    `span`     of the rule in the mapping, `target` as plans show it.
    `path`     in the part of the request; None: it is not known where the document describes it.
    `given`    what the rule sends there.
    `required` None: whether it is required says nothing here.
    `named`    the contract lists the member by its name, and does not only allow any.
    `shallow`  the rules of its members, or of its items, are met for themselves.
    `form`     how it is written, where that is said of it alone.
    """

    key: Hashable
    span: Span
    target: str
    part: str
    path: TargetPath | None
    type: Type | None
    given: Type = ANY
    required: bool | None = None
    way: Way = _SENT
    named: bool = False
    shallow: bool = False
    form: Hashable = None


def met(checked: Checked, place: Span) -> Iterator[Met]:
    """All that the rules of a mapping with one operation meet; `place` is that of its operation."""
    operation = checked.operation
    read: frozenset[Span] = frozenset()
    if checked.canonical.entry is None:
        read = frozenset(way.span for way in ways_back(checked).ways if way.why is None)
    walk = _Walk(operation, read, place, {rule.span: rule for rule in all_rules(checked.file)})
    for part in PARTS:
        for member in operation.flat[part].members:
            yield from map(walk.as_parameter, walk.node(member, part, ()))
    into: TargetPath = ()
    if operation.bulk is not None:
        yield from walk.node(operation.bulk.envelope, "body", ())
        into = (*map(Member, operation.bulk.into), _ITEM)
    elif operation.changes is not None:
        walk.item = (*map(Member, operation.changes.into), _ITEM)
    yield from walk.node(operation.body, "body", into)
    yield from walk.lists(checked)


@dataclass(slots=True)
class _Walk:
    """`read`: the spans of the rules that read back; `item`: where the items of a list of changes stand."""

    operation: Operation
    read: frozenset[Span]
    place: Span
    rules: dict[Span, Rule]
    item: TargetPath | None = None

    def node(self, node: TargetNode, part: str, prefix: TargetPath) -> Iterator[Met]:
        match node:
            case Leaf():
                yield from self._leaf(node, part, prefix)
            case Rider(index=index, path=path, required=needed):
                rider = self.operation.riders[index]
                given = (
                    STRING if rider.rule is None or rider.rule.value is None else literal_type(rider.value)
                )
                span = self._span(rider.rule, node.span)
                yield Met(
                    (part, (*prefix, *path), "rider"),
                    span,
                    node.target,
                    part,
                    (*prefix, *path),
                    rider.type,
                    given,
                    needed,
                    Way(known=None if given is STRING else frozenset({fingerprint(rider.value)})),
                    form=rider.form,
                )
            case ObjectNode(members=members, path=path):
                if path:
                    yield self._container(node, part, prefix)
                rule = self.rules.get(node.span)
                at = node.span if rule is None else rule.keys.get("clear", node.span)
                yield from self._clear(node.clear, node.target, at, part, prefix)
                for member in members:
                    named = node.type is not None and member.name in node.type.members
                    for one in self.node(member, part, prefix):
                        is_own = one.path == (*prefix, *member.path)
                        yield replace(one, named=True) if named and is_own else one
            case ItemsNode(items=items, path=path):
                if path and self.item is None:
                    listed = (*prefix, *path)
                    key = (part, listed, "items")
                    yield Met(
                        key, node.span, node.target, part, listed, None, required=node.required, shallow=True
                    )
                for _, item in items:
                    yield from self.node(item, part, prefix)

    def _span(self, rule: Rule | None, other: Span) -> Span:
        """A rule's target; what the contract alone makes a rule of has the place of the contract."""
        if rule is None:
            return other
        implied = rule.value is not None and not rule.keys and rule.target.span == rule.value.span
        return self.place if implied else rule.target.span

    def _container(self, node: ObjectNode, part: str, prefix: TargetPath) -> Met:
        path = (*prefix, *node.path)
        known = None if self.item is not None else path
        return Met(
            (part, path, "object"),
            node.span,
            node.target,
            part,
            known,
            node.type,
            required=node.policy.required,
            shallow=True,
        )

    def _leaf(self, leaf: Leaf, part: str, prefix: TargetPath) -> Iterator[Met]:
        rule = leaf.origin.rule
        path: TargetPath | None = (*prefix, *leaf.path)
        key, span = (part, path), self._span(rule, leaf.span)
        if leaf.says is not None:
            path = _value_place(leaf.says.set, self.item)
        elif leaf.ways is not None and leaf.ways.is_elsewhere:
            path = (*prefix, *leaf.ways.places[0].place, _ITEM)
        inner = list(eaches(leaf.origin))
        yield Met(
            (*key, "leaf"),
            span,
            leaf.target,
            part,
            path,
            leaf.type,
            result_type(leaf.origin),
            leaf.policy.required,
            Way(reads=leaf.span in self.read, known=known_words(leaf.origin)),
            shallow=bool(inner),
            form=leaf.form,
        )
        for each in inner:
            at = (*prefix, *leaf.path, _ITEM)
            yield from self.node(each.table.root, part, at)
        at_clear = span if rule is None else rule.keys.get("clear", span)
        yield from self._clear(leaf.policy.clear, leaf.target, at_clear, part, prefix)
        for way in leaf.ways.all if leaf.ways is not None else ():
            if isinstance(way, Template):
                list_path = (*prefix, *leaf.path, _ITEM) if self.item is None else self.item
                yield from self._template(way, leaf.target, list_path)
        for template in leaf.says.templates if leaf.says is not None else ():
            yield from self._template(template, leaf.target, self.item)

    def _clear(
        self, clear: Clear | None, target: str, at: Span, part: str, prefix: TargetPath
    ) -> Iterator[Met]:
        """The places where clearing writes."""
        written: list[tuple[TargetPath, Type]] = []
        match clear:
            case Write(writes=writes):
                written = [(place, literal_type(value)) for place, value in writes]
            case Named(place=place):
                given = replace(ARRAY, items=STRING) if clear.container == "array" else ANY
                written = [(place, given)]
            case Operated(template=template):
                yield from self._template(template, target, self.item)
        for place, given in written:
            type_ = self.operation.contract.at(place)
            path = (*prefix, *place)
            around = self.operation.contract.at(place[:-1])
            named = around is not None and isinstance(place[-1], Member) and place[-1].name in around.members
            key = (part, target, path, "clear")
            yield Met(key, at, target, part, path, type_, given, named=named)

    def _template(self, template: Template, target: str, at: TargetPath | None) -> Iterator[Met]:
        at = _variant(template, at)

        def walk(tree: Tree, type_: Type | None, path: TargetPath) -> Iterator[Met]:
            match tree:
                case Branch(entries):
                    for name, inner in entries:
                        if name.text is not None and type_ is not None:
                            yield from walk(inner, type_.member(name.text), (*path, Member(name.text)))
                case Row(items):
                    for inner in items:
                        yield from walk(inner, None if type_ is None else type_.items, (*path, _ITEM))
                case Filled((Hole.VALUE,)):
                    pass  # met by the rule whose value it is
                case _:
                    given = _literal(tree)
                    known = None if given is STRING else frozenset(map(fingerprint, given.enum or ()))
                    where = None if at is None else (*at, *path)
                    key = ("template", template.number, template.span, path)
                    way = Way(known=known)
                    yield Met(key, template.span, target, "body", where, type_, given, way=way)

        yield from walk(template.tree, template.type, ())

    def lists(self, checked: Checked) -> Iterator[Met]:
        """The list of changes, and the list or the parameter of the mask."""
        changes, mask = checked.file.changes, checked.file.mask
        for one in self.operation.lists:
            span = mask.span if mask is not None and one.query is not None else None
            if changes is not None and changes.into is not None and not span:
                span = changes.into.span
            elif mask is not None and mask.body is not None and not span:
                span = mask.body.span
            if span is not None:
                part = "body" if one.query is None else "query"
                path = one.place if one.query is None else (Member(one.query),)
                key = ("list", part, path)
                yield Met(key, span, one.target, part, path, one.type, shallow=True)

    def as_parameter(self, one: Met) -> Met:
        """The same with what the contract says of a parameter; names of headers are compared without case."""
        name = next((part.name for part in one.path or () if isinstance(part, Member)), "")
        found = self.operation.contract.parameter(one.part, name)
        if found is None:
            return replace(one, type=None)
        style: Style | None = self.operation.contract.styles(one.part).get(name)
        form = (style,) if found.type.kinds & {"array", "object"} else None
        return replace(one, type=found.type, required=found.required, form=form)


def _variant(template: Template, item: TargetPath | None) -> TargetPath | None:
    """The place of an item, by a constant of its template: that may tell which of several items it is."""
    if item is None or not isinstance(template.tree, Branch):
        return item
    for name, inner in template.tree.entries:
        if name.text is not None and isinstance(inner, Filled) and inner.text is not None:
            return (*item[:-1], Select(name.text, inner.text))
    return item


def _value_place(template: Template, item: TargetPath | None) -> TargetPath | None:
    """Where in the item of a template the value stands, if it does so alone."""
    if item is None or (inside := _value_path(template.tree)) is None:
        return None
    return (*(_variant(template, item) or item), *inside)


def _value_path(tree: Tree) -> TargetPath | None:
    match tree:
        case Filled((Hole.VALUE,)):
            return ()
        case Branch(entries):
            for name, inner in entries:
                if name.text is not None and (found := _value_path(inner)) is not None:
                    return (Member(name.text), *found)
    return None


def _literal(tree: Tree) -> Type:
    """What a template has at a place that is no rule's value."""
    match tree:
        case Filled() if tree.text is not None:
            return literal_type(tree.text)
        case int() | float() | bool() | None:
            return literal_type(tree)
    return STRING


def known_words(origin: Origin) -> frozenset[Any] | None:
    """The vendor's values that a rule can send, and read back; None where it takes any."""
    words: set[Any] = set()
    for one in (origin, *options(origin)):
        if one.values is not None:
            words |= {fingerprint(right) for _, right in one.values}
            words |= {fingerprint(one.unmapped_default)} if one.unmapped == "default" else set()
            if one.unmapped == "pass":
                return None
    if words:
        return frozenset(words)
    given = result_type(origin)
    if given.enum is not None:
        return frozenset(map(fingerprint, given.enum))
    return None


def inside(path: TargetPath) -> str:
    """What is meant in a value: `items[*].name`; "" for the whole of it."""
    return format_path(tuple(one for one in path if one != Member("*"))).replace("[0]", "[*]")
