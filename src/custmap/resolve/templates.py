"""Templates as written: texts with holes, parameters, literals; held against the type of the item."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import count
from typing import Any, Final

from msgspec import Struct, field

from custmap.contract.variants import Discriminator
from custmap.diagnostics.span import Span
from custmap.expressions.suggestions import phrase
from custmap.mapping.file import Rule, Text
from custmap.mapping.read_rules import read_rule
from custmap.model.template import Branch, Filled, Hole, Ridden, Row, Template, Tree
from custmap.resolve.findings import Findings, meant
from custmap.resolve.template_types import names_of, parts_named, parts_of, whole_part
from custmap.schema.combine import join
from custmap.schema.misfit import misfit
from custmap.syntax.node import ListNode, MapNode, Node, ScalarNode, plain
from custmap.values.numbers import scalar_text
from custmap.values.types import ANY, Type

_PARTS: Final = re.compile(r"\{\{|\{([^{}]*)\}?|[^{]+")
_RIDER: Final = frozenset({"param", "format", "values", "unmapped", "default"})
"""The keys of a parameter in a template."""
_NAMED: Final = frozenset({"from", "identity", "format", "values", "unmapped"})
"""The keys of what names the customer in a template."""
_SHOWN: Final = 12
_NAMES: Final = [hole.value for hole in Hole]


class Naming(Struct, frozen=True):
    """A rule in a template that names the customer, and the contract's type of its value."""

    rule: Rule
    type: Type | None
    stated: Any


class Templates(Struct, frozen=True):
    """Reads the templates of one mapping.

    `rider`   adds a parameter with its type, and whether it is required, and gives its index.
    `secret`  the names of secret parameters.
    `closed`  a member that the contract does not list is wrong.
    `named`   the rules in templates that name the customer, each once.
    `misread` the numbers of templates of which a part cannot be read.
    """

    rider: Callable[[Rule, str, Type | None, bool], int]
    secret: Collection[str]
    closed: bool
    findings: Findings
    numbers: Iterator[int] = field(default_factory=count)
    named: list[Naming] = field(default_factory=list)
    misread: set[int] = field(default_factory=set)

    def read(
        self, node: Node, target: str, types: tuple[Type, ...], by: Discriminator | None = None
    ) -> Template:
        """The template of a rule's target; `types` are those that the item may have, none: it is not known.

        `by`  the member whose text names the type of the item, and the types by that text.
        """
        known = len(self.findings.all)
        type_ = join(*types) if types else None
        tree = self._tree(node, target, type_)
        item = whole_part(tree, types or (ANY,))
        parts = list(parts_of(tree, type_, closed=self.closed))
        if len(types) > 1:
            parts.append(item)
        if by is not None:
            parts += parts_named(tree, *by)
        template = Template(tree, node.span, next(self.numbers), type_, item, tuple(parts))
        if any(one.code == "CM524" for one in self.findings.all[known:]):
            self.misread.add(template.number)
        return template

    def says_value(self, template: Template) -> bool:
        """Has a template the value, as far as it can be read?"""
        return Hole.VALUE in template.holes or template.number in self.misread

    def _tree(self, node: Node, target: str, type_: Type | None, *, required: bool = False) -> Tree:
        match node:
            case ScalarNode(str() as text):
                filled = self._filled(text, node.span)
                self._check_text(filled, type_, node.span)
                return filled
            case ScalarNode(value):
                self._check(value, type_, node.span)
                return value  # type: ignore[return-value]  # texts are above
            case ListNode(items):
                self._check_list(len(items), type_, node.span)
                inner = None if type_ is None else type_.items
                return Row(tuple(self._tree(item, target, inner) for item in items))
            case MapNode():
                keys = {key.value for key, _ in node}
                if "param" in keys and keys <= _RIDER:
                    return self._ridden(node, target, type_, required)
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
            required = type_ is not None and filled.text in type_.asked
            entries.append((filled, self._tree(value, filled.text or target, held, required=required)))
        names = {filled.text for filled, _ in entries}
        for name in sorted((type_.asked if type_ is not None else frozenset()) - names):
            if None not in names:
                message = f"the contract requires `{name}` here"
                self.findings.add("CM527", message, node.span, f"Add `{name}`.")
        return Branch(tuple(entries))

    def _member(self, key: Filled, type_: Type | None, at: ScalarNode) -> Type | None:
        if type_ is None or key.text is None:
            return None if type_ is None or type_.members else type_.extra
        found = type_.member(key.text)
        if key.text not in (names_of(type_, closed=self.closed) or {key.text}):
            message = f"the contract has no `{key.text}` here"
            self.findings.add("CM527", message, at.span, meant(key.text, type_.members))
            return None
        if found is not None and found.read_only:
            message = f"`{key.text}` is read-only in the contract: the vendor sets it"
            self.findings.add("CM310", message, at.span, "Remove it from the template.")
        return found

    def _check_list(self, count: int, type_: Type | None, span: Span) -> None:
        """A list with so many items, whatever they are."""
        bare = None if type_ is None else replace(type_, items=None, unique_items=False, enum=None)
        if bare is not None and (reason := misfit(bare, [None] * count)):
            self.findings.add("CM527", f"this {reason}", span)

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

    def _ridden(self, node: MapNode, target: str, type_: Type | None, required: bool) -> Tree:
        rule = read_rule(ScalarNode(target, node.span), node)
        if rule.param is not None and rule.param.value in self.secret:
            message = "a secret in an item could not be hidden where the request is shown"
            self.findings.add("CM524", message, rule.param.span, "Send it in a header or at its own place.")
        return Ridden(self.rider(rule, target, type_, required))

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
            parts.append("{" if whole == "{{" else whole)
        return Filled(tuple(parts)).filled({})


def _listed(type_: Type) -> str | None:
    """The help for a text that is not one of the values that the contract lists."""
    words = [str(word) for word in type_.enum or () if word is not None]
    return (
        f"The contract lists {', '.join(f'`{word}`' for word in words)}."
        if 0 < len(words) <= _SHOWN
        else None
    )
