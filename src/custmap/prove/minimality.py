"""Laws about requests that are too large: minimality, and nothing is both set and cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.model.change import Change
from custmap.model.changes import Changes
from custmap.model.clear import ItemIn, NameIn, Send, SendEmpty
from custmap.model.item_ways import Way
from custmap.model.mask import Mask
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.note import COUNTED_DIFFERENT
from custmap.model.walkers import children, clear_of, leaves, nodes
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken, first_span, rules_below, span_of
from custmap.prove.convergence import stray
from custmap.prove.one_by_one import Item, told
from custmap.prove.scene import Case, Scene, is_kept, touches
from custmap.prove.store import mask_names
from custmap.prove.templates import bare
from custmap.prove.told_changes import Reader, listed
from custmap.values.equality import same
from custmap.values.paths import Member, Select, TargetPath, format_path, found_at, value_text


def minimality(scene: Scene, case: Case) -> Broken | None:
    """Leaving out any part of the request breaks convergence, except parts that have to go along."""
    start, aim = scene.state_of(case.before), scene.state_of(scene.laid(case.before, case.after))
    plan = scene.planned(case.before, case.after)
    if start is None or aim is None or isinstance(plan, RecordError) or plan.request is None:
        return None
    body = plan.request.body
    if not plan.changes:
        return Broken(
            "", first_span(plan), case.before, case.after, body, "there is a request without a change"
        )
    if not isinstance(body, dict | list):
        return None
    changed = {change.target for change in plan.changes}
    clears = [leaf.policy.clear for leaf in leaves(scene.operation.body)]
    nothing = [*_EMPTY, *(clear.value for clear in clears if isinstance(clear, Send))]
    root = scene.operation.body
    mask = scene.operation.mask
    elsewhere = list(_cleared_elsewhere(root, mask is not None))
    query = plan.request.query
    if (listed_in := scene.operation.changes) is not None:
        parts = list(_less_changes(scene, listed_in, body))
    elif mask is None:
        parts = [*_less(root, body, ()), *_less_names(root, body, changed), *_less_items(root, body)]
    else:  # what it does not name is left alone
        always = list(_always(root))
        named = _less_masked(mask, body, query)
        parts = [part for part in named if not touches(part[0], always)]
    along = list(_along(root, plan))
    parts = [part for part in parts if not is_kept(part[0], along)]
    places = _places(root)
    # An item that is as it was: a null in it may clear what before did not mention, by leaving it out.
    again = [one.target for one in plan.changes if same(one.before, one.after) and _has_null(case.after)]
    apart = [one.target for one in scene.rejected(case.before)]
    for at in (_said_at(change, places) for change in plan.changes):
        apart += at if any(is_kept(one, elsewhere) for one in at) else ()
    for target, less in parts:
        if target in again or touches(target, apart) or _goes_along(target, plan, nothing, places):
            continue
        without, asked = deepcopy(body), dict(query)
        less(without if mask is None or mask.query is None else asked)
        plan_without = _with_body(plan, without, asked)
        if stray(scene, plan_without, start, aim, scene.store, case.before, case.after) is None:
            why = f"`{target}` could be left out, and the vendor would hold the same"
            return Broken(target, span_of(scene, target), case.before, case.after, body, why)
    return None


def _along(node: TargetNode, plan: Plan) -> Iterator[str]:
    """Objects that are there since the contract requires them, with what stands in them."""
    required = node.type.required if isinstance(node, ObjectNode) and node.type else frozenset()
    for one in children(node):
        if isinstance(one, ObjectNode) and one.name in required and not one.whole:
            below = {rule.span: rule for rule in rules_below(one)}
            said = (change for change in plan.changes if change.span in below)
            if not any(change.action == "set" or _at_place(below[change.span]) for change in said):
                yield one.target
        yield from _along(one, plan)


def _at_place(rule: Leaf | ObjectNode) -> bool:
    clear = clear_of(rule)
    return clear is not None and clear.at_place


def _has_null(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_has_null, inside))


def _cleared_elsewhere(node: TargetNode, replaced: bool) -> Iterator[str]:
    """What is cleared at another place than its own, and stands inside what is replaced, or named in a mask.

    The two say the same: only for `omit` and `mask` it is declared that leaving out is enough.
    """
    clear = clear_of(node)
    if replaced and clear is not None and clear.places:
        yield node.target
    for inner in children(node):
        yield from _cleared_elsewhere(inner, replaced or (isinstance(node, Container) and node.whole))


def _always(node: TargetNode) -> Iterator[str]:
    """What is in every request, with all that it has."""
    for one in nodes(node):
        if isinstance(one, Leaf | ObjectNode) and (one.policy.always or one.policy.identity):
            yield one.target


@dataclass(frozen=True, slots=True)
class _Sent:
    body: Any
    query: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Shorter:
    """A plan with another body."""

    changes: Any
    rejected: Any
    notes: Any
    request: _Sent


def _with_body(plan: Plan, body: Any, query: dict[str, Any]) -> Any:
    return _Shorter(plan.changes, plan.rejected, plan.notes, _Sent(body, query))


Places = dict[Span, list[str]]


def _places(root: TargetNode) -> Places:
    """Where a rule says that its value is gone: at its target, and where its clear writes."""
    found: Places = {}
    for node in rules_below(root):
        clear = clear_of(node)
        written = [] if clear is None else [format_path(place) for place in clear.places]
        found[node.span] = [node.target, *written]
    return found


def _said_at(change: Change, places: Places) -> list[str]:
    return [change.target, *(places.get(change.span, ()) if change.action == "clear" else ())]


def _goes_along(target: str, plan: Plan, nothing: list[Any], places: Places) -> bool:
    """Clears of what before did not mention, items with a new null, and what counts as different."""
    for change in plan.changes:
        related = touches(target, _said_at(change, places))
        if (
            related
            and _is_nothing(change.before, nothing)
            and (change.action == "clear" or any(same(change.after, value) for value in nothing))
        ):
            return True
        if related and isinstance(change.after, dict | list) and not same(change.before, change.after):
            return "[" in change.target and target == change.target
    return any(note.fact in COUNTED_DIFFERENT and touches(target, [note.target]) for note in plan.notes)


def _is_nothing(before: Any, nothing: list[Any]) -> bool:
    """Did the vendor hold none of it: was it not mentioned, or an object of values that clear?"""
    inside = before.values() if isinstance(before, dict) else ()
    return before is None or (
        bool(inside) and all(any(same(one, value) for value in nothing) for one in inside)
    )


_EMPTY: Final[tuple[Any, ...]] = ("", [], {})
"""Setting these, as setting what clears, is a clear where there was nothing."""

Less = Callable[[Any], None]


def _less(node: Container, body: Any, way: tuple[Any, ...]) -> Iterator[tuple[str, Less]]:
    """Each part of a body that a rule may leave out, and the body without it."""
    if isinstance(node, ItemsNode):
        yield from _less_of_items(node, body, way)
        return
    required = node.type.required if node.type else frozenset()
    for member in node.members if not node.whole else ():
        if member.name not in body or isinstance(member, Rider):
            continue
        value, here = body[member.name], (*way, member.name)
        match member:
            case Leaf():
                yield from _less_of_leaf(member, value, here, member.name in required)
            case ObjectNode(policy=policy) if policy.always:
                continue
            case ObjectNode(whole=False) | ItemsNode(whole=False) if isinstance(value, dict | list):
                yield from _less(member, value, here)
            case ObjectNode() if member.name not in required and not any(_always(member)):
                yield member.target, _taking(here)


def _less_of_leaf(leaf: Leaf, value: Any, way: tuple[Any, ...], required: bool) -> Iterator[tuple[str, Less]]:
    if leaf.kind.one_by_one or leaf.policy.always or leaf.policy.identity:
        return
    if leaf.kind.is_flat and isinstance(value, dict):
        # If a map is cleared by `{}`, removing its last key has to remove the map too.
        last = len(value) == 1 and isinstance(leaf.policy.clear, SendEmpty)
        for key in value:
            name = f"{leaf.target}.{format_path((Member(key),))}"
            yield name, _taking(way if last else (*way, key))
    elif leaf.kind.has_items and isinstance(value, list):
        for item in value:
            select = format_path((Select(leaf.key or "", item.get(leaf.key)),))
            yield leaf.target + select, _dropping(way, item)
    elif not required:
        yield leaf.target, _taking(way)


def _less_of_items(node: ItemsNode, body: Any, way: tuple[Any, ...]) -> Iterator[tuple[str, Less]]:
    for segment, item in node.items:
        value = found_at(body, (segment,))
        if isinstance(item, ObjectNode) and item.policy.always:
            continue
        if isinstance(item, ObjectNode | ItemsNode) and not item.whole and isinstance(value, dict | list):
            at = next(at for at, one in enumerate(body) if one is value)
            yield from _less(item, value, (*way, at))


def _less_names(node: Container, body: Any, changed: set[str]) -> Iterator[tuple[str, Less]]:
    """Each name of something cleared; if two targets have it, the one that changed."""
    owners: dict[tuple[TargetPath, Any], list[str]] = {}
    for leaf in leaves(node):
        clear = leaf.policy.clear
        if not isinstance(clear, NameIn):
            continue
        names, own = found_at(body, clear.place), clear.name or leaf.name
        for name in names if isinstance(names, list) else ():
            if leaf.kind.is_map:
                target = f"{leaf.target}.{format_path((Member(name),))}"
                owners.setdefault((clear.place, name), []).append(target)
            elif name == own:
                owners.setdefault((clear.place, name), []).append(leaf.target)
    for (place, name), targets in owners.items():
        target = next((target for target in targets if target in changed), targets[0])
        yield target, _without_name(place, name)


def _less_items(root: Container, body: Any) -> Iterator[tuple[str, Less]]:
    """Each item that came or is gone of a list whose items are told one by one."""
    for leaf in leaves(root):
        for way in leaf.ways.all if leaf.ways is not None and not _is_told_by_others(leaf) else ():
            for one in told(leaf, way, body):
                yield f"{leaf.target}[{value_text(bare(one.value))}]", _without_item(leaf, way, one)


def _is_told_by_others(node: TargetNode) -> bool:
    """Is it a list of which another request says something, so that this vendor's copy is not all of it?"""
    return isinstance(node, Leaf) and node.ways is not None and bool(node.ways.others)


