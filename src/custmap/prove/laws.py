"""The laws of an update (language § 7), each a function with a name and a sentence.

A law looks at one case and gives None, or what is broken: the rule that is to blame, what was sent, and
why that is wrong. Laws about the mapping itself are in `meaning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from custmap.check.checked import ItemsNode, Leaf, ObjectNode, Rider, TargetNode, leaves
from custmap.diagnostics.errors import RecordError
from custmap.diagnostics.span import Span
from custmap.plan.plan import Plan
from custmap.prove.cells import Cells, differing, is_within
from custmap.prove.scene import Absent, Case, Record, Scene, is_kept, kept, touches
from custmap.prove.store import Refused, State, Store
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Member, Select, format_path


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that does not hold.

    `sent`   a request's body, None where none was made.
    `why`    what is wrong with it; `{value}` in it stands for `value`.
    """

    target: str
    span: Span | None
    before: Record | None
    after: Record
    sent: Any
    why: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Law:
    """`sentence` says what is wrong when it does not hold."""

    name: str
    sentence: str
    check: Callable[[Scene, Case], Broken | None]


def convergence(scene: Scene, case: Case) -> Broken | None:
    """S(S(∅, apply(b)), diff(b, a)) = S(∅, apply(a⁺)), what was rejected or noted is as it was."""
    for absent in ("keep", "clear"):
        after = scene.laid(case.before, case.after) if absent == "keep" else case.after
        if found := _leads(scene, case.before, case.after, after, absent, scene.store):
            return found
    return None


def either(scene: Scene, case: Case) -> Broken | None:
    """What is sent whole is right whether the vendor replaces the object or merges it."""
    if scene.merging is None:
        return None
    after = scene.laid(case.before, case.after)
    found = _leads(scene, case.before, case.after, after, "keep", scene.merging)
    if found is None or _leads(scene, case.before, case.after, after, "keep", scene.store) is not None:
        return None
    return found


def _leads(
    scene: Scene, before: Record, after: Record, whole: Record, absent: Absent, store: Store
) -> Broken | None:
    start, aim = scene.state_of(before, store), scene.state_of(whole, store)
    plan = scene.planned(before, after, absent)
    if start is None or aim is None or isinstance(plan, RecordError):
        return None
    return stray(scene, plan, start, aim, store, before, after)


def stray(
    scene: Scene, plan: Plan, start: State, aim: State, store: Store, before: Record | None, after: Record
) -> Broken | None:
    """Where a plan leads that does not lead from `start` to `aim`."""
    body = plan.request.body if plan.request else None
    try:
        end = store.receive(start, body)
    except Refused as refused:
        span = _span_of(scene, refused.target)
        return Broken(refused.target, span, before, after, body, f"`{refused.target}`: {refused.reason}")
    then, now, wanted = scene.cells(start), scene.cells(end), scene.cells(aim)
    rejected, noted = kept(plan)
    for target in sorted(then.keys() | now.keys() | wanted.keys()):
        why = _wrong(target, then, now, wanted, rejected, noted)
        if why is not None:
            return Broken(target, _blame(scene, target, plan, then, now, wanted), before, after, body, why)
    return None


def _wrong(
    target: str, then: Cells, now: Cells, wanted: Cells, rejected: list[str], noted: list[str]
) -> str | None:
    def equal(a: Cells, b: Cells) -> bool:
        return same(_mark(a, target), _mark(b, target))

    if is_kept(target, rejected):
        return None if equal(now, then) else f"`{target}` was rejected, and is not as it was"
    if is_kept(target, noted):
        return None if equal(now, then) or equal(now, wanted) else f"`{target}` is not as it was"
    if equal(now, wanted) or touches(target, rejected + noted):
        return None
    if target not in now:
        return f"`{target}` is lost"
    if target not in wanted:
        return (
            f"`{target}` stays, and should be gone" if target in then else f"`{target}` should not be there"
        )
    return f"`{target}` is not what after says"


def _mark(held: Cells, target: str) -> Any:
    return held[target].mark if target in held else ABSENT


def _blame(scene: Scene, target: str, plan: Plan, then: Cells, now: Cells, wanted: Cells) -> Span | None:
    """The rule of the target; or the one whose clear is written there."""
    cleared = [change.line for change in plan.changes if change.action == "clear"]
    for node in _rules(scene.checked.table.root):
        clear = node.clear if isinstance(node, ObjectNode) else node.policy.clear
        if clear is not None and clear.form == "write" and node.span.line in cleared:
            places = [format_path(tuple(map(Member, place))) for place, _ in clear.writes]
            if any(is_within(target, place) for place in places):
                return node.span
    held = next((found[target] for found in (now, then, wanted) if target in found), None)
    return held.rule.span if held else _span_of(scene, target)


