"""Laws about what a mapping declares, independent of the planner.

The real vendor is unknown. But declarations may contradict each other: a value that means "none", two values
that become one, a container that is replaced although a record states only a part of it.
"""

from __future__ import annotations

from typing import Any, Final

from custmap.diagnostics.errors import RecordError
from custmap.expressions.ast import Current, Field
from custmap.mapping.file import Rule
from custmap.model.clear import Send
from custmap.model.nodes import Container, FromSource, ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.walkers import leaves, nodes
from custmap.prove.blame import Broken, Law
from custmap.prove.cells import Cells
from custmap.prove.moves import Refused
from custmap.prove.rules import rule_at
from custmap.prove.scene import Case, Record, Scene
from custmap.prove.store import sent_at
from custmap.running.states import is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Member, format_path
from custmap.wire.request import Request


def said(scene: Scene, case: Case) -> Broken | None:
    """Afterwards the vendor has every value that the customer states."""
    made = scene.applied(case.after)
    if isinstance(made, RecordError):
        return None
    try:
        held = scene.cells(scene.store.receive({}, made.body, made.query))
    except Refused as refused:
        return Broken(
            refused.target, None, None, case.after, made.body, f"`{refused.target}`: {refused.reason}"
        )
    slots = scene.slots(case.after)
    for leaf in leaves(scene.operation.body):
        value = slots[leaf.slot]
        if not is_value(value) or leaf.policy.identity or leaf.kind.has_items or leaf.kind.one_by_one:
            continue
        for target, wanted in _said_at(leaf, value):
            if target in held and same(held[target].mark, wanted):
                continue
            if _is_empty(wanted) or sent_at(made.body, leaf.path) is ABSENT:
                continue
            why = f"the vendor reads the value of `{target}` as something else, and does not hold it"
            if type(leaf.policy.clear) is Send:
                why = f"for `{target}` the vendor reads {{value}} as “no value”, and here it is a value"
            elif leaf.policy.clear.places:
                why = f"something else in the request clears `{target}`, which has a value"
            return Broken(target, leaf.span, None, case.after, made.body, why, wanted)
    return None


def _said_at(leaf: Leaf, value: Any) -> list[tuple[str, Any]]:
    if leaf.kind.is_flat and isinstance(value, dict):
        return [
            (f"{leaf.target}.{format_path((Member(key),))}", entry)
            for key, entry in value.items()
            if is_value(entry)
        ]
    if leaf.kind.is_deep:
        return []
    mark = frozenset(map(fingerprint, value)) if leaf.kind.is_set and isinstance(value, list) else value
    return [(leaf.target, mark)]


def _is_empty(value: Any) -> bool:
    """Is it an empty value, for a vendor that clears by an empty value?"""
    return value in ("", [], {}, frozenset()) and value is not False


def erases(scene: Scene, case: Case) -> Broken | None:
    """Data that a record does not mention survives apply, unless the mapping accepts the loss."""
    found = erased(scene, case)
    return None if found is None or _is_meant(scene, found[0]) else found[1]


def erased(scene: Scene, case: Case) -> tuple[ObjectNode | ItemsNode, Broken] | None:
    """The container whose replacement loses data of the vendor, accepted or not."""
    body = scene.operation.body
    if not any(node.whole for node in _containers(body)):
        return None
    made = scene.applied(case.after, partly=False)
    silent = _silent(scene, case.after)
    found = None if isinstance(made, RecordError) else _erased(scene, case, case.before, silent, made)
    if found is not None or not body.whole:
        return found
    plan = scene.planned(case.before, case.after)
    if isinstance(plan, RecordError) or plan.request is None:
        return None
    more = scene.laid(case.third, case.before)  # the vendor has more than before says
    silent = _silent(scene, case.before) & _silent(scene, scene.laid(case.before, case.after))
    return _erased(scene, case, more, silent, plan.request)


def _silent(scene: Scene, record: Record) -> frozenset[int]:
    """The slots of the rules of which a record says nothing."""
    slots = scene.slots(record)
    return frozenset(leaf.slot for leaf in leaves(scene.operation.body) if slots[leaf.slot] is ABSENT)