def _less_changes(scene: Scene, changes: Changes, body: Any) -> Iterator[tuple[str, Less]]:
    """Each item of a list of changes, but for those that are in every update."""
    reader = Reader(scene.operation.body, changes)
    for at, item in enumerate(listed(changes, body)):
        told_ = reader.read(item)
        if told_ is not None and told_.item_of_list and _is_told_by_others(told_.node):
            continue
        if told_ is None or (told_.node.says is not None and told_.node.says.always):
            continue
        inside = (
            f"[{value_text(bare(told_.value))}]"
            if told_.item_of_list
            else format_path((Member("x"), *told_.key))[1:]
        )
        yield told_.node.target + inside, _without_change(changes, at)


def _without_change(changes: Changes, at: int) -> Less:
    def less(body: Any) -> None:
        del listed(changes, body)[at]

    return less


def _less_masked(mask: Mask, body: Any, query: dict[str, Any]) -> Iterator[tuple[str, Less]]:
    """Each name of a mask."""
    for name in mask_names(mask, body, query):
        if mask.query is None:
            yield name, _without_name(mask.place, name)
        else:
            yield name, _without_text(mask.query, name, mask.join)


def _without_text(parameter: str, name: str, join: str) -> Less:
    def less(query: Any) -> None:
        query[parameter] = join.join(one for one in query[parameter].split(join) if one != name)

    return less


