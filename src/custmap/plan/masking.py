"""The names of what a request sets or clears, for vendors who replace what a mask names and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from custmap.codegen.define import Part, Parts
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.model.checked import Operation
from custmap.model.clear import Write
from custmap.model.mask import Mask
from custmap.model.nodes import Leaf, ObjectNode, TargetNode
from custmap.model.walkers import child_at, children, leaves
from custmap.running.draft import Draft
from custmap.running.own import in_name_order
from custmap.running.requests import put
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, TargetPath, format_path, found_at
from custmap.values.unusual import Unusual


class Masking:
    """Fills the mask of one operation's requests."""

    def __init__(self, operation: Operation, mask: Mask) -> None:
        self._mask = mask
        self._body = operation.body
        parameter = operation.contract.parameter("query", mask.query) if mask.query is not None else None
        self._required = parameter is not None and parameter.required
        self._named: dict[Span, str | None] = {}
        """The name of each rule; None where each entry has one."""
        self._written: dict[Span, set[str]] = {}
        """The names of what is written where a rule is cleared."""
        self._always: list[Leaf] = []
        self._add(operation.body, always=False)

    def _add(self, node: TargetNode, *, always: bool) -> None:
        if isinstance(node, Leaf | ObjectNode) and node.path:
            name = self._name(node.path)
            entries = isinstance(node, Leaf) and node.kind.is_map and name == format_path(node.path)
            self._named[node.span] = None if entries else name
            always = always or node.policy.always
            if isinstance(node.policy.clear, Write):
                self._written[node.span] = {self._name(place) for place in node.policy.clear.places}
        if isinstance(node, Leaf) and always and not node.policy.identity:
            self._always.append(node)
        for one in children(node):
            self._add(one, always=always)

    @cached_property
    def _places(self) -> tuple[dict[str, str], dict[str, TargetPath]]:
        """The names of what rules fill: those of members of the body, and others with their places."""
        places = {self._place(leaf.path) for leaf in leaves(self._body) if not leaf.policy.identity}
        members = {place[0].name: format_path(place) for place in places if len(place) == 1}  # type: ignore[union-attr]
        return members, {format_path(place): place for place in places if len(place) > 1}

    def filled_plainly(self, body: dict[str, Any], query: Part) -> Part:
        """The query of a request that says what stands in its body, of an operation that `is_masked_plainly`.

        Unusual for a request that names nothing, or of which the names stand in the body.
        """
        members, places = self._places
        names = [members[name] for name in body if name in members]
        names += [name for name, place in places.items() if found_at(body, place) is not ABSENT]
        if self._mask.query is None or not names or any(self._mask.join in name for name in names):
            raise Unusual
        return {**(query or {}), self._mask.query: self._mask.join.join(sorted(names))}

    def _name(self, place: TargetPath) -> str:
        return format_path(self._place(place))

    def _place(self, place: TargetPath) -> TargetPath:
        """What is named of what stands at a place: that, or what is replaced around it."""
        node: TargetNode | None = self._body
        for depth, segment in enumerate(place, 1):
            if not isinstance(segment, Member):
                return place[: depth - 1]
            node = None if node is None else child_at(node, segment)
            if self._mask.is_cut or (isinstance(node, ObjectNode) and node.whole):
                return place[:depth]
        return place

    def filled(self, parts: Parts, draft: Draft) -> Parts:
        """The parts of a request with the names of what it sets or clears.

        RecordError: CM710 for a name, made of an entry's key, that would be read as two; CM707 where nothing
        is named, and the contract requires the parameter with the names.
        """
        body, path, query, headers = parts
        names = sorted({*self._changed(draft), *self._said(body)})
        if not names:
            self._require_names()
            return parts
        if self._mask.query is not None:
            if any(self._mask.join in name for name in names):
                message = "a name in the mask has what separates names in it"
                raise RecordError([Diagnostic("CM710", message, target=f"query.{self._mask.query}")])
            return body, path, {**(query or {}), self._mask.query: self._mask.join.join(names)}, headers
        put(body, self._mask.place, names)
        return in_name_order(body), path, query, headers

    def _require_names(self) -> None:
        if self._required:
            message = "the contract requires the names of what a request sets or clears, and it does neither"
            raise RecordError([Diagnostic("CM707", message, target=f"query.{self._mask.query}")])

    def _changed(self, draft: Draft) -> Iterator[str]:
        for change in draft.changes:
            if change.action == "clear" and change.span in self._written:
                yield from self._written[change.span]
            elif change.span in self._named:
                yield self._named[change.span] or change.target

    def _said(self, body: dict[str, Any]) -> Iterator[str]:
        """What is in every update."""
        for leaf in self._always:
            held = found_at(body, leaf.path)
            if self._named[leaf.span] is None:
                yield from map(format_path, _entries(held, leaf.path, deep=leaf.kind.is_deep))
            elif held is not ABSENT:
                yield self._name(leaf.path)


def _entries(held: Any, place: TargetPath, *, deep: bool) -> Iterator[TargetPath]:
    """The places of a map's entries, or of those in them."""
    for name, entry in held.items() if isinstance(held, dict) else ():
        inner = (*place, Member(name))
        if deep and isinstance(entry, dict) and entry:
            yield from _entries(entry, inner, deep=True)
        else:
            yield inner