def _rules(node: TargetNode) -> Iterator[Leaf | ObjectNode]:
    match node:
        case Leaf():
            yield node
        case ObjectNode():
            yield node
            for member in node.members:
                yield from _rules(member)
        case ItemsNode():
            for _, item in node.items:
                yield from _rules(item)


def _span_of(scene: Scene, target: str) -> Span | None:
    """The rule of a target, or of what is around it."""
    found = [
        node for node in _rules(scene.checked.table.root) if node.target and is_within(target, node.target)
    ]
    return max(found, key=lambda node: len(node.target)).span if found else None


def idempotence(scene: Scene, case: Case) -> Broken | None:
    """diff(x, x) has no request, no change and no rejection."""
    for record in (case.before, case.after):
        plan = scene.planned(record, deepcopy(record))
        if isinstance(plan, RecordError) or not (plan or plan.request):
            continue
        targets = [change.target for change in plan.changes] + [one.target for one in plan.rejected]
        target = targets[0] if targets else ""
        body = plan.request.body if plan.request else None
        return Broken(target, _line(scene, plan), record, record, body, "before and after are the same")
    return None


def _line(scene: Scene, plan: Plan) -> Span | None:
    lines = [change.line for change in plan.changes] + [rejected.line for rejected in plan.rejected]
    return _at_line(scene, lines[0]) if lines else None


def _at_line(scene: Scene, line: int) -> Span | None:
    roots = (scene.checked.table.root, scene.checked.path, scene.checked.query, scene.checked.headers)
    return next((node.span for root in roots for node in _rules(root) if node.span.line == line), None)


def agreement(scene: Scene, case: Case) -> Broken | None:
    """diff(None, x) is apply(x), where there is something to say."""
    plan, made = scene.planned(None, case.after), scene.applied(case.after)
    if isinstance(plan, RecordError) or isinstance(made, RecordError) or plan.request is None:
        return None
    if plan.request == made:
        return None
    body, other = plan.request.body, made.body
    target = _first_difference(body, other)
    span = _span_of(scene, target) or _line(scene, plan)
    return Broken(target, span, None, case.after, body, f"apply says something else at `{target}`")


def _first_difference(a: Any, b: Any) -> str:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys(), key=str):
            if name not in a or name not in b or not same(a[name], b[name]):
                return format_path((Member(name),))
    return ""


def frame(scene: Scene, case: Case) -> Broken | None:
    """What the mapping does not manage is untouched, outside containers that are replaced whole."""
    start = scene.state_of(case.before)
    plan = scene.planned(case.before, case.after)
    if start is None or isinstance(plan, RecordError) or plan.request is None:
        return None
    strange = _with_strangers(scene.checked.table.root, start)
    try:
        end = scene.store.receive(strange, plan.request.body)
    except Refused:
        return None  # a finding of convergence
    then, now = scene.cells(strange), scene.cells(end)
    changed = [change.target for change in plan.changes]
    for target in differing(then, now):
        if _STRANGER in target and target in then and not is_kept(target, changed):
            around = target[: target.index(_STRANGER)].rstrip('."')
            why = f"what the vendor holds beside it in `{around}` is lost"
            return Broken(target, _span_of(scene, around), case.before, case.after, plan.request.body, why)
    return None


_STRANGER: Final = "x-unmanaged"


def _with_strangers(node: TargetNode, state: Any) -> Any:
    """The state of a vendor that holds more than the mapping knows, wherever it merges."""
    match node:
        case ObjectNode(members=members):
            if node.whole or node.clear is not None or not isinstance(state, dict):
                return state
            held = {**state, _STRANGER: 1}
            for member in members:
                if member.name in held:
                    held[member.name] = _with_strangers(member, held[member.name])
            return held
        case ItemsNode(items=items):
            if node.whole or not isinstance(state, dict):
                return state
            return {**state, **{at: _with_strangers(item, state[at]) for at, item in items if at in state}}
        case Leaf(kind="entries" | "members"):
            return {**state, _STRANGER: 1} if isinstance(state, dict) else state
    return state


