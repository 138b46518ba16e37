"""The way back of each rule of a body: the rule that reads the vendor's copy and fills the customer.

A target path becomes an expression, a source path a target. `values` and `format` are turned round, functions
undone from the outside in. What cannot be turned round has a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from msgspec import Struct

from custmap.diagnostics.span import Span
from custmap.expressions.ast import is_constant
from custmap.expressions.function import FunctionSpec
from custmap.functions.inverses import loss_of
from custmap.invert.peel import Called, OneWayError, Step, may_be_null, own_path, peeled, type_at
from custmap.invert.turned import Back, chosen, each_once, in_order
from custmap.invert.undo import Undo, turned_values
from custmap.mapping.file import ClearFile, Pair, Rule, Text
from custmap.model.checked import Checked
from custmap.model.nodes import (
    Container,
    EachSource,
    FromSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    RiderSource,
    TargetNode,
)
from custmap.model.walkers import leaves
from custmap.resolve.resolve import at_the_border
from custmap.values.paths import Index, Member, Select, format_path
from custmap.values.types import ANY, Type

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Way(Struct, frozen=True):
    """How one rule reads back; `losses` and `shared` as in `Back`.

    `target`  the rule's target, after that of the list whose items it fills.
    `why`     the reason why there is no way back; None: there is one.
    `meant`   the rule says so itself: `one_way: true`. `of_items`: the rules of its items have reasons.
    """

    target: str
    span: Span
    losses: tuple[str, ...] = ()
    shared: tuple[Pair, ...] = ()
    why: str | None = None
    meant: bool = False
    of_items: bool = False

    def __str__(self) -> str:
        """The verdict, with what is lost or why there is none."""
        if self.why is not None:
            return f"one-way: {self.why}"
        return f"two-way with loss: {', '.join(self.losses)}" if self.losses else "two-way"


class Ways(Struct, frozen=True):
    """The ways of all rules of a body, the rules of the inverse, and the functions that they call."""

    ways: tuple[Way, ...]
    rules: tuple[Back, ...]
    functions: Mapping[str, FunctionSpec]


def ways_back(checked: Checked) -> Ways:
    """The way back of each rule of a mapping's body."""
    made = _Inverter(checked.functions)
    scope = _Scope((), at_the_border(checked.canonical), "")
    rules = in_order(made.root(checked.operation.body, scope))
    return Ways(tuple(made.ways), tuple(rules), made.undo.functions)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the rules of an object read of the customer, or of an item: its path, and its type.

    `prefix` leads to their targets, for messages.
    """

    names: tuple[Step, ...]
    type: Type
    prefix: str


class _Inverter:
    def __init__(self, known: Mapping[str, FunctionSpec]) -> None:
        self._known = known
        self.undo = Undo(known)
        self.ways: list[Way] = []

    def root(self, node: Container, scope: _Scope) -> Iterator[Back]:
        """The rules of a body turned round; they read the vendor's copy."""
        return self.members(node, "", scope) if isinstance(node, ObjectNode) else self._node(node, "", scope)

    def members(self, node: ObjectNode, read: str, scope: _Scope) -> Iterator[Back]:
        """The rules turned round that fill an object; `read` is what reads it from the vendor's copy."""
        for member in node.members:
            yield from self._node(member, _member(read, member.name), scope)

    def _node(self, node: TargetNode, read: str, scope: _Scope) -> Iterator[Back]:
        match node:
            case Leaf():
                yield from self._leaf(node, read, scope)
            case ObjectNode():
                yield from self._object(node, read, scope)
            case ItemsNode(items=items):
                for segment, item in items:
                    yield from self._node(item, _item(read, segment), scope)

    def _object(self, node: ObjectNode, read: str, scope: _Scope) -> Iterator[Back]:
        if node.presence is not None:
            assert isinstance(node.presence.origin.source, FromSource)
            try:
                own = own_path(node.presence.origin.source.expression.ast)
            except OneWayError:
                for leaf in leaves(node):
                    self._refuse(leaf, scope, "the object around it is made by an expression")
                return
            scope = replace(scope, names=(*scope.names, *own), type=type_at(scope.type, own))
        yield from self.members(node, read, scope)

    def _leaf(self, leaf: Leaf, read: str, scope: _Scope) -> Iterator[Back]:
        source = leaf.origin.source
        is_fixed = isinstance(source, FromSource) and is_constant(source.expression.ast)
        if isinstance(source, RiderSource) or leaf.origin.is_unknown or is_fixed:
            return
        if leaf.one_way:
            self._refuse(leaf, scope, "the rule says so", meant=True)
            return
        try:
            made = self._turned(leaf, read, scope)
        except OneWayError as error:
            self._refuse(leaf, scope, str(error), of_items=error.of_items)
            return
        self.ways.append(Way(scope.prefix + leaf.target, leaf.span, made.losses, made.shared))
        yield made

    def _refuse(
        self, leaf: Leaf, scope: _Scope, why: str, *, meant: bool = False, of_items: bool = False
    ) -> None:
        target = scope.prefix + leaf.target
        self.ways.append(Way(target, leaf.span, why=why, meant=meant, of_items=of_items))

    def _turned(self, leaf: Leaf, read: str, scope: _Scope) -> Back:
        source = leaf.origin.source
        if leaf.kind.one_by_one:
            raise OneWayError("a request says what came and what went, and not what there is")
        if not isinstance(source, FromSource | EachSource):
            raise OneWayError("it has several sources")
        calls, own = peeled(source.expression.ast, scope.type, self._known)
        names = (*scope.names, *own)
        clear = ClearFile(leaf.span, word="send_null" if may_be_null(scope.type, own) else "skip")
        rule = Rule(Text(_target(names), leaf.span), leaf.span, {}, clear=clear)
        made = Back(names, rule, tuple(_losses(leaf, calls, own)), leaf.kind.is_set)
        read = self.undo.clear(leaf, calls, read)
        if isinstance(source, FromSource):
            return self._value(leaf, calls, read, made)
        item = (source.type.items if calls else type_at(scope.type, own).items) or ANY
        inner = _Scope((), item.present().not_null(), f"{scope.prefix}{leaf.target}[].")
        return self._each(leaf, source, calls, read, made, inner)

    def _value(self, leaf: Leaf, calls: tuple[Called, ...], read: str, made: Back) -> Back:
        origin, rule = leaf.origin, made.rule
        if origin.format is not None:
            read = self.undo.format(origin, read)
        pairs, shared = turned_values(origin)
        if pairs is not None and calls:
            read = self.undo.values(pairs, read, keep=origin.unmapped == "pass")
        elif pairs is not None:
            rule = replace(rule, values=pairs, unmapped="pass" if origin.unmapped == "pass" else "reject")
        losses = each_once(*made.losses, *(["which of several values"] if shared else ()))
        rule = replace(rule, from_=Text(self.undo.calls(calls, read), leaf.span))
        return replace(made, rule=rule, losses=losses, shared=shared)

    def _each(
        self, leaf: Leaf, source: EachSource, calls: tuple[Called, ...], read: str, made: Back, scope: _Scope
    ) -> Back:
        if leaf.origin.values is not None or leaf.origin.format is not None:
            raise OneWayError("`values` or `format` stands on a list")
        inner = chosen(self.members(source.table.item, "", scope))
        if not inner:
            raise OneWayError("no rule of its items reads back", of_items=True)
        losses = each_once(*made.losses, *(loss for one in inner for loss in one.losses))
        if calls:  # the list is made of something else, such as a map
            text = self.undo.calls(calls, _listed(read, inner))
            return replace(made, rule=replace(made.rule, from_=Text(text, leaf.span)), losses=losses)
        fields = tuple(one.rule for one in inner)
        rule = replace(made.rule, each=Text(read, leaf.span), fields=fields)
        key = _key_names(leaf, source, inner) if leaf.kind.has_items else None
        return replace(made, rule=rule, losses=losses, key=key, items=inner)


