"""What a vendor's copy has besides the rules' members, for a request that replaces the whole record.

Left out, it would be lost: so it is sent as the copy has it, but for what the contract calls read-only, and
for the places where clearing writes.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.checked import Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import child_at, clears, leaves, tables
from custmap.running.calls import fresh
from custmap.running.draft import View
from custmap.running.objects import says_none
from custmap.running.own import in_name_order
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, Select, TargetPath, format_path, found_at
from custmap.values.types import Type

Row = tuple[Any, ...]


def with_rest(
    operation: Operation, body: dict[str, Any], document: Any, before: Row, after: Row, view: View
) -> dict[str, Any]:
    """The body with what else the vendor's copy has. RecordError for what the body's form cannot write."""
    contract, document = operation.contract, fresh(document)
    for root in (table.root for table in tables(operation)):
        for place in (place for clear in clears(root) for place in clear.places):
            _take_away(document, place)
    made: dict[str, Any] = _Rest(before, after, view).of(operation.body, contract.body, body, document)
    for name in sorted(made):
        if contract.form and (reason := contract.form.style(name).unwritable(made[name])) is not None:
            target = format_path((Member(name),))
            raise RecordError([Diagnostic("CM710", f"the vendor's value {reason}", target=target)])
    return in_name_order(made)


def _take_away(document: Any, place: TargetPath) -> None:
    """Take what clearing writes at a place out of the copy."""
    holder, last = found_at(document, place[:-1]), place[-1]
    if isinstance(last, Member) and holder.__class__ is dict:
        holder.pop(last.name, None)
    elif holder.__class__ is list:
        holder[:] = [one for at, one in enumerate(holder) if not _names(last, at, one)]


class _Rest(Struct, frozen=True):
    """Walks a body beside the vendor's copy. `before`, `after` and `view` are what was compared."""

    before: Row
    after: Row
    view: View

    def of(self, node: TargetNode | None, type_: Type | None, sent: Any, held: Any) -> Any:
        """What is sent at a place: of what no rule fills, what the copy has."""
        if isinstance(node, ItemsNode):
            return self._items(node, type_, sent, held) if held.__class__ is list else sent
        if held.__class__ is dict and (sent is ABSENT or sent.__class__ is dict):
            return self._object(node, type_, sent, held)
        if held.__class__ is list and node is None and sent is ABSENT:
            inner = type_ and type_.items
            return [self.of(None, inner, ABSENT, item) for item in held]
        return fresh(held) if node is None and sent is ABSENT else sent

    def _object(self, node: TargetNode | None, type_: Type | None, sent: Any, held: dict[str, Any]) -> Any:
        if isinstance(node, ObjectNode) and self._is_cleared(node, sent):
            return sent
        made: dict[str, Any] = {} if sent is ABSENT else {**sent}
        for name, value in held.items():
            inner = child_at(node, Member(name)) if node is not None else None
            held_type = type_.member(name) if type_ is not None else None
            if isinstance(inner, Leaf | Rider):
                continue
            if held_type is not None and (held_type.read_only or not held_type.kinds):
                continue
            one = self.of(inner, held_type, made.get(name, ABSENT), value)
            if one is not ABSENT:
                made[name] = one
        return made if made or node is None else sent

    def _is_cleared(self, node: ObjectNode, sent: Any) -> bool:
        """Is the object cleared as one? One that rules fill with parameters alone is not."""
        own = tuple(leaves(node))
        if not own or node.clear is None or not node.clear.says or sent not in (ABSENT, {}):
            return False
        return says_none(own, node.presence, self.before, self.after, self.view)

    def _items(self, node: ItemsNode, type_: Type | None, sent: Any, held: list[Any]) -> Any:
        """The copy's items in their order, those that rules name with what is sent of them; then new ones."""
        inner = type_ and type_.items
        rest: list[Any] = [] if sent is ABSENT else list(sent)
        made: list[Any] = []
        for at, item in enumerate(held):
            segment = next((one for one, _ in node.items if _names(one, at, item)), None)
            own = None if segment is None else child_at(node, segment)
            if isinstance(segment, Select):
                mine = next((one for one in rest if _names(segment, at, one)), ABSENT)
                rest = [one for one in rest if one is not mine]
            else:
                mine, rest = (rest[0], rest[1:]) if rest and _by_position(node) else (ABSENT, rest)
                mine = ABSENT if mine == {} and own is None else mine
            one: Any = mine
            if own is None or isinstance(own, ObjectNode | ItemsNode):
                one = self.of(own, inner, mine, _without_key(segment, item))
            if one is not ABSENT:
                made.append({segment.key: segment.value, **one} if isinstance(segment, Select) else one)
            elif _by_position(node):
                made.append({})
        made += rest
        while made and made[-1] == {} and _by_position(node):  # what says nothing at the end is not sent
            del made[-1]
        return made or ABSENT


def _by_position(node: ItemsNode) -> bool:
    return isinstance(node.items[0][0], Index)


def _names(segment: Segment, at: int, item: Any) -> bool:
    if isinstance(segment, Select):
        return item.__class__ is dict and same(item.get(segment.key, ABSENT), segment.value)
    return segment == Index(at)


def _without_key(segment: Index | Select | None, item: Any) -> Any:
    """An item of the copy without the key that names it."""
    if not isinstance(segment, Select) or item.__class__ is not dict:
        return item
    return {name: value for name, value in item.items() if name != segment.key}
