"""The way back of each rule of a body: the rule that reads the vendor's copy and fills the customer.

A target path becomes an expression, a source path a target. `values` and `format` are turned round, functions
undone from the outside in. What cannot be turned round has a reason.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from custmap.diagnostics.span import Span
from custmap.expressions.ast import is_constant, plain_path
from custmap.expressions.function import Argument, FunctionError, FunctionSpec
from custmap.functions.calling import guarded, same_text
from custmap.functions.inverses import inverse_of, loss_of
from custmap.invert.peel import Layer, OneWayError, Step, may_be_null, peeled, type_at
from custmap.mapping.file import ClearFile, Pair, Rule, Text
from custmap.model.clear import Clear, Send
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    Origin,
    RiderSource,
    TargetNode,
)
from custmap.schema.misfit import misfit
from custmap.values.equality import fingerprint, same
from custmap.values.numbers import scalar_text
from custmap.values.paths import Index, Member, Select, format_path
from custmap.values.types import ANY, Type

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Way:
    """How one rule reads back.

    `target`  the rule's target; `item` says that it is in an item of a list.
    `losses`  what does not come back, in a few words each.
    `why`     the reason why there is no way back; None: there is one.
    `meant`   the rule says so itself: `one_way: true`.
    `shared`  vendor values that stand for several canonical ones, of which none is said to be meant.
    """

    target: str
    span: Span
    losses: tuple[str, ...] = ()
    why: str | None = None
    meant: bool = False
    shared: tuple[Any, ...] = ()

    @property
    def verdict(self) -> str:
        if self.why is not None:
            return "one-way"
        return f"two-way with loss: {', '.join(self.losses)}" if self.losses else "two-way"


@dataclass(frozen=True, slots=True)
class Back:
    """A rule of the inverse, in parts.

    `names`   the canonical path that it fills; `rule` has it as its target.
    `losses`  as in `Way`, those of its items included.
    `is_set`  its value is a list of which order and repeats mean nothing.
    `key`     for a list with keys, the canonical path of an item's key; `items` are the rules of an item.
    """

    names: tuple[Step, ...]
    rule: Rule
    losses: tuple[str, ...] = ()
    is_set: bool = False
    key: tuple[Step, ...] | None = None
    items: tuple[Back, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of all rules of a body, the rules of the inverse, and the functions that they call."""

    ways: tuple[Way, ...]
    rules: tuple[Back, ...]
    functions: Mapping[str, FunctionSpec]


def ways_back(root: ObjectNode, record: Type, functions: Mapping[str, FunctionSpec]) -> Ways:
    """The way back of each rule below a body; `record` is the type of a customer as rules see it."""
    made = _Inverter(functions)
    rules = sorted(made.members(root, "", (), record, ""), key=_in_file)
    return Ways(tuple(made.ways), tuple(rules), made.functions)


