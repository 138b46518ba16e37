"""One table of an inverse, compiled: the rules that read a vendor's copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from custmap.back.laying import lay
from custmap.border.quick import require_text
from custmap.codegen.define import Functions
from custmap.diagnostics.span import Span
from custmap.invert.invert import Tree
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.model.walkers import leaves
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, TargetPath, found_at


class Layer:
    """One table of the inverse, compiled."""

    def __init__(self, checked: Checked, tree: Tree) -> None:
        self.code = Functions(checked, checked.operation)
        self._rules = tuple(leaves(checked.operation.body))
        self.tree = tree

    @cached_property
    def quick(self) -> Callable[[Any], dict[str, Any]]:
        """What the layer reads from a document in which nothing is unusual; any exception if something is."""
        apply = self.code.apply

        def quick(document: Any) -> dict[str, Any]:
            read: dict[str, Any] = apply(document, ())[0]
            require_text(read)
            return read

        return quick

    def carefully(self, document: Any, notes: list[Note]) -> dict[str, Any]:
        """What it reads from any document, with notes about what cannot be read."""
        parts, draft = self.code.carefully(document, ())
        notes += [Note(one.place, f"cannot be read: {one.message}", one.span) for one in draft.rejected]
        return {} if parts is None else parts[0]

    def apart(self, part: dict[str, Any], read: dict[str, Any]) -> Iterator[tuple[Span, dict[str, Any]]]:
        """The rules that read something else than was read in the end."""
        for rule in self._rules:
            if found_at(part, rule.path) is not ABSENT:
                own = lay(read, _alone(part, rule.path), self.tree)
                if not same(own, read):
                    yield rule.span, own

    def takes_name(self, read: dict[str, Any]) -> bool:
        """Is the name among what it read, and read as a whole?"""
        return "name" in read and not self.tree.members["name"].members


def _alone(part: Any, path: TargetPath) -> Any:
    """What was read, with nothing but what is at a path."""
    if not path:
        return part
    if isinstance(path[0], Index):
        return [{}] * path[0].position + [_alone(part[path[0].position], path[1:])]
    assert isinstance(path[0], Member)
    return {path[0].name: _alone(part[path[0].name], path[1:])}
