"""Templates as written: texts with holes, parameters, literals; held against the type of the item."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

from custmap.diagnostics.span import Span
from custmap.expressions.suggestions import phrase
from custmap.mapping.file import Rule, Text
from custmap.mapping.read import read_rule
from custmap.model.kind import Kind
from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.resolve.findings import Findings, meant
from custmap.schema.misfit import misfit
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.numbers import scalar_text
from custmap.values.types import Type

_PARTS: Final = re.compile(r"\{\{|\{([^{}]*)\}?|[^{]+")
_RIDER: Final = frozenset({"param", "format", "values", "unmapped", "default"})
"""The keys of a parameter in a template."""
_NAMED: Final = frozenset({"from", "identity", "format", "values", "unmapped"})
"""The keys of what names the customer in a template."""
_SHOWN: Final = 12
_NAMES: Final = [hole.value for hole in Hole]
SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})


@dataclass(frozen=True, slots=True)
class Naming:
    """A rule in a template that names the customer, and the contract's type of its value."""

    rule: Rule
    type: Type | None
    stated: Any


@dataclass(frozen=True, slots=True)
class Templates:
    """Reads the templates of one mapping.

    `rider`   adds a parameter with its type, and gives its index.
    `secret`  the names of secret parameters.
    `closed`  a member that the contract does not list is wrong.
    `named`   the rules in templates that name the customer, each once.
    `misread` the numbers of templates of which a part cannot be read.
    """

    rider: Callable[[Rule, str, Type | None], int]
    secret: Collection[str]
    closed: bool
    findings: Findings
    numbers: Iterator[int] = field(default_factory=count)
    named: list[Naming] = field(default_factory=list)
    misread: set[int] = field(default_factory=set)

    def read(self, node: Node, target: str, type_: Type | None) -> Template:
        """The template of a rule's target; `type_` is the contract's of the item."""
        known = len(self.findings.all)
        template = Template(self._tree(node, target, type_), node.span, next(self.numbers))
        if any(one.code == "CM524" for one in self.findings.all[known:]):
            self.misread.add(template.number)
        return template

    def says_value(self, template: Template) -> bool:
        """Has a template the value, as far as it can be read?"""
        return Hole.VALUE in template.holes or template.number in self.misread

    def _tree(self, node: Node, target: str, type_: Type | None) -> Tree:
        match node:
            case ScalarNode(str() as text):
                filled = self._filled(text, node.span)
                self._check_text(filled, type_, node.span)
                return filled
            case ScalarNode(value):
                self._check(value, type_, node.span)
                return value  # type: ignore[return-value]  # texts are above
            case ListNode(items):
                self._check([], type_, node.span)
                inner = None if type_ is None else type_.items
                return Row(tuple(self._tree(item, target, inner) for item in items))
            case MapNode():
                keys = {key.value for key, _ in node}
                if "param" in keys and keys <= _RIDER:
                    return self._ridden(node, target, type_)
                if "from" in keys and keys <= _NAMED:
                    return self._naming(node, target, type_)
                return self._branch(node, target, type_)

    def _branch(self, node: MapNode, target: str, type_: Type | None) -> Tree:
        if type_ is not None and type_.known and "object" not in type_.kinds:
            self._check({}, type_, node.span)
            type_ = None
        entries: list[tuple[Filled, Tree]] = []
        for key, value in node:
            filled = self._filled(scalar_text(key.value or ""), key.span)
            held = self._member(filled, type_, key)
            entries.append((filled, self._tree(value, filled.text or target, held)))
        names = {filled.text for filled, _ in entries}
        for name in sorted((type_.asked if type_ is not None else frozenset()) - names):
            if None not in names:
                message = f"the contract requires `{name}` here"
                self.findings.add("CM527", message, node.span, f"Add `{name}`.")
        return Branch(tuple(entries))

    def _member(self, key: Filled, type_: Type | None, at: ScalarNode) -> Type | None:
        if type_ is None or key.text is None:
            return None if type_ is None else type_.extra
        found = type_.member(key.text)
        never = found is not None and not found.kinds
        if never or (found is None and type_.members and self.closed):
            message = f"the contract has no `{key.text}` here"
            self.findings.add("CM527", message, at.span, meant(key.text, type_.members))
            return None
        return found

    def _check(self, value: Any, type_: Type | None, span: Span) -> None:
        bare = None if type_ is None else replace(type_, required=frozenset(), min_items=None)
        if bare is not None and (reason := misfit(bare, value)):
            self.findings.add("CM527", f"this {reason}", span, _listed(bare))

    def _check_text(self, filled: Filled, type_: Type | None, span: Span) -> None:
        if filled.text is not None:
            self._check(filled.text, type_, span)
        elif filled.parts != (Hole.VALUE,) and type_ is not None and "string" not in type_.kinds:
            message = f"this is a text, and the contract allows {phrase(type_.not_null())}"
            self.findings.add("CM527", message, span)

    def _ridden(self, node: MapNode, target: str, type_: Type | None) -> Tree:
        rule = read_rule(ScalarNode(target, node.span), node)
        if rule.param is not None and rule.param.value in self.secret:
            message = "a secret in an item could not be hidden where the request is shown"
            self.findings.add("CM524", message, rule.param.span, "Send it in a header or at its own place.")
        return Ridden(self.rider(rule, target, type_))

    def _naming(self, node: MapNode, name: str, type_: Type | None) -> Tree:
        """What names the customer: the same rule, in whatever templates, is one."""
        stated = plain(node)
        found = [number for number, one in enumerate(self.named) if one.stated == stated]
        if not found:
            names = {one.rule.target.value for one in self.named}
            free = next(f"{name}{suffix or ''}" for suffix in count() if f"{name}{suffix or ''}" not in names)
            self.named.append(Naming(read_rule(ScalarNode(free, node.span), node), type_, stated))
        return Ridden(-1 - (found[0] if found else len(self.named) - 1))

    def _filled(self, text: str, span: Span) -> Filled:
        parts: list[str | Hole] = []
        for found in _PARTS.finditer(text):
            whole, name = found.group(), found.group(1)
            if name is not None and whole.endswith("}") and name in _NAMES:
                parts.append(Hole(name))
                continue
            if name is not None:
                help = meant(name, _NAMES) or "Write `{{` for a brace."
                span = Text(text, span).inside(found.start(), len(whole))
                self.findings.add("CM524", "a template knows {value}, {path} and {name}", span, help)
            said = "{" if whole == "{{" else whole
            if parts and not isinstance(parts[-1], Hole):
                parts[-1] += said
            else:
                parts.append(said)
        return Filled(tuple(parts))