def _in_file(rule: Back) -> tuple[bool, int, int]:
    """Rules without loss come first, then the first in the file."""
    return bool(rule.losses), rule.rule.span.line, rule.rule.span.column


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the rules of a table stand: what reads the vendor's object, and what they read of the customer.

    `prefix` leads to the table's targets, for messages.
    """

    names: tuple[Step, ...]
    type: Type
    prefix: str


class _Inverter:
    def __init__(self, known: Mapping[str, FunctionSpec]) -> None:
        self._known = known
        self.ways: list[Way] = []
        self.functions: dict[str, FunctionSpec] = {}

    # Targets

    def members(
        self, node: ObjectNode, read: str, names: tuple[Step, ...], record: Type, prefix: str
    ) -> Iterator[Back]:
        scope = _Scope(names, record, prefix)
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
        names, record = scope.names, scope.type
        presence = node.presence
        if presence is not None:
            assert isinstance(presence.origin.source, FromSource)
            own = plain_path(presence.origin.source.expression.ast)
            if own is None or any(isinstance(step, int) and step < 0 for step in own):
                for leaf in _leaves(node):
                    self._refuse(leaf, scope, "the object around it is made by an expression")
                return
            names, record = (*names, *own), type_at(record, own)
        yield from self.members(node, read, names, record, scope.prefix)

    # Rules

    def _leaf(self, leaf: Leaf, read: str, scope: _Scope) -> Iterator[Back]:
        if isinstance(leaf.origin.source, RiderSource) or leaf.origin.is_unknown or _is_fixed(leaf.origin):
            return
        if leaf.one_way:
            self._refuse(leaf, scope, "the rule says so", meant=True)
            return
        try:
            made, shared = self._turned(leaf, read, scope)
        except OneWayError as error:
            self._refuse(leaf, scope, str(error))
            return
        self.ways.append(Way(scope.prefix + leaf.target, leaf.span, made.losses, shared=shared))
        yield made

    def _refuse(self, leaf: Leaf, scope: _Scope, why: str, *, meant: bool = False) -> None:
        self.ways.append(Way(scope.prefix + leaf.target, leaf.span, why=why, meant=meant))

    def _turned(self, leaf: Leaf, read: str, scope: _Scope) -> tuple[Back, tuple[Any, ...]]:
        """The rule turned round, and the vendor's values that stand for several."""
        origin = leaf.origin
        match origin.source:
            case FirstSource():
                raise OneWayError("it has several sources")
            case EachSource():
                return self._each(leaf, origin.source, read, scope), ()
            case FromSource(expression=expression):
                layers, own = peeled(expression.ast, scope.type, self._known)
            case _:
                raise OneWayError("it reads no field")
        losses = ["default"] if origin.has_default else []
        losses += ["order"] if leaf.kind.is_set else []
        text = self._without_gone(leaf, layers, read)
        if origin.format is not None:
            text = self._unformatted(origin, text)
        pairs, shared = _turned_values(origin)
        if pairs is not None and origin.format is not None:
            put_in = [pair for pair in pairs if not isinstance(pair.left, dict | list)]
            pairs = tuple(replace(pair, left=scalar_text(pair.left)) for pair in put_in)
        null = _NULL if may_be_null(scope.type, own) else _LEFT_OUT
        rule = Rule(Text("", leaf.span), leaf.span, {}, clear=null)
        if pairs is not None and not layers:
            rule = replace(rule, values=pairs, unmapped="pass" if origin.unmapped == "pass" else "reject")
        elif pairs is not None:
            text = self._call("values", _by_table(pairs, keep=origin.unmapped == "pass"), text)
        losses += ["which of several values"] if shared else []
        losses += ["other items"] if any(isinstance(step, int) for step in own) else []
        for layer in layers:
            text = self._undone(layer, text)
            losses += [loss] if (loss := loss_of(layer.spec, layer.further)) else []
        names = (*scope.names, *own)
        rule = replace(rule, target=Text(_target(names), leaf.span), from_=Text(text, leaf.span))
        return Back(names, rule, tuple(dict.fromkeys(losses)), leaf.kind.is_set), shared

    def _each(self, leaf: Leaf, source: EachSource, read: str, scope: _Scope) -> Back:
        if leaf.origin.values is not None or leaf.origin.format is not None:
            raise OneWayError("`values` or `format` stands on a list")
        layers, own = peeled(source.expression.ast, scope.type, self._known)
        item = (source.type.items if layers else type_at(scope.type, own).items) or ANY
        prefix = f"{scope.prefix}{leaf.target}[]."
        inner = chosen(self.members(source.table.root, "", (), item.present().not_null(), prefix))
        if not inner:
            raise OneWayError(NO_ITEMS)
        losses = ["default"] if leaf.origin.has_default else []
        losses += ["order"] if leaf.kind.is_set else []
        losses += [loss for one in inner for loss in one.losses]
        names = (*scope.names, *own)
        read = self._without_gone(leaf, layers, read)
        rule = Rule(
            Text(_target(names), leaf.span),
            leaf.span,
            {},
            each=Text(read, leaf.span),
            fields=tuple(one.rule for one in inner),
            clear=_NULL if may_be_null(scope.type, own) else _LEFT_OUT,
        )
        key = _key_names(leaf, source, inner) if leaf.kind.has_items else None
        if layers:  # the list is made of something else, such as a map
            text = _listed(read, inner)
            for layer in layers:
                text = self._undone(layer, text)
                losses += [loss] if (loss := loss_of(layer.spec, layer.further)) else []
            rule, key, inner = replace(rule, each=None, fields=None, from_=Text(text, leaf.span)), None, ()
        return Back(names, rule, tuple(dict.fromkeys(losses)), leaf.kind.is_set, key, inner)

    # Steps

    def _undone(self, layer: Layer, text: str) -> str:
        undo = inverse_of(layer.spec, layer.source, layer.further)
        if undo is None:
            raise OneWayError(f"`{layer.spec.name}` has no inverse")
        if inspect.unwrap(undo) is same_text:
            return text  # the type of its place asks whether it is a text
        further = layer.further
        return self._call(layer.spec.name, lambda value: _blank_stays(undo, value, further), text)

    def _unformatted(self, origin: Origin, text: str) -> str:
        assert origin.format is not None and isinstance(origin.source, FromSource)
        head, _, tail = origin.format.partition("{}")
        kinds = origin.source.type.kinds if origin.values is None else frozenset({"string"})
        convert = next((self._known[name] for name in _SCALARS if kinds - {"null"} == {name}), None)

        def unformatted(value: Any) -> Any:
            inner = same_text(value)
            if len(inner) < len(head) + len(tail) or not (inner.startswith(head) and inner.endswith(tail)):
                raise FunctionError("does not have the rule's format")
            inner = inner[len(head) : len(inner) - len(tail)]
            return convert.call(inner) if convert is not None else inner

        return self._call("format", unformatted, text)

    def _without_gone(self, leaf: Leaf, layers: list[Layer], read: str) -> str:
        """Null where the vendor has what this rule's `clear` sends, unless a value looks like that too."""
        clear: Clear = leaf.policy.clear
        if not isinstance(clear, Send) or _may_send(leaf, clear.value, layers):
            return read
        gone = clear.value

        def without(value: Any) -> Any:
            return None if same(value, gone) else value

        def entries_without(value: Any) -> Any:
            return (
                {key: without(one) for key, one in value.items()} if type(value) is dict else without(value)
            )

        return self._call("clear", entries_without if leaf.kind.is_map else without, read)

    def _call(self, word: str, call: Callable[[Any], Any], text: str) -> str:
        """The text of a call; the function is one of the inverse alone."""
        name = f"undo_{word}"
        if name in self.functions:
            name = f"{name}_{len(self.functions)}"
        self.functions[name] = FunctionSpec(
            name=name,
            call=guarded(call),
            arguments=(Argument("value"),),
            result=ANY,
            summary="Undoes a step of a rule.",
            topic="inverse",
            can_fail=True,
        )
        return f"{name}({text})"


