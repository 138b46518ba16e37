"""What a mapping reads of the vendor's answers: the paths of `response`, and the copy that rules read back.

A path is walked in the types of all answers together, as the checks of `response` do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from custmap.check.documented import documented
from custmap.contract.contract import step
from custmap.diagnostics.span import Span
from custmap.expressions.infer import infer
from custmap.expressions.inference import Inference
from custmap.expressions.parse import ExpressionError, parse
from custmap.invert.ways import ways_back
from custmap.mapping.file import Rule, Text
from custmap.model.checked import Checked
from custmap.model.nodes import Leaf
from custmap.model.walkers import leaves
from custmap.review.drift_met import known_words
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode
from custmap.values.paths import Index, Member, TargetPath
from custmap.values.types import ANY, INTEGER, NEVER, OBJECT, Type

_ITEM: Final = Index(0)
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Read:
    """A place of an answer's body that the mapping reads.

    `rule`  the target of a rule of the body that reads it back; None: an expression of `response` does.
    `known` the vendor's values that this rule knows; None: it takes any.
    `made`  what the expression makes of all that it reads.
    """

    span: Span
    path: TargetPath
    rule: str | None = None
    known: frozenset[Any] | None = None
    made: Type = field(default=ANY, compare=False)


def reads(checked: Checked) -> Iterator[Read]:
    """All places of the answer's body that a mapping with one operation reads."""
    node = checked.file.response
    if node is None:
        return
    body = documented(checked.operation.contract)
    both = frozenset({"status", "body"})
    answer = replace(OBJECT, members={"status": INTEGER, "body": body}, extra=NEVER, required=both)
    reader = _Reader(checked)
    for key in ("ok", "failed", "retry", "applied"):
        yield from reader.read(node.get(key), answer, ())[2]
    yield from reader.copy(node.get("customer"), answer, ())
    for key in ("errors", "warnings"):
        yield from reader.messages(node.get(key), answer, ())
    results = node.get("results")
    if isinstance(results, MapNode):
        item, at, found = reader.read(results.get("each"), answer, ())
        yield from found
        if at is not None:
            scope, inner = _items(item), (*at, _ITEM)
            yield from reader.read(results.get("ok"), scope, inner)[2]
            yield from reader.copy(results.get("customer"), scope, inner)
            yield from reader.messages(results.get("errors"), scope, inner)


def _items(type_: Type) -> Type:
    return (type_.items or ANY).present().not_null()


@dataclass(frozen=True, slots=True)
class _Reader:
    """`at` is the place of an expression's scope in `{status, body}`."""

    checked: Checked

    def read(
        self, node: Node | None, scope: Type, at: TargetPath
    ) -> tuple[Type, TargetPath | None, list[Read]]:
        """The type of an expression, the place that it stands for, and what it reads."""
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            return ANY, None, []
        return self.expression(Text(node.value, node.span), scope, at)

    def expression(
        self, text: Text, scope: Type, at: TargetPath
    ) -> tuple[Type, TargetPath | None, list[Read]]:
        try:
            found: Inference = infer(
                parse(text.value), scope, self.checked.functions, scope_name="the answer"
            )
        except ExpressionError:
            return ANY, None, []
        paths = [(*at, *map(_segment, one.path)) for one in found.reads]
        told = [Read(text.span, path[1:], made=found.type) for path in paths if path[:1] == (Member("body"),)]
        return found.type, paths[0] if paths else None, told

    def messages(self, node: Node | None, scope: Type, at: TargetPath) -> Iterator[Read]:
        """`{each, field, code, message}`, or a list of them."""
        for one in node.items if isinstance(node, ListNode) else (node,):
            if not isinstance(one, MapNode):
                continue
            item, inner = scope, at
            if one.get("each") is not None:
                given, place, found = self.read(one.get("each"), scope, at)
                yield from found
                if place is None:
                    continue
                item, inner = _items(given), (*place, _ITEM)
            for key in ("field", "code", "message", "retry", "item", "key"):
                yield from self.read(one.get(key), item, inner)[2]

    def copy(self, node: Node | None, scope: Type, at: TargetPath) -> Iterator[Read]:
        """The vendor's copy, what `fields` reads of it, and what rules of the body read back."""
        if node is None or self.checked.canonical.entry is not None:
            return
        type_, place, found = self.read(node, scope, at)
        yield from found
        if place is None:
            return
        for rule in self.checked.operation.answer.fields:
            yield from self._rule(rule, type_.present().not_null(), place)
        if place[:1] != (Member("body"),):
            return
        back = {way.span for way in ways_back(self.checked).ways if way.why is None}
        for leaf in leaves(self.checked.operation.body):
            if leaf.span in back:
                yield Read(_target(leaf), (*place[1:], *leaf.path), leaf.target, known_words(leaf.origin))

    def _rule(self, rule: Rule, scope: Type, at: TargetPath) -> Iterator[Read]:
        given, inner = scope, at
        text = rule.from_ or rule.each
        if text is not None:
            given, place, found = self.expression(text, scope, at)
            yield from found
            if place is None:
                return
            given, inner = (_items(given), (*place, _ITEM)) if rule.each is not None else (given, place)
        for inside in rule.fields or ():
            yield from self._rule(inside, given.present().not_null(), inner)
        for option in rule.first or ():
            yield from self._rule(option, scope, at)


def _segment(part: str | int) -> Member | Index:
    return _ITEM if part == "*" or isinstance(part, int) else Member(part)


def _target(leaf: Leaf) -> Span:
    return leaf.origin.rule.target.span if leaf.origin.rule is not None else leaf.span


def type_at(body: Type, path: TargetPath) -> Type | None:
    """The type at a place of an answer's body; `ANY` where nothing is known, None where no answer has it."""
    type_: Type | None = body
    for segment in path:
        if type_ is None:
            return None
        type_ = step(type_, segment)
        if type_ is None or not type_.kinds:
            return None
    return type_


def is_list_of_values(type_: Type) -> bool:
    """Is what stands in a list read with it? Objects in it are read by expressions of their own."""
    return (
        type_.items is not None and bool(type_.items.kinds & _SCALARS) and "object" not in type_.items.kinds
    )