def _erased(
    scene: Scene, case: Case, held: Record, silent: frozenset[int], made: Request
) -> tuple[ObjectNode | ItemsNode, Broken] | None:
    """What a vendor who has what `held` says loses by a request, though rules were silent about it."""
    start = scene.state_of(held)
    if start is None:
        return None
    try:
        end = scene.store.receive(start, made.body, made.query)
    except Refused:
        return None
    then, now = scene.cells(start), scene.cells(end)
    for leaf in leaves(scene.operation.body):
        lost = _lost(leaf, then, now) if leaf.slot in silent else None
        around = _replaced_around(scene.operation.body, leaf)
        if lost is not None and around is not None:
            inner = leaf.target.removeprefix(around.target).lstrip(".")
            what = f"`{around.target}`" if around.path else "the record"
            why = f"the vendor replaces {what}: {inner} {{value}} is lost"
            return around, Broken(leaf.target, around.span, case.before, case.after, made.body, why, lost)
    return None


def _lost(leaf: Leaf, then: Cells, now: Cells) -> Any:
    return then[leaf.target].value if leaf.target in then and leaf.target not in now else None


def _containers(node: TargetNode) -> list[Container]:
    return [one for one in nodes(node) if isinstance(one, Container)]


def _replaced_around(root: Container, leaf: Leaf) -> ObjectNode | ItemsNode | None:
    """The outermost container around the leaf that the vendor replaces."""
    around = [node for node in _containers(root) if node.whole and node.path == leaf.path[: len(node.path)]]
    return min(around, key=lambda node: len(node.path)) if around else None


def _is_meant(scene: Scene, container: ObjectNode | ItemsNode) -> bool:
    """Has the author given a reason (`note`) or an assumption (`assumed`)?"""
    rule: Rule | None = rule_at(scene.checked.file, container.span)
    return rule is not None and bool(rule.note or rule.assumed)


def told_apart(scene: Scene, case: Case) -> Broken | None:
    """Two values of a `values` table do not become one, unless the rule is `one_way`."""
    tables = [leaf for leaf in leaves(scene.operation.body) if leaf.origin.values and not leaf.one_way]
    if not tables:
        return None
    before, after = scene.slots(case.before), scene.slots(case.after)
    for leaf in tables:
        then, now = before[leaf.slot], after[leaf.slot]
        if not is_value(then) or not same(then, now):
            continue
        old, new = _source(leaf, case.before), _source(leaf, case.after)
        if not (is_value(old) and is_value(new)) or same(old, new):
            continue
        known = {fingerprint(left) for left, _ in leaf.origin.values or ()}
        mapped = fingerprint(old) in known and fingerprint(new) in known
        if mapped or leaf.origin.unmapped == "pass":
            made = scene.applied(case.after)
            body = None if isinstance(made, RecordError) else made.body
            why = f"`{leaf.target}` is {{value}} for both, so the vendor never sees this change"
            return Broken(leaf.target, leaf.span, case.before, case.after, body, why, now)
    return None


def _source(leaf: Leaf, record: Record) -> Any:
    """The path that a rule reads, if it reads just a path."""
    source = leaf.origin.source
    node = source.expression.ast if isinstance(source, FromSource) else None
    while isinstance(node, Field):
        node = node.base
    if not isinstance(node, Current) or len(leaf.reads) != 1:
        return ABSENT
    value: Any = record
    for step in leaf.reads[0]:
        value = value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    return value


def names_customer(scene: Scene, case: Case) -> Broken | None:
    """A request says which customer is meant, if the mapping has a rule for it."""
    if not scene.identities:
        return None
    plan = scene.planned(case.before, case.after)
    if isinstance(plan, RecordError) or plan.request is None:
        return None
    before, after = scene.slots(case.before), scene.slots(case.after)
    if any(is_value(row[leaf.slot]) for leaf in scene.identities for row in (before, after)):
        return None  # one is enough; one that the contract requires is looked at before a request is made
    leaf, body = scene.identities[0], plan.request.body
    why = f"`{leaf.target}` is absent in before and after, but a request is made"
    return Broken(leaf.target, leaf.span, case.before, case.after, body, why)


MEANING_LAWS: Final = (
    Law("erases", "apply says less than it erases", erases),
    Law("told_apart", "two customers look the same to the vendor", told_apart),
    Law("said", "the vendor does not hold the value that was sent", said),
    Law("names_customer", "the request does not identify the customer", names_customer),
)
