"""The laws of an update (language § 7), each a function with a name and a sentence.

A law examines one case and returns None or a `Broken`: the rule to blame, what was sent, and why that is
wrong. Laws about the mapping itself are in `meaning`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.model.clear import Operated, Write
from custmap.model.kind import Kind
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.walkers import leaves
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken, Law, first_span, span_of
from custmap.prove.cells import differing
from custmap.prove.clearings import State
from custmap.prove.convergence import convergence, either
from custmap.prove.minimality import disjointness, minimality
from custmap.prove.moves import Refused
from custmap.prove.scene import Case, Scene, is_kept, kept
from custmap.values.equality import same
from custmap.values.paths import Member, format_path


def idempotence(scene: Scene, case: Case) -> Broken | None:
    """diff(x, x) has no request, no change and no rejection."""
    for record in (case.before, case.after):
        plan = scene.planned(record, deepcopy(record))
        if isinstance(plan, RecordError) or not (plan or plan.request):
            continue
        targets = [change.target for change in plan.changes] + [one.target for one in plan.rejected]
        target = targets[0] if targets else ""
        body = plan.request.body if plan.request else None
        return Broken(target, first_span(plan), record, record, body, "before and after are the same")
    return None


def agreement(scene: Scene, case: Case) -> Broken | None:
    """diff(None, x) is apply(x), if there is something to send."""
    plan, made = scene.planned(None, case.after), scene.applied(case.after)
    if isinstance(plan, RecordError) or isinstance(made, RecordError) or plan.request is None:
        return None
    if plan.request == made:
        return None
    body, other = plan.request.body, made.body
    target = _first_difference(body, other)
    span = span_of(scene, target) or first_span(plan)
    return Broken(target, span, None, case.after, body, f"apply sends something else at `{target}`")


def _first_difference(a: Any, b: Any) -> str:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys(), key=str):
            if name not in a or name not in b or not same(a[name], b[name]):
                return format_path((Member(name),))
    return ""


def frame(scene: Scene, case: Case) -> Broken | None:
    """Data that the mapping does not manage is untouched, except in containers that are replaced whole."""
    start = scene.state_of(case.before)
    plan = scene.planned(case.before, case.after)
    if start is None or isinstance(plan, RecordError) or plan.request is None:
        return None
    strange = _with_strangers(scene.operation.body, start)
    try:
        end = scene.store.receive(strange, plan.request.body, plan.request.query)
    except Refused:
        return None  # a finding of convergence
    then, now = scene.cells(strange), scene.cells(end)
    changed = [change.target for change in plan.changes]
    for target in differing(then, now):
        if _STRANGER in target and target in then and not is_kept(target, changed):
            around = target[: target.index(_STRANGER)].rstrip('."[')
            why = f"other values that the vendor holds in `{around}` are lost"
            return Broken(target, span_of(scene, around), case.before, case.after, plan.request.body, why)
    return None


_STRANGER: Final = "x-unmanaged"


def _with_strangers(node: TargetNode, state: Any) -> Any:
    """The state of a vendor with additional data, wherever it merges."""
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
        case Leaf(kind=Kind(is_map=True), policy=policy):
            # By its declaration, `write` clears the whole map.
            merges = isinstance(state, dict) and not isinstance(policy.clear, Write)
            return {**state, _STRANGER: 1} if merges else state
        case Leaf(kind=Kind(one_by_one=True)):
            return {**state, _STRANGER: _STRANGER} if isinstance(state, dict) else state
    return state


def retry(scene: Scene, case: Case) -> Broken | None:
    """A plan that is sent again ends where it would have ended, however many of its requests had arrived."""
    start, plan = scene.state_of(case.before), scene.planned(case.before, case.after)
    if start is None or isinstance(plan, RecordError):
        return None
    try:
        wanted = scene.cells(scene.received(start, plan.requests))
    except Refused:
        return None  # a finding of convergence
    for arrived in range(1, len(plan.requests) + 1):
        body = plan.requests[arrived - 1].body
        try:
            again = scene.received(scene.received(start, plan.requests[:arrived]), plan.requests)
        except Refused as refused:
            if _is_said_once(scene, refused.target):
                continue
            why = f"sent again, `{refused.target}`: {refused.reason}"
            return Broken(refused.target, span_of(scene, refused.target), case.before, case.after, body, why)
        for target in differing(wanted, scene.cells(again)):
            if not _is_said_once(scene, target):
                why = f"sent again, `{target}` is not what it would be"
                return Broken(target, span_of(scene, target), case.before, case.after, body, why)
    return None


def _is_said_once(scene: Scene, target: str) -> bool:
    """Is it in the place of a rule whose saying twice is not saying once?"""
    once = (
        leaf.target
        for leaf in leaves(scene.operation.body)
        if leaf.kind.only_new or not leaf.policy.repeatable or _fails(leaf)
    )
    return is_kept(target, list(once))


def _fails(leaf: Leaf) -> bool:
    """Does a clear of what is not there fail?"""
    return isinstance(leaf.policy.clear, Operated) and leaf.policy.clear.fails


def purity(scene: Scene, case: Case) -> Broken | None:
    """The order of keys has no effect, and the given records are not modified."""
    before, after = deepcopy(case.before), deepcopy(case.after)
    plan = scene.planned(before, after)
    other = scene.planned(_turned(case.before), _turned(case.after))
    if not (same(before, case.before) and same(after, case.after)):
        return Broken("", None, case.before, case.after, None, "the given customer was changed")
    if isinstance(plan, RecordError) or isinstance(other, RecordError):
        return None
    if same(_as_data(plan), _as_data(other)):
        return None
    body = plan.request.body if plan.request else None
    return Broken("", first_span(plan), case.before, case.after, body, "the order of keys makes a difference")


def _as_data(plan: Plan) -> dict[str, Any]:
    """A plan as data, without the text of a form: it is the body, in the order of its keys."""
    made = plan.to_dict()
    for request in made["requests"]:
        request.pop("content", None)
    return made


def _turned(value: Any) -> Any:
    """The same JSON with the members of objects in reverse order."""
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
        unsaid = [one for record in (first, second, third) for one in scene.unsaid(record)]
        for target in differing(scene.cells(end), scene.cells(aim)):
            if is_kept(target, unsaid):
                continue
            body = back.request.body if isinstance(back, Plan) and back.request else None
            why = f"`{target}` is not what it would be without the step in between"
            return Broken(target, span_of(scene, target), second, third, body, why)
    return None


def _received(scene: Scene, state: State, plan: Plan | RecordError) -> State:
    return state if isinstance(plan, RecordError) else scene.received(state, plan.requests)


STRONG_LAWS: Final = (
    Law("convergence", "the update does not lead to the state that after describes", convergence),
    Law(
        "either",
        "the update is wrong if the vendor merges a container that it is declared to replace",
        either,
    ),
    Law("idempotence", "an unchanged customer gives an update", idempotence),
    Law("frame", "the update changes members that the mapping does not manage", frame),
    Law("minimality", "the update sends more than it needs to", minimality),
    Law("retry", "an update that is sent again does not end where it would have ended", retry),
)
WEAK_LAWS: Final = (
    Law("disjointness", "one target is both set and cleared", disjointness),
    Law("paths", "the result depends on the steps in between", paths),
    Law("agreement", "apply and a diff without before send different requests", agreement),
    Law("purity", "the same customers give different plans", purity),
)
"""Laws that break nearly always because one of the others does."""
