"""Templates that tell places apart by their names: no two rules make the same item."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.diagnostics.span import Span
from custmap.model.template import Hole, Template, Tree
from custmap.resolve.findings import Findings

_APART: Final = "Use {path} in the template, or give one of the rules a template of its own."


class ToldNames:
    """The names that rules put in their templates. A template with a path in it names its place by that."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._spans: dict[Tree, dict[str, Span]] = {}
        self._names: dict[Tree, set[str]] = {}
        self._keys: dict[Tree, Span] = {}

    def of(self, template: Template, name: str | None, at: Span) -> Collection[str] | None:
        """A rule's own name is put in a template; None: the keys of its entries or items are.

        Returns the names that other rules put there, once all are read; None for a rule's own name, and where
        a path tells places apart.
        """
        if Hole.PATH in template.holes or (name is None and Hole.NAME not in template.holes):
            return None
        names = self._names.setdefault(template.tree, set())
        if name is None:
            self._add_keys(template.tree, at)
            return names
        name = name if Hole.NAME in template.holes else ""
        names.add(name)
        other = self._spans.setdefault(template.tree, {}).setdefault(name, at)
        if other != at:
            message = "another rule makes the same item, so the vendor cannot tell which of the two is meant"
            self._findings.add("CM507", message, at, _APART, notes=[Note(other, "the other rule")])
        return None

    def _add_keys(self, tree: Tree, at: Span) -> None:
        other = self._keys.setdefault(tree, at)
        if other != at:
            message = "the keys of another rule make such items, too: the vendor cannot tell equal ones apart"
            notes = [Note(other, "the other rule")]
            self._findings.add("CM507", message, at, _APART, notes=notes, severity=Severity.WARNING)

    def check(self) -> None:
        """Warnings for names that may be keys, too: such a key is rejected."""
        for tree, keys in self._keys.items():
            for span in self._spans.get(tree, {}).values():
                message = "keys make such items, too: one that is this name is rejected"
                notes = [Note(keys, "the keys")]
                self._findings.add("CM507", message, span, _APART, notes=notes, severity=Severity.WARNING)