def minimality(scene: Scene, case: Case) -> Broken | None:
    """Leaving out any part of the request breaks convergence, but for what has to go along."""
    start, aim = scene.state_of(case.before), scene.state_of(scene.laid(case.before, case.after))
    plan = scene.planned(case.before, case.after)
    if start is None or aim is None or isinstance(plan, RecordError) or plan.request is None:
        return None
    body = plan.request.body
    if not plan.changes:
        return Broken(
            "", _line(scene, plan), case.before, case.after, body, "there is a request, and no change"
        )
    if not isinstance(body, dict):
        return None
    changed = {change.target for change in plan.changes}
    clears = [leaf.policy.clear for leaf in leaves(scene.checked.table.root)]
    nothing = [*_EMPTY, *(clear.value for clear in clears if clear.form == "send")]
    for target, less in (
        *_less(scene.checked.table.root, body, ()),
        *_less_names(scene.checked.table.root, body, changed),
    ):
        if _goes_along(target, plan, nothing):
            continue
        without = deepcopy(body)
        less(without)
        plan_without = _with_body(plan, without)
        if stray(scene, plan_without, start, aim, scene.store, case.before, case.after) is None:
            why = f"`{target}` could be left out: the vendor would hold the same"
            return Broken(target, _span_of(scene, target), case.before, case.after, body, why)
    return None


@dataclass(frozen=True, slots=True)
class _Sent:
    body: Any


@dataclass(frozen=True, slots=True)
class _Shorter:
    """A plan with another body."""

    changes: Any
    rejected: Any
    notes: Any
    request: _Sent


def _with_body(plan: Plan, body: Any) -> Any:
    return _Shorter(plan.changes, plan.rejected, plan.notes, _Sent(body))


def _goes_along(target: str, plan: Plan, nothing: list[Any]) -> bool:
    """Clears of what before did not mention, items that say null anew, and what counts as different."""
    for change in plan.changes:
        related = is_within(change.target, target) or is_within(target, change.target)
        if (
            related
            and change.before is None
            and (change.action == "clear" or any(same(change.after, value) for value in nothing))
        ):
            return True
        if related and isinstance(change.after, dict | list) and not same(change.before, change.after):
            return "[" in change.target and target == change.target
    return any(
        "as different" in note and touches(target, [getattr(note, "target", "")]) for note in plan.notes
    )


_EMPTY: Final[tuple[Any, ...]] = ("", [], {})
"""Setting these, as setting what clears, is a clear where there was nothing."""

Less = Callable[[dict[str, Any]], None]


def _less(node: ObjectNode, body: dict[str, Any], way: tuple[Any, ...]) -> Iterator[tuple[str, Less]]:
    """Each part of a body that a rule is free to leave out, and how it is left out."""
    required = node.type.required if node.type else frozenset()
    for member in node.members:
        if member.name not in body or isinstance(member, Rider | ItemsNode):
            continue
        value, here = body[member.name], (*way, member.name)
        if isinstance(member, ObjectNode):
            if not member.whole and isinstance(value, dict):
                yield from _less(member, value, here)
            elif member.name not in required and not member.policy.always:
                yield member.target, _taking(here)
        elif not (member.policy.always or member.policy.identity):
            if member.kind == "entries" and isinstance(value, dict):
                for key in value:
                    yield f"{member.target}.{format_path((Member(key),))}", _taking((*here, key))
            elif member.kind in ("keyed", "add-only") and isinstance(value, list):
                for item in value:
                    select = format_path((Select(member.key or "", item.get(member.key)),))
                    yield member.target + select, _dropping(here, item)
            elif member.name not in required:
                yield member.target, _taking(here)


def _less_names(node: ObjectNode, body: dict[str, Any], changed: set[str]) -> Iterator[tuple[str, Less]]:
    """Each name of something cleared; where two targets have it, the one that changed."""
    owners: dict[tuple[Any, ...], list[str]] = {}
    for leaf in leaves(node):
        clear = leaf.policy.clear
        if clear.form != "name_in":
            continue
        names: Any = body
        for name in clear.place:
            names = names.get(name) if isinstance(names, dict) else None
        own = clear.name or leaf.name
        for name in names if isinstance(names, list) else ():
            if leaf.kind in ("entries", "members"):
                owners.setdefault((*clear.place, name), []).append(
                    f"{leaf.target}.{format_path((Member(name),))}"
                )
            elif name == own:
                owners.setdefault((*clear.place, name), []).append(leaf.target)
    for (*place, name), targets in owners.items():
        target = next((target for target in targets if target in changed), targets[0])
        yield target, _dropping(tuple(place), name)


def _taking(way: tuple[Any, ...]) -> Less:
    def less(body: dict[str, Any]) -> None:
        at: Any = body
        for name in way[:-1]:
            at = at[name]
        del at[way[-1]]

    return less


def _dropping(place: tuple[str, ...], name: Any) -> Less:
    def less(body: dict[str, Any]) -> None:
        at: Any = body
        for step in place:
            at = at[step]
        at.remove(name)

    return less