def _without_item(leaf: Leaf, way: Way, one: Item) -> Less:
    place = way.place if isinstance(way, ItemIn) else leaf.path
    return lambda body: found_at(body, place).remove(one.item)


def _taking(way: tuple[Any, ...]) -> Less:
    def less(body: Any) -> None:
        at: Any = body
        for name in way[:-1]:
            at = at[name]
        del at[way[-1]]

    return less


def _without_name(place: TargetPath, name: Any) -> Less:
    return lambda body: found_at(body, place).remove(name)


def _dropping(place: tuple[Any, ...], name: Any) -> Less:
    def less(body: Any) -> None:
        at: Any = body
        for step in place:
            at = at[step]
        at.remove(name)

    return less


def disjointness(scene: Scene, case: Case) -> Broken | None:
    """Nothing is both set and cleared, or set or cleared twice."""
    plan = scene.planned(case.before, case.after)
    if isinstance(plan, RecordError):
        return None
    said: set[str] = set()
    body = plan.request.body if plan.request else None
    for change in plan.changes:
        if change.target in said:
            why = f"`{change.target}` is changed twice"
            return Broken(change.target, change.span, case.before, case.after, body, why)
        said.add(change.target)
    if not isinstance(body, dict | list):
        return None
    root = scene.operation.body
    if scene.operation.changes is not None:
        return None
    sent = {target for target, _ in _less(root, body, ())}
    for target, _ in _less_names(root, body, said):
        if target in sent:
            why = f"`{target}` is both sent and named as cleared"
            return Broken(target, span_of(scene, target), case.before, case.after, body, why)
    return None
