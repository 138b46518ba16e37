"""A body that is sent as a form: what of it can be known not to be writable, before there is a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from custmap.check.value_types import result_type, where
from custmap.contract.form_body import FLAT, NEVER, SEPARATORS, Form, FormStyle
from custmap.diagnostics.diagnostic import Diagnostic, Note
from custmap.diagnostics.span import Span
from custmap.model.checked import Checked, Operation
from custmap.model.item_ways import ItemWays
from custmap.model.nodes import FirstSource, ItemsNode, Leaf, ObjectNode, RiderSource, TargetNode
from custmap.model.template import Branch, Filled, Ridden, Row, Template, Tree
from custmap.model.walkers import children, eaches, options
from custmap.values.types import Type

_CONTAINERS: Final = frozenset({"array", "object"})


def form(operation: Operation, checked: Checked) -> Iterator[Diagnostic]:
    """CM303, CM307, CM401: names, members and values of rules that the form cannot write."""
    written = operation.contract.form
    if written is None:
        return
    root = operation.body
    if not isinstance(root, ObjectNode):
        help = "Fill members of an object, or state another media type."
        yield Diagnostic("CM303", "a form has names, and this body is a list", root.span, help)
        return
    yield from _shared_names(root, written)
    yield from _names(root, root.type)
    for member in root.members:
        if member.path:
            yield from _below(member, written.at(member.path))
    for rider in operation.riders:
        if rider.form is not None and rider.rule is not None and (stated := rider.rule.value) is not None:
            yield from _constant(rider.form, stated.value, stated.span, rider.target)


def _below(node: TargetNode, style: FormStyle) -> Iterator[Diagnostic]:
    """What of a node cannot be written; `style` is that of its place."""
    match node:
        case Leaf(ways=None):
            yield from _leaf(node)
        case Leaf(ways=ItemWays(form=FormStyle() as form) as ways, target=target):
            for template in (way for way in ways.all if isinstance(way, Template)):
                yield from _constant(form, [_sample(template.tree)], template.span, target)
        case ObjectNode(members=members):
            if style.objects == NEVER and not style.json:
                yield _not_single(node.span, node.target, "an object")
                return
            for member in members:
                yield from _below(member, style.in_object)
        case ItemsNode(items=items):
            if style.lists == NEVER and not style.json:
                yield _not_single(node.span, node.target, "a list")
                return
            for _, item in items:
                yield from _below(item, style.in_list)


def _leaf(leaf: Leaf) -> Iterator[Diagnostic]:
    assert leaf.form is not None
    for origin in (leaf.origin, *options(leaf.origin)):
        rule = origin.rule
        if rule is None or origin.is_unknown:
            continue
        if rule.value is not None and isinstance(origin.source, RiderSource) and rule.value.value is not None:
            yield from _constant(leaf.form, rule.value.value, rule.value.span, leaf.target)
        if rule.default is not None and rule.default.value is not None:
            yield from _constant(leaf.form, rule.default.value, rule.default.span, leaf.target)
        for pair in rule.values or ():
            if pair.right is not None:
                yield from _constant(leaf.form, pair.right, pair.right_span, leaf.target)
        stated = rule.unmapped_default
        if stated is not None and stated.value is not None:
            yield from _constant(leaf.form, stated.value, stated.span, leaf.target)
        if isinstance(origin.source, FirstSource | RiderSource):
            continue  # each option is looked at by itself, and of a constant the value
        if what := _never_written(result_type(origin), leaf.form):
            yield _not_single(where(origin), leaf.target, what)
    for each in eaches(leaf.origin):
        items = each.table.root
        assert isinstance(items, ObjectNode)
        yield from _names(items, items.type)
        for member in items.members:
            yield from _below(member, leaf.form.in_list.in_object)


def _sample(tree: Tree) -> Any:
    """An item that a template makes, with a text in each hole."""
    match tree:
        case Branch(entries):
            return {key.text or "x": _sample(inner) for key, inner in entries}
        case Row(items):
            return list(map(_sample, items))
        case Filled() | Ridden():
            return "x"
    return tree


def _constant(style: FormStyle, value: Any, span: Span, target: str) -> Iterator[Diagnostic]:
    if reason := style.unwritable(value):
        help = "Write a value that a form can write."
        yield Diagnostic("CM401", f"this {reason}", span, help, target=target)


def _never_written(given: Type, style: FormStyle) -> str | None:
    """The kind of value that a rule always gives and that cannot be written: in words, None if none."""
    if style.json:
        return None
    if given.only("array"):
        if style.lists == NEVER:
            return "a list"
        if style.lists in SEPARATORS and given.items is not None and given.items.only(*_CONTAINERS):
            return "a list of lists or objects"
    if given.only("object"):
        if style.objects == NEVER:
            return "an object"
        held = [given.members[name] for name in given.members]
        if style.objects in SEPARATORS and any(one.only(*_CONTAINERS) for one in held):
            return "an object with lists or objects in it"
    return None


def _not_single(span: Span, target: str, what: str) -> Diagnostic:
    return Diagnostic(
        "CM401",
        f"this is {what}, and the form of the contract joins single values here",
        span,
        "Give single values, or a JSON text: `json(…)`, if the vendor takes one.",
        target=target,
    )


def _names(node: ObjectNode, type_: Type | None) -> Iterator[Diagnostic]:
    """CM303: names with brackets, which are read as places in objects, unless the contract has them so."""
    for member in node.members:
        known = type_ is not None and member.name in type_.members
        if not known and ("[" in member.name or "]" in member.name):
            yield Diagnostic(
                "CM303",
                "a form reads `[` in a name as the start of a place in an object or a list",
                member.span,
                "Write the place as a path: `a.b` for `a[b]`; or list this name in the contract's `fields`.",
                target=member.target,
            )
        if isinstance(member, ObjectNode):
            yield from _names(member, member.type)


def _shared_names(root: ObjectNode, written: Form) -> Iterator[Diagnostic]:
    """CM307: members that may be written under one name, since objects are written without theirs."""
    names = {
        member.name: _written_names(member) if written.style(member.name).objects == FLAT else {}
        for member in root.members
    }
    for one, other in combinations(root.members, 2):
        here, there = names[one.name], names[other.name]
        if (here is None and not _are_taken(there, one)) or (there is None and not _are_taken(here, other)):
            yield _shared(other.span, other.target, one)
        for name, span in (there or {}).items():
            if name == one.name or name in (here or ()):
                yield _shared(span, other.target, one)
        if here and other.name in here:
            yield _shared(here[other.name], one.target, other)


def _are_taken(names: Mapping[str, Span] | None, node: TargetNode) -> bool:
    """Is it known which names other members have, so that no key of a map is one of them?"""
    taken = node.form.taken if isinstance(node, Leaf) and node.form is not None else frozenset()
    return names is not None and names.keys() <= taken


def _written_names(node: TargetNode) -> dict[str, Span] | None:
    """The names of the pairs of an object that is written without its name; None if they are data."""
    if isinstance(node, ObjectNode):
        return {child.name: child.span for child in children(node)}
    if isinstance(node, Leaf) and (given := result_type(node.origin)).only("object"):
        return None if given.free or not given.members else dict.fromkeys(given.members, node.span)
    return {}


def _shared(span: Span, target: str, other: TargetNode) -> Diagnostic:
    return Diagnostic(
        "CM307",
        "the contract's form writes this object without its name, so its member could be taken for another",
        span,
        "If the vendor reads `a[b]=x`, write the contract inline with `form: brackets`.",
        target=target,
        notes=(Note(other.span, "the other member"),),
    )
