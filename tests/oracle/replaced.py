"""A request that replaces the whole record (§ 2): what it may not be silent about, and what else is in it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from custmap.model.checked import Operation
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.walkers import clears, leaves, tables
from custmap.running.states import Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, Select, TargetPath, found_at
from custmap.values.types import Type
from oracle.containers import says_none
from oracle.outcome import Sides, Told


def lost(body: ObjectNode, sides: Sides, told: Told) -> Iterator[str]:
    """The rules of which before does not say what the vendor holds, and the request does not either."""
    for leaf in leaves(body):
        before, after = sides.before[leaf.slot], sides.after[leaf.slot]
        if isinstance(before, dict):
            entries = after if isinstance(after, dict) else {}
            both = [
                isinstance(one, Failure) and isinstance(entries.get(key), Failure)
                for key, one in before.items()
            ]
            if any(both):
                yield leaf.target
            continue
        if not (before is ABSENT or isinstance(before, Failure)) or sides.known_missing(leaf):
            continue
        unsaid = after is ABSENT or isinstance(after, Failure)
        if unsaid or any(_is_about(target, leaf.target) for _, target in told.rejected):
            yield leaf.target


def _is_about(target: str, rule: str) -> bool:
    """Is a rejection the rule's, that of something in it, or of an object around it?"""
    inner, outer = (target, rule) if len(target) > len(rule) else (rule, target)
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def with_the_rest(operation: Operation, body: Any, document: Any, sides: Sides) -> Any:
    """The body laid over what the vendor's copy has without a rule."""
    left = deepcopy(document)
    for root in (table.root for table in tables(operation)):
        for clear in clears(root):
            for place in clear.places:
                _take(left, place)
    _take_ruled(operation.body, left, sides, body)
    left = _without_read_only(left, operation.contract.body)
    return _with_more_than_keys(operation.body, _laid(operation.body, left, body), body)


def _with_more_than_keys(node: TargetNode, made: Any, body: Any) -> Any:
    """Without items of which only their key is left; they kept the order of the copy."""
    if isinstance(node, ObjectNode) and isinstance(made, dict):
        sent = body if isinstance(body, dict) else {}
        for member in node.members:
            if member.name in made:
                made[member.name] = _with_more_than_keys(member, made[member.name], sent.get(member.name))
                if (
                    not made[member.name]
                    and member.name not in sent
                    and isinstance(member, ObjectNode | ItemsNode)
                ):
                    del made[member.name]
    if isinstance(node, ItemsNode) and isinstance(made, list):
        for segment, item in node.items:
            held = found_at(made, (segment,))
            at = next((at for at, one in enumerate(made) if one is held), None)
            if at is None:
                continue
            mine = found_at(body, (segment,)) if isinstance(body, list) else ABSENT
            made[at] = _with_more_than_keys(item, held, mine)
            only = isinstance(segment, Select) and made[at] == {segment.key: segment.value}
            if only and mine is ABSENT:
                del made[at]
    return made


def _take_ruled(node: TargetNode, held: Any, sides: Sides, body: Any) -> None:
    """Take what rules fill out of a copy, and an object that is cleared as one."""
    if isinstance(node, ObjectNode):
        for member in node.members:
            _take_one(member, held, Member(member.name), sides, body)
    if isinstance(node, ItemsNode):
        for segment, item in node.items:
            _take_one(item, held, segment, sides, body)


def _take_one(node: TargetNode, holder: Any, segment: Segment, sides: Sides, body: Any) -> None:
    held = found_at(holder, (segment,))
    if held is ABSENT:
        return
    if isinstance(node, Leaf | Rider):
        _take(holder, (segment,))
        return
    container = dict if isinstance(node, ObjectNode) else list
    gone = False
    if isinstance(node, ObjectNode) and node.clear is not None and node.clear.says:
        gone = says_none(node, sides) and found_at(body, node.path) in (ABSENT, None, {})
    if not isinstance(held, container) or gone:
        _take(holder, (segment,))
        return
    _take_ruled(node, held, sides, body)
    if isinstance(held, list) and isinstance(node, ItemsNode) and isinstance(node.items[0][0], Index):
        _without_end(held)
    if not held:
        _take(holder, (segment,))


def _without_end(items: list[Any]) -> None:
    """What says nothing at the end of a list is not sent."""
    while items and items[-1] == {}:
        del items[-1]


def _take(holder: Any, place: TargetPath) -> None:
    """Take what is at a place away; of a list whose items have positions `{}` stays."""
    around = found_at(holder, place[:-1]) if len(place) > 1 else holder
    match place[-1]:
        case Member(name) if isinstance(around, dict):
            around.pop(name, None)
        case Index(position) if isinstance(around, list) and position < len(around):
            around[position] = {}
        case Select(key, value) if isinstance(around, list):
            around[:] = [one for one in around if not (isinstance(one, dict) and same(one.get(key), value))]


def _without_read_only(value: Any, type_: Type | None) -> Any:
    if type_ is None:
        return value
    if isinstance(value, list):
        return [_without_read_only(item, type_.items) for item in value]
    if not isinstance(value, dict):
        return value
    types = {name: type_.member(name) for name in value}
    return {
        name: _without_read_only(item, types[name])
        for name, item in value.items()
        if (known := types[name]) is None or (known.kinds and not known.read_only)
    }


def _laid(node: TargetNode | None, left: Any, sent: Any) -> Any:
    """What is sent, over what is left of the copy."""
    if isinstance(left, dict) and isinstance(sent, dict):
        below = {one.name: one for one in node.members} if isinstance(node, ObjectNode) else {}
        both = {name: _laid(below.get(name), left[name], sent[name]) for name in left.keys() & sent.keys()}
        return {**left, **sent, **both}
    if isinstance(left, list) and isinstance(sent, list) and isinstance(node, ItemsNode):
        return _laid_list(node, left, sent)
    return sent


def _laid_list(node: ItemsNode, left: list[Any], sent: list[Any]) -> list[Any]:
    items = dict(node.items)
    made = list(left)
    for at, item in enumerate(sent):
        named = [one for one in items if isinstance(one, Select) and same(item.get(one.key), one.value)]
        if isinstance(node.items[0][0], Index):
            if at < len(made) and item == {} and Index(at) not in items:
                continue  # it stands for a position that says nothing
            if at < len(made):
                made[at] = item if made[at] == {} else _laid(items.get(Index(at)), made[at], item)
            else:
                made.append(item)
            continue
        held = found_at(made, (named[0],)) if named else ABSENT
        if held is ABSENT:
            made.append(item)
        else:
            at = next(at for at, one in enumerate(made) if one is held)
            made[at] = _laid(items[named[0]], held, item)
    return made