def _listed(type_: Type) -> str | None:
    """The help for a text that is not one of the values that the contract lists."""
    words = [str(word) for word in type_.enum or () if word is not None]
    return (
        f"The contract lists {', '.join(f'`{word}`' for word in words)}."
        if 0 < len(words) <= _SHOWN
        else None
    )


def value_type(template: Template, type_: Type | None) -> Type | None:
    """The type of the value in a template for an item of this type.

    It is the contract's where the value stands as it is, and a scalar where it stands in a text or a key.
    """
    found = next(_of_value(template.tree, type_), None)
    return as_scalar(found) if template.in_text else found


def as_scalar(type_: Type | None) -> Type:
    """A type of which only single values can be."""
    return Type(kinds=SCALARS) if type_ is None else replace(type_, kinds=type_.kinds & SCALARS)


def sent_type(type_: Type, kind: Kind, source: Type) -> Type:
    """The type of a rule's value; `type_` is what a template has of a member, an entry or an item of it."""
    if kind.has_items:
        return Type(kinds=frozenset({"array"}), items=type_)
    if kind.is_deep and source.only("object") and source.members:
        members = {name: sent_type(type_, kind, source.members[name]) for name in source.members}
        return Type(kinds=frozenset({"object"}), members=members)
    is_map = kind.is_flat or (kind.is_deep and source.only("object"))
    return Type(kinds=frozenset({"object"}), extra=type_) if is_map else type_


def _of_value(tree: Tree, type_: Type | None) -> Iterator[Type]:
    """The types of the places in a template where the value stands as it is."""
    if type_ is None:
        return
    match tree:
        case Filled((Hole.VALUE,)):
            yield type_
        case Branch(entries):
            for key, inner in entries:
                if key.text is not None:
                    yield from _of_value(inner, type_.member(key.text))
        case Row(items):
            for inner in items:
                yield from _of_value(inner, type_.items)