def retry(scene: Scene, case: Case) -> Broken | None:
    """Sending a request twice is sending it once."""
    start, plan = scene.state_of(case.before), scene.planned(case.before, case.after)
    if start is None or isinstance(plan, RecordError) or plan.request is None:
        return None
    body = plan.request.body
    try:
        once = scene.store.receive(start, body)
    except Refused:
        return None  # a finding of convergence
    try:
        twice = scene.store.receive(once, body)
    except Refused as refused:
        span = _span_of(scene, refused.target)
        why = f"sent again, `{refused.target}`: {refused.reason}"
        return Broken(refused.target, span, case.before, case.after, body, why)
    for target in differing(scene.cells(once), scene.cells(twice)):
        why = f"sent again, `{target}` changes once more"
        return Broken(target, _span_of(scene, target), case.before, case.after, body, why)
    return None


def disjointness(scene: Scene, case: Case) -> Broken | None:
    """Nothing is set and cleared at once, nor twice."""
    plan = scene.planned(case.before, case.after)
    if isinstance(plan, RecordError):
        return None
    said: set[str] = set()
    body = plan.request.body if plan.request else None
    for change in plan.changes:
        if change.target in said:
            why = f"`{change.target}` is changed twice"
            return Broken(change.target, _at_line(scene, change.line), case.before, case.after, body, why)
        said.add(change.target)
    if not isinstance(body, dict):
        return None
    root = scene.checked.table.root
    sent = {target for target, _ in _less(root, body, ())}
    for target, _ in _less_names(root, body, said):
        if target in sent:
            why = f"`{target}` is both sent and named as gone"
            return Broken(target, _span_of(scene, target), case.before, case.after, body, why)
    return None


def purity(scene: Scene, case: Case) -> Broken | None:
    """The order of keys changes nothing, and what is given stays as it is."""
    before, after = deepcopy(case.before), deepcopy(case.after)
    plan = scene.planned(before, after)
    other = scene.planned(_turned(case.before), _turned(case.after))
    if not (same(before, case.before) and same(after, case.after)):
        return Broken("", None, case.before, case.after, None, "the customer that was given has changed")
    if isinstance(plan, RecordError) or isinstance(other, RecordError):
        return None
    if same(plan.to_dict(), other.to_dict()):
        return None
    body = plan.request.body if plan.request else None
    return Broken(
        "", _line(scene, plan), case.before, case.after, body, "the order of keys made a difference"
    )


def _turned(value: Any) -> Any:
    """The same JSON with the members of objects the other way round."""
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def paths(scene: Scene, case: Case) -> Broken | None:
    """Complete records: a → b → c ends where a → c ends, and a → b → a where it began."""
    first, second = case.before, case.after
    for third in (case.third, case.before):
        direct, there, back = (
            scene.planned(first, third, "clear"),
            scene.planned(first, second, "clear"),
            scene.planned(second, third, "clear"),
        )
        plans = (direct, there, back)
        if any(isinstance(plan, RecordError) or plan.rejected or kept(plan)[1] for plan in plans):
            continue
        start = scene.state_of(first)
        if start is None:
            continue
        try:
            end = _received(scene, _received(scene, start, there), back)
            aim = _received(scene, start, direct)
        except Refused:
            continue  # a finding of convergence
        for target in differing(scene.cells(end), scene.cells(aim)):
            body = back.request.body if isinstance(back, Plan) and back.request else None
            why = f"`{target}` is not what it would be without the customer between"
            return Broken(target, _span_of(scene, target), second, third, body, why)
    return None


def _received(scene: Scene, state: State, plan: Plan | RecordError) -> State:
    if isinstance(plan, RecordError) or plan.request is None:
        return state
    return scene.store.receive(state, plan.request.body)


STRONG_LAWS: Final = (
    Law("convergence", "the update does not lead to what after says", convergence),
    Law("either", "the update is wrong if the vendor merges what it is declared to replace", either),
    Law("idempotence", "the same customer twice is an update", idempotence),
    Law("frame", "the update touches what the mapping does not manage", frame),
    Law("minimality", "the update says more than it has to", minimality),
    Law("retry", "sent twice is not sent once", retry),
)
WEAK_LAWS: Final = (
    Law("disjointness", "one target is set and cleared at once", disjointness),
    Law("paths", "the way that a customer took makes a difference", paths),
    Law("agreement", "apply and a diff without before say different things", agreement),
    Law("purity", "the same customers give different plans", purity),
)
"""Laws that break nearly always because one of the others does."""