def _is_fixed(origin: Origin) -> bool:
    """Is the value a constant, whatever the record holds?"""
    return isinstance(origin.source, FromSource) and is_constant(origin.source.expression.ast)


NO_ITEMS: Final = "no rule of its items reads back"
_NULL: Final = ClearFile(Span("", 1, 1, 1, 1), word="send_null")
_LEFT_OUT: Final = ClearFile(Span("", 1, 1, 1, 1), word="skip")
_SCALARS: Final = ("integer", "number", "boolean")


def chosen(rules: Iterable[Back]) -> tuple[Back, ...]:
    """One rule for each place; of several, one without loss counts before one with, then the first."""
    kept: dict[tuple[Step, ...], Back] = {}
    taken = Places()
    for rule in sorted(rules, key=_in_file):
        if rule.names in kept:
            kept[rule.names] = _either(kept[rule.names], rule)
        elif not taken.overlap(rule.names):
            kept[rule.names] = rule
            taken.add(rule.names)
    return tuple(kept.values())


def _either(one: Back, other: Back) -> Back:
    """The first of two rules that speaks."""
    options = (*(one.rule.first or (replace(one.rule, clear=None),)), replace(other.rule, clear=None))
    rule = Rule(one.rule.target, one.rule.span, {}, first=options, clear=one.rule.clear)
    return replace(one, rule=rule, losses=tuple(dict.fromkeys((*one.losses, *other.losses))))


class Places:
    """Paths that are taken: is another one of them, a start of one, or inside one?"""

    def __init__(self) -> None:
        self._taken: set[tuple[Step, ...]] = set()
        self._starts: set[tuple[Step, ...]] = set()

    def add(self, names: tuple[Step, ...]) -> None:
        self._taken.add(names)
        self._starts.update(names[:end] for end in range(len(names) + 1))

    def overlap(self, names: tuple[Step, ...]) -> bool:
        return names in self._starts or any(names[:end] in self._taken for end in range(len(names)))


def _key_names(leaf: Leaf, source: EachSource, inner: tuple[Back, ...]) -> tuple[Step, ...] | None:
    """The canonical path of an item's key, if the rule of the key reads back."""
    for member in source.table.root.members:
        if isinstance(member, Leaf) and member.name == leaf.key:
            return next((one.names for one in inner if one.rule.span == member.span), None)
    return None