def _losses(leaf: Leaf, calls: Iterable[Called], own: Iterable[Step]) -> Iterator[str]:
    if leaf.origin.has_default:
        yield "default"
    if leaf.origin.values is not None and leaf.origin.unmapped == "default":
        yield "values without a row"
    if leaf.kind.is_set:
        yield "order"
    if any(isinstance(step, int) for step in own):
        yield "other items"
    yield from filter(None, (loss_of(called.spec, called.source, called.further) for called in calls))


def _key_names(leaf: Leaf, source: EachSource, inner: Iterable[Back]) -> tuple[Step, ...] | None:
    """The canonical path of an item's key, if the rule of the key reads back."""
    spans = [member.span for member in source.table.item.members if member.name == leaf.key]
    return next((one.names for one in inner if one.rule.span in spans), None)


def _listed(read: str, rules: Iterable[Back]) -> str:
    """The expression of a list whose items have the members that rules give."""
    members: list[str] = []
    for one in rules:
        if len(one.names) > 1 or one.rule.from_ is None or one.rule.values is not None:
            raise OneWayError("a rule of its items is more than an expression")
        members.append(f"{json.dumps(one.names[0])}: {one.rule.from_.value}")
    return f"{read}[*].{{{', '.join(members)}}}"


def _member(read: str, name: str) -> str:
    text = name if _IDENTIFIER.fullmatch(name) else json.dumps(name)
    return f"{read}.{text}" if read else text


def _item(read: str, segment: Index | Select) -> str:
    if isinstance(segment, Index):
        return f"{read}[{segment.position}]"
    return f"({read}[?{_member('', segment.key)} == {_literal(segment.value)}] | [0])"


def _literal(value: Any) -> str:
    return f"`{json.dumps(value).replace('`', chr(92) + '`')}`"


def _target(names: Sequence[Step]) -> str:
    return format_path(tuple(Index(step) if isinstance(step, int) else Member(step) for step in names))
