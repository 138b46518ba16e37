"""How the rules of a file with `changes` say their values: the file's templates, or the rules' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from custmap.diagnostics.span import Span
from custmap.mapping.file import Rule
from custmap.model.changes import Says
from custmap.model.clear import Clear, Named, Operated, Write
from custmap.model.kind import Kind
from custmap.model.privacy import Privacy
from custmap.model.template import Hole, Template
from custmap.resolve.changes import Head
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.templates import Templates, as_scalar, value_type
from custmap.syntax.node import Node
from custmap.values.path_styles import path_text
from custmap.values.paths import Member, Select, TargetPath
from custmap.values.types import Type

_KEYS: Final = ("set", "add")


@dataclass(frozen=True, slots=True)
class Said:
    """How a node is said, and the type of its value where a template has it."""

    says: Says | None = None
    type: Type | None = None


class Sayings:
    """The templates of one file. `head` None: the file has no `changes`; `unread`: none that can be read."""

    def __init__(
        self, head: Head | None, templates: Templates, findings: Findings, *, unread: bool = False
    ) -> None:
        self.head = head
        self._unread = unread
        self.templates = templates
        self._findings = findings
        self._types: dict[int, Type | None] = {}
        stated = None if head is None else head.stated
        self._set = self._saying(stated.set if stated else None, "changes")
        self._add = self._saying(stated.add if stated else None, "changes")
        clear = self._clearing(stated.clear if stated else None, "changes")
        self.clear = None if clear is None or stated is None else Operated(clear, stated.fails)

    def _read(self, node: Node | None, target: str) -> Template | None:
        """A template, held against the contract; None where there is none."""
        if node is None or self.head is None:
            return None
        type_ = self.head.item_type(node, self._findings)
        template = self.templates.read(node, target, type_)
        self._types[template.number] = value_type(template, type_)
        return template

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

    def type_of(self, template: Template) -> Type | None:
        """The contract's type of the value in a template."""
        return self._types.get(template.number)

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

    def of(self, rule: Rule | None, path: TargetPath, context: Context, at: Span) -> Said:
        """How the node at `path` is said; of a leaf or a container that is sent whole."""
        for key in _KEYS if rule is not None else ():
            if rule is not None and key in rule.keys:
                self._check_key(rule.keys[key], context)
        if not self.says(context):
            return Said()
        own_set = self._saying(rule.set_item, context.target(path)) if rule is not None else None
        own_add = self._saying(rule.add_item, context.target(path)) if rule is not None else None
        set_ = own_set or self._set
        add = own_add or (own_set if own_set is not None else self._add) or set_
        if set_ is None:
            unread = self.head.stated.unread if self.head is not None else frozenset()
            if "set" not in unread and (rule is None or "set" not in rule.unread):
                help = "Write `set: {…}` in this rule, or in `changes` for all of them."
                self._findings.add("CM525", "no template says this value", at, help)
            return Said()
        always = context.always or (rule is not None and rule.always)
        type_ = self._types.get(set_.number)
        if add is not None and add.in_text and not set_.in_text:
            type_ = as_scalar(type_)
        return Said(Says(set_, add or set_, always), type_)

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

    def check(self, clear: Clear, says: Says | None, path: TargetPath, kind: Kind | None, at: Span) -> None:
        """Findings for values, and for a clear, that no item of the list can say; `kind` of a leaf."""
        if self.head is None:
            return
        self.check_form(clear, at)
        for template in {one.number: one for one in (says.set, says.add)}.values() if says else ():
            self._check_path(template, path, kind, at)
            if kind is None and template.in_text:
                help = "Write a template for it with {value} alone."
                self._findings.add("CM525", "an object or a list cannot stand in a text", at, help)
        if clear.at_place and says is None and "set" not in self.head.stated.unread:
            help = "Write `set: {…}`, which sends the value, or `clear: {item: …}`."
            self._findings.add("CM525", "no template says the value that clears", at, help)
        elif isinstance(clear, Operated):
            self._check_path(clear.template, path, kind, at)

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

    def _check_path(self, template: Template, path: TargetPath, kind: Kind | None, at: Span) -> None:
        """Can a template name the places that it is for?"""
        assert self.head is not None
        style = self.head.changes.paths
        inside: TargetPath = ()
        if kind is not None and kind.has_items:
            inside = (Select("k", "v"),)
        elif kind is not None and kind.is_map:
            inside = (Member("k"),)
        if Hole.PATH in template.holes and path_text((*path, *inside), style) is None:
            help = "Write a template for this rule that names the place in another way."
            self._findings.add("CM525", f"`paths: {style}` cannot write this place", at, help)
            return
        telling = {Hole.PATH, Hole.NAME, *([Hole.VALUE] if kind is not None and kind.has_items else ())}
        if inside and template.holes.isdisjoint(telling):
            help = "Use {name} or {path}."
            self._findings.add("CM525", "the template does not tell which entry or item is meant", at, help)
