"""The state to which a plan leads the declared vendor, compared with the state it should lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custmap.diagnostics.errors import RecordError
from custmap.model.nodes import Leaf
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken, blame, span_of
from custmap.prove.cells import Cells
from custmap.prove.clearings import State
from custmap.prove.moves import Refused
from custmap.prove.scene import Absent, Case, Record, Scene, is_kept, kept, touches
from custmap.prove.store import Store
from custmap.values.absent import ABSENT
from custmap.values.equality import same


def convergence(scene: Scene, case: Case) -> Broken | None:
    """S(S(∅, apply(b)), diff(b, a)) = S(∅, apply(a⁺)); what was rejected or noted stays as it was."""
    for absent in ("keep", "clear"):
        after = scene.laid(case.before, case.after) if absent == "keep" else case.after
        if found := _leads(scene, case.before, case.after, after, absent, scene.store):
            return found
    return None


def either(scene: Scene, case: Case) -> Broken | None:
    """An object that is sent whole is right whether the vendor replaces or merges it."""
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
    found = stray(scene, plan, start, aim, store, before, after)
    if found is None or not (unsaid := scene.unsaid(before) + scene.unsaid(whole)):
        return found
    return stray(scene, plan, start, aim, store, before, after, unsaid)


def stray(
    scene: Scene,
    plan: Plan,
    start: State,
    aim: State,
    store: Store,
    before: Record | None,
    after: Record,
    unsaid: Sequence[str] = (),
) -> Broken | None:
    """The difference if a plan does not lead from `start` to `aim`, but for what is `unsaid`."""
    body = plan.request.body if plan.request else None
    try:
        end = store.receive(start, body, None if plan.request is None else plan.request.query)
    except Refused as refused:
        span = span_of(scene, refused.target)
        return Broken(refused.target, span, before, after, body, f"`{refused.target}`: {refused.reason}")
    then, now, wanted = scene.cells(start), scene.cells(end), scene.cells(aim)
    rejected, noted = kept(plan)
    for target in sorted(then.keys() | now.keys() | wanted.keys()):
        if is_kept(target, unsaid):
            continue
        why = _wrong(target, then, now, wanted, rejected, noted)
        if why is not None:
            return Broken(target, blame(scene, target, plan, then, now, wanted), before, after, body, why)
    return None


def _wrong(
    target: str, then: Cells, now: Cells, wanted: Cells, rejected: list[str], noted: list[str]
) -> str | None:
    def equal(a: Cells, b: Cells) -> bool:
        return same(_mark(a, target), _mark(b, target))

    if is_kept(target, rejected):
        return None if equal(now, then) else f"`{target}` was rejected, and has changed"
    if is_kept(target, noted):
        return None if equal(now, then) or equal(now, wanted) else f"`{target}` has changed, and should not"
    if equal(now, wanted) or touches(target, rejected + noted):
        return None
    if target not in now:
        return f"`{target}` is lost"
    if target not in wanted:
        if equal(now, then) and _is_of_a_rejected_item(target, then, wanted, rejected):
            return None
        return (
            f"`{target}` stays, and should be gone" if target in then else f"`{target}` should not be there"
        )
    return f"`{target}` does not have the value in after"


def _is_of_a_rejected_item(target: str, then: Cells, wanted: Cells, rejected: list[str]) -> bool:
    """Does an item stay of which a member was rejected, and that is not sent at all without that member?"""
    rule = then[target].rule if target in then else None
    item = target[: target.rfind("]") + 1]
    return (
        isinstance(rule, Leaf)
        and rule.kind.has_items
        and any(is_kept(one, [item]) for one in rejected)
        and not any(is_kept(one, [item]) for one in wanted)
    )


def _mark(held: Cells, target: str) -> Any:
    return held[target].mark if target in held else ABSENT