def _listed(read: str, rules: tuple[Back, ...]) -> str:
    """The expression of a list whose items have the members that rules give."""
    members: list[str] = []
    for one in rules:
        rule = one.rule
        if len(one.names) > 1 or rule.from_ is None or rule.values is not None:
            raise OneWayError("a rule of its items is more than an expression")
        members.append(f"{json.dumps(one.names[0])}: {rule.from_.value}")
    return f"{read}[*].{{{', '.join(members)}}}"


def _leaves(node: TargetNode) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case ObjectNode(members=members):
            for member in members:
                yield from _leaves(member)
        case ItemsNode(items=items):
            for _, item in items:
                yield from _leaves(item)


def _turned_values(origin: Origin) -> tuple[tuple[Pair, ...] | None, tuple[Any, ...]]:
    """`values` from vendor to canonical; and the vendor's values that stand for several canonical ones."""
    if origin.values is None:
        return None, ()
    silent = _silent(origin.rule)
    found: dict[Any, Pair] = {}
    shared: list[Any] = []
    for left, right in origin.values:
        if right is None or fingerprint(left) in silent:
            continue
        mark = fingerprint(right)
        if mark in found:
            shared.append(right)
        else:
            found[mark] = Pair(right, left, origin.span, origin.span)
    return tuple(found.values()), tuple(shared)


def _silent(rule: Rule | None) -> set[Any]:
    """The canonical values whose row says `back: false`."""
    return {fingerprint(pair.left) for pair in (rule.values if rule else None) or () if not pair.back}


def _by_table(pairs: tuple[Pair, ...], *, keep: bool) -> Callable[[Any], Any]:
    rows = {fingerprint(pair.left): pair.right for pair in pairs}

    def call(value: Any) -> Any:
        mark = fingerprint(value)
        if mark not in rows and not keep:
            raise FunctionError("has no row in `values`")
        return rows.get(mark, value)

    return call


def _may_send(leaf: Leaf, gone: Any, layers: list[Layer]) -> bool:
    """May the rule send for a value what its `clear` sends?"""
    origin = leaf.origin
    if gone == "" and isinstance(gone, str) and leaf.policy.empty != "value":
        return False
    if leaf.kind.is_map:
        return leaf.type is None or misfit(leaf.type, {"": gone}) is None
    if leaf.type is not None and misfit(leaf.type, gone) is not None:
        return False
    if origin.has_default and origin.values is None and same(origin.default, gone):
        return True
    if isinstance(origin.source, EachSource):
        return isinstance(gone, list)
    if origin.values is not None:
        listed = [right for _, right in origin.values]
        if origin.unmapped == "default":
            listed.append(origin.unmapped_default)
        return origin.unmapped == "pass" or any(same(one, gone) for one in listed)
    if origin.format is not None:
        head, _, tail = origin.format.partition("{}")
        return isinstance(gone, str) and gone.startswith(head) and gone.endswith(tail)
    if not layers:
        source = origin.source.type if isinstance(origin.source, FromSource) else None
        return source is not None and misfit(replace(source, format=None), gone) is None
    try:
        return same(_round(layers, gone), gone)
    except FunctionError:
        return False


def _round(layers: list[Layer], gone: Any) -> Any:
    """What the calls give for what would have given this value; FunctionError where nothing does."""
    value = gone
    for layer in layers:
        undo = inverse_of(layer.spec, layer.source, layer.further)
        if undo is None:
            raise FunctionError("cannot be undone")
        value = _blank_stays(undo, value, layer.further)
    for position, layer in enumerate(reversed(layers)):
        part = layer.spec.part if position == 0 else None
        value = layer.spec.call({part: value} if part else value, *layer.further)
    return value


def _blank_stays(undo: Callable[..., Any], value: Any, further: tuple[Any, ...]) -> Any:
    return value if value == "" and isinstance(value, str) else undo(value, *further)


# Texts


def _member(read: str, name: str) -> str:
    text = name if _IDENTIFIER.fullmatch(name) else json.dumps(name)
    return f"{read}.{text}" if read else text


def _item(read: str, segment: Index | Select) -> str:
    if isinstance(segment, Index):
        return f"{read}[{segment.position}]"
    key = _member("", segment.key)
    return f"({read}[?{key} == {_literal(segment.value)}] | [0])"


def _literal(value: Any) -> str:
    return f"`{json.dumps(value).replace('`', chr(92) + '`')}`"


def _target(names: Sequence[Step]) -> str:
    return format_path(tuple(Index(step) if isinstance(step, int) else Member(step) for step in names))
