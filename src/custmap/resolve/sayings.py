"""How the rules of a file with `changes` say their values: the file's templates, or the rules' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from custmap.diagnostics.span import Span
from custmap.expressions.suggestions import phrase
from custmap.mapping.file import Rule
from custmap.model.changes import Says
from custmap.model.clear import IMPOSSIBLE, Clear, Named, Operated, Send, Write
from custmap.model.filling import Filling, unsayable
from custmap.model.kind import Kind
from custmap.model.privacy import Privacy
from custmap.model.template import Hole, Template
from custmap.resolve.changes import Head
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.template_types import value_type
from custmap.resolve.templates import Templates
from custmap.resolve.told_names import ToldNames
from custmap.schema.combine import meet
from custmap.syntax.node import Node
from custmap.values.path_styles import DOTTED, path_text
from custmap.values.paths import Member, Select, TargetPath, name_of
from custmap.values.types import ANY, Type

_KEYS: Final = ("set", "add")


class Sayings:
    """The templates of one file. `head` None: the file has no `changes`; `unread`: none that can be read."""

    def __init__(
        self, head: Head | None, templates: Templates, findings: Findings, *, unread: bool = False
    ) -> None:
        self.head = head
        self._unread = unread
        self.templates = templates
        self.names = ToldNames(findings)
        self._findings = findings
        stated = None if head is None else head.stated
        self._set = self._saying(stated.set if stated else None, "changes")
        self._add = self._saying(stated.add if stated else None, "changes")
        clear = self._clearing(stated.clear if stated else None, "changes")
        self.clear = None if clear is None or stated is None else Operated(clear, stated.fails)

    def _read(self, node: Node | None, target: str) -> Template | None:
        """A template, held against the contract; None where there is none."""
        if node is None or self.head is None:
            return None
        types = self.head.item_types(node, self._findings)
        return self.templates.read(node, target, types, self.head.variants.by)

    def _saying(self, node: Node | None, target: str) -> Template | None:
        """A template that says a value."""
        template = self._read(node, target)
        if template is not None and not self.templates.says_value(template):
            self._findings.add("CM525", "the template does not say the value", template.span, "Use {value}.")
        return template

    def _clearing(self, node: Node | None, target: str) -> Template | None:
        """A template that says that a value is gone."""
        template = self._read(node, target)
        if template is not None and Hole.VALUE in template.holes:
            help = "Write `null` in its place, or leave it out."
            self._findings.add("CM524", "what is cleared has no {value}", template.span, help)
        return template

    def item(self, node: Node, target: str) -> Template | None:
        """The template of an item that came or went, for the file's list."""
        return self._read(node, target)

    def says(self, context: Context) -> bool:
        """Is a change in this place an item of its own?"""
        inside = context.item or context.replaced
        return self.head is not None and context.part == "body" and not inside

    def tells(self, context: Context) -> bool:
        """Is a change in this place told by an item of the list, its own or that of a container around?"""
        return self.head is not None and context.part == "body" and not context.item

    def type_of(self, says: Says | None, path: TargetPath, kind: Kind | None) -> Type | None:
        """The contract's type of a value, or of an entry or item of it; None: nothing is known.

        `kind` is that of a rule's value, None: what the node at `path` has is a container of rules.
        """
        found = None if says is None else value_type(says.templates, self._texts_of(path, kind))
        return found if found is not None and found.limited else None

    def of_container(
        self, rule: Rule | None, path: TargetPath, context: Context, at: Span, clear: Clear | None
    ) -> Says | None:
        """How the container at `path` is said that is sent whole, or cleared by a value."""
        if not path:
            return None
        return self.check(clear or IMPOSSIBLE, self.of(rule, path, context, at), path, None, at)

    def container_type(
        self, says: Says | None, type_: Type | None, path: TargetPath, kind: str, at: Span
    ) -> Type | None:
        """The type of a container, `kind`: the copy's `type_`, and what the contract asks in a template."""
        told = self.type_of(says, path, None)
        if says is None or told is None or any(one.in_text for one in says.templates):
            return type_
        if kind in told.kinds:
            return meet(type_ or ANY, told)
        stands = phrase(Type(kinds=frozenset({kind})))
        allowed = f"The contract allows {phrase(told.not_null())} in its place."
        self._findings.add("CM527", f"the template has {stands} here", at, allowed)
        return type_

    def _texts_of(self, path: TargetPath, kind: Kind | None) -> dict[Hole, str]:
        """The texts of all that a rule says: none where each entry or item has its own."""
        return {} if kind is not None and (kind.is_map or kind.has_items) else self.texts(path)

    @property
    def _style(self) -> str:
        return DOTTED if self.head is None else self.head.changes.paths

    def texts(self, path: TargetPath) -> dict[Hole, str]:
        """The name and the path of a rule, as templates write them."""
        text = path_text(path, self._style)
        return {Hole.NAME: name_of(path)} | ({} if text is None else {Hole.PATH: text})

    def cleared(self, node: Node, target: str) -> Clear | None:
        """A rule's own `clear: {item: …}`; None and a finding in a file without `changes`."""
        if self.head is None:
            self._wrong(node.span)
            return None
        template = self._clearing(node, target)
        return None if template is None else Operated(template, self.head.stated.fails)

    def _wrong(self, span: Span) -> None:
        if self._unread:
            return
        help = "Write `changes: {into: …}` at the head, or remove it."
        self._findings.add("CM207", "this is for files with `changes`", span, help)

    def of(self, rule: Rule | None, path: TargetPath, context: Context, at: Span) -> Says | None:
        """How the node at `path` is said; of a leaf or a container that is sent whole."""
        for key in _KEYS if rule is not None else ():
            if rule is not None and key in rule.keys:
                self._check_key(rule.keys[key], context)
        if not self.says(context):
            return None
        own_set = self._saying(rule.set_item, context.target(path)) if rule is not None else None
        own_add = self._saying(rule.add_item, context.target(path)) if rule is not None else None
        set_ = own_set or self._set
        add = own_add or (own_set if own_set is not None else self._add) or set_
        if set_ is None:
            unread = self.head.stated.unread if self.head is not None else frozenset()
            if "set" not in unread and (rule is None or "set" not in rule.unread):
                help = "Write `set: {…}` in this rule, or in `changes` for all of them."
                self._findings.add("CM525", "no template says this value", at, help)
            return None
        always = context.always or (rule is not None and rule.always)
        return Says(set_, add or set_, always)

    def _check_key(self, span: Span, context: Context) -> None:
        if self.head is None:
            self._wrong(span)
        elif context.part != "body" or context.item or context.replaced:
            self._findings.add(
                "CM526",
                "this is part of something that is sent whole, so no item of its own says it",
                span,
                "Remove it, or write it at the container.",
            )

    def check(
        self, clear: Clear, says: Says | None, path: TargetPath, kind: Kind | None, at: Span
    ) -> Says | None:
        """Findings for values, and for a clear, that no item of the list can say; `kind` of a leaf.

        Returns how it is said, with what the contract asks of a single value.
        """
        if self.head is None:
            return says
        self.check_form(clear, at)
        for template in says.templates if says else ():
            self.check_path(template, path, kind, at)
            if isinstance(clear, Send) and kind is not None and kind.is_one:
                filled = {**self.texts(path), Hole.VALUE: clear.value}
                self._check_filled(template, filled, "the value that clears", at)
            if kind is None and template.in_text:
                help = "Write a template for it with {value} alone."
                self._findings.add("CM525", "an object or a list cannot stand in a text", at, help)
        if clear.at_place and says is None and "set" not in self.head.stated.unread:
            help = "Write `set: {…}`, which sends the value, or `clear: {item: …}`."
            self._findings.add("CM525", "no template says the value that clears", at, help)
        elif isinstance(clear, Operated):
            self.check_path(clear.template, path, kind, at)
        if says is None:
            return None
        texts, keys = self.texts(path), kind is not None and not kind.is_one
        others = [self.names.of(one, texts, at, clears=False, keys=keys) for one in says.templates]
        if kind is None or keys:
            return replace(says, others=tuple(one for one in others if one is not None))
        parts = tuple(part for one in says.templates for part in one.parts if Hole.VALUE in part.holes)
        if not parts:
            return says
        return replace(says, filling=Filling(parts, texts[Hole.NAME], texts.get(Hole.PATH, "")))

    def hidden(self, privacy: Privacy, says: Says | None, at: Span) -> Privacy:
        """The privacy of a node; a finding for a secret in what is an item, which could not be hidden."""
        if says is not None and privacy.secrets:
            message = "a secret in an item could not be hidden where the request is shown"
            self._findings.add("CM524", message, at, "Send it in a header or at its own place.")
        return privacy

    def check_form(self, clear: Clear, at: Span) -> None:
        """A finding for a clear that writes elsewhere in the body."""
        if self.head is not None and isinstance(clear, Named | Write):
            help = "Write `clear: {item: …}`, or a value that `set` sends."
            self._findings.add("CM525", "a list of changes has no place for this", at, help)

    def _check_filled(self, template: Template, filling: Mapping[Hole, Any], what: str, at: Span) -> None:
        """A finding where the contract does not allow what something makes of a template."""
        if reason := unsayable(template.parts, filling):
            help = "Write a template for this rule that fits."
            self._findings.add("CM527", f"{what} {reason}", at, help)

    def check_path(self, template: Template, path: TargetPath, kind: Kind | None, at: Span) -> None:
        """Can a template name the places that it is for?"""
        style = self._style
        inside: TargetPath = ()
        if kind is not None and kind.has_items:
            inside = (Select("k", "v"),)
        elif kind is not None and kind.is_map:
            inside = (Member("k"),)
        if Hole.PATH in template.holes and path_text((*path, *inside), style) is None:
            help = "Write a template for this rule that names the place in another way."
            self._findings.add("CM525", f"`paths: {style}` cannot write this place", at, help)
            return
        if kind is None or kind.is_one:
            self._check_filled(template, self.texts(path), "the name or path of this rule", at)
        telling = {Hole.PATH, Hole.NAME, *([Hole.VALUE] if kind is not None and kind.has_items else ())}
        if inside and template.holes.isdisjoint(telling):
            help = "Use {name} or {path}."
            self._findings.add("CM525", "the template does not tell which entry or item is meant", at, help)
