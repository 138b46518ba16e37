"""Which facts the records of a fixture show.

A state counts in apply and in diff alike: of a diff that of the record after, laid over the one before, as
it is compared; `absent` also where the record after itself does not mention it; `gone` only where before had
a value. A clear and a rejection count where the plan has them. A record that is refused shows nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from custmap.border.intake import take
from custmap.diagnostics.errors import CustmapError, RecordError
from custmap.diagnostics.span import Span
from custmap.model.checked import Checked, Operation
from custmap.model.clear import SKIP, Clear
from custmap.model.nodes import Leaf, ObjectNode, Rider
from custmap.model.note import Fact as Noted
from custmap.model.walkers import eaches, leaves, nodes, own_objects
from custmap.plan.engine import Engine, Ruled
from custmap.plan.plan import Plan
from custmap.running.states import Failure, is_value
from custmap.testing.call import Answer, plan_of
from custmap.testing.facts.asking import Asked, Asker, is_gone
from custmap.testing.facts.fact import GONE, LEFT_OUT, MISSING, SENT, VALUE, Fact, Shown, place_of
from custmap.testing.facts.rules import Part, clear_word, row_name
from custmap.testing.fixture import Apply, Diff, Fixture, Settle, Stated
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.paths import found_at

if TYPE_CHECKING:
    from custmap.tables.source import Source


class Sides(NamedTuple):
    """What is compared: `stated` is after as it is given; `before` None: there is none."""

    before: dict[str, Any] | None
    after: dict[str, Any]
    stated: dict[str, Any]


def shown_by_records(fixture: Fixture, answer: Answer, parts: list[Part], asker: Asker) -> Iterator[Shown]:
    """What an apply, a diff or a settle shows of the rules of a mapping."""
    assert answer.mapping is not None
    sides = _sides(fixture, answer)
    if sides is None:
        return
    plan = plan_of(fixture, answer)
    told = _Told(plan, answer.error)
    bounds = _riders(answer, fixture.params)
    by_checked = {id(part.checked): part for part in parts}
    for ruled in answer.mapping.engine.ruled:
        part = by_checked[id(ruled.engine.checked)]
        riders = bounds.get(id(part.checked), ())
        yield from _states(part, ruled.engine, sides, riders, asker)
        yield from told.of(part)
        yield from _parameters(part, answer, riders, fixture.params)
        for call, scope in _entries(ruled, sides):
            inner = by_checked[id(call)]
            yield from _asked(inner, asker.ask(inner.operation.table, scope, ()), inner.prefix)
        for call in ruled.inner:
            inner = by_checked[id(call)]
            yield from _parameters(inner, answer, bounds.get(id(call), ()), fixture.params)


def shown_by_rows(fixture: Fixture, source: Source, part: Part, asker: Asker) -> Iterator[Shown]:
    """What the rows of a fixture show of the rules of their source."""
    call = fixture.call
    rows: list[Any] = []
    match call:
        case Stated(row) | Apply(row):
            rows = [row]
        case Diff(before, after):
            rows = [row for row in (before, after) if row is not None]
    for row in rows:
        try:
            scope = source.reader.scope_of(row)
        except CustmapError:
            continue
        yield from _asked(part, asker.ask(part.operation.table, scope, ()), part.prefix)


def _sides(fixture: Fixture, answer: Answer) -> Sides | None:
    """The two records as they are compared; None where one is refused, or there is none."""
    call = fixture.call
    if isinstance(call, Settle):
        call = call.diff
    mapping = answer.mapping
    if mapping is None or not isinstance(call, Apply | Diff):
        return None
    nulls = call.options.get("nulls", "clear")
    try:
        if isinstance(call, Apply):
            taken = _taken(call.customer, answer, nulls)
            return Sides(None, taken.record, taken.record)
        taken = _taken(call.after, answer, nulls)
        held = None if call.before is None else _taken(call.before, answer, nulls)
    except CustmapError:
        return None
    complete = call.options.get("absent") == "clear"
    pair = mapping.engine.pair(held, taken, complete=complete)
    return Sides(None if held is None else held.record, pair.after, taken.record)


def _taken(record: Any, answer: Answer, nulls: Any) -> Any:
    assert answer.mapping is not None
    if answer.source is not None:
        return answer.source.reader.take(record)
    return take(record, answer.mapping.checked.canonical, nulls=nulls)


def _riders(answer: Answer, params: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
    """What parameters fill, by the mapping of each call."""
    assert answer.mapping is not None
    maker = answer.mapping.engine
    try:
        bound = maker.binder.bind(params)
    except (CustmapError, TypeError, ValueError):
        return {}
    bounds = bound if isinstance(bound, tuple) else (bound,)
    return {id(call): one.riders for call, one in zip(maker.checked.calls, bounds, strict=True)}


def _states(
    part: Part, engine: Engine, sides: Sides, riders: tuple[Any, ...], asker: Asker
) -> Iterator[Shown]:
    table = part.operation.table
    after = asker.ask(table, sides.after, riders)
    row = engine.row(sides.after, riders or engine.stand_ins)
    refused = {place for place, state in enumerate(row) if type(state) is Failure}
    yield from _asked(part, after, part.prefix, refused)
    if sides.before is None:
        return
    stated = asker.ask(table, sides.stated, riders)
    before = asker.ask(table, sides.before, riders)
    for own, then, now in zip(stated, before, after, strict=True):
        place = place_of(part.request, now.slot.span, part.prefix + now.slot.target)
        if own.state == "absent":
            yield place, Fact("state", "absent")
        yield from _gone(part, then, now, part.prefix)


def _asked(part: Part, asked: list[Asked], prefix: str, refused: Container[int] = ()) -> Iterator[Shown]:
    """The states and choices that a record, or an item, shows.

    `refused`  slots whose value cannot be sent: that shows no value.
    """
    for one in asked:
        slot = one.slot
        place = place_of(part.request, slot.span, prefix + slot.target)
        if one.state is not None and not (one.state == VALUE and slot.slot in refused):
            yield place, Fact("state", one.state)
            if one.state in ("absent", "null"):
                yield place, Fact("state", MISSING)
        for fact in one.facts:
            yield place, fact
        for _, inner in one.items:
            yield from _asked(part, inner, f"{prefix}{slot.target}[].")


def _gone(part: Part, before: Asked, after: Asked, prefix: str) -> Iterator[Shown]:
    """What has gone; in an item only what an item of the same key had."""
    slot = after.slot
    place = place_of(part.request, slot.span, prefix + slot.target)
    if not isinstance(slot, Leaf):
        if before.state == VALUE and after.state == "absent":
            yield place, Fact("state", GONE)
        return
    if is_gone(slot, before, after):
        yield place, Fact("state", GONE)
    if not slot.kind.has_items:
        return
    known = {key: inner for key, inner in before.items if key is not None}
    for key, inner in after.items:
        for then, now in zip(known.get(key, ()), inner, strict=False):
            if then.slot is now.slot:
                within = f"{prefix}{slot.target}[]."
                yield from _gone(part, then, now, within)
                yield from _cleared_inside(part, then, now, within)


def _cleared_inside(part: Part, before: Asked, after: Asked, prefix: str) -> Iterator[Shown]:
    """A member of an item is cleared with the item, and no change of a plan is about it."""
    leaf = after.slot
    if isinstance(leaf, Leaf) and before.state == VALUE and after.state in ("null", "absent"):
        clear = leaf.policy.clear
        if clear.says or clear == SKIP:
            yield place_of(part.request, leaf.span, prefix + leaf.target), Fact("clear", clear_word(clear))


def _entries(ruled: Ruled, sides: Sides) -> Iterator[tuple[Checked, dict[str, Any]]]:
    """For each entry that has a request of its own the mapping of the call, and what its rules read."""
    if not ruled.inner:
        return
    table = ruled.engine.checked.operation.table
    leaf = next(slot for slot in table.slots if isinstance(slot, Leaf))
    now = _by_key(leaf, ruled.engine.row(sides.after, ())[leaf.slot])
    then = {}
    if sides.before is not None:
        then = _by_key(leaf, ruled.engine.row(sides.before, ())[leaf.slot])
    for key, value in now.values():
        if is_value(value):
            yield ruled.inner[0], {"key": key, "value": value, "customer": sides.after}
    for mark, (key, value) in {**now, **then}.items():
        if len(ruled.inner) > 1 and now.get(mark, (key, None))[1] is None:
            yield ruled.inner[1], {"key": key, "value": value, "customer": sides.after}


def _by_key(leaf: Leaf, raw: Any) -> dict[Any, tuple[Any, Any]]:
    if type(raw) is dict:
        return {key: (key, value) for key, value in raw.items()}
    if type(raw) is not list:
        return {}
    if leaf.kind.one_by_one:
        return {fingerprint(one): (one, one) for one in raw}
    keys = [(one.get(leaf.key or ""), one) for one in raw if type(one) is dict]
    return {fingerprint(key): (key, one) for key, one in keys}


class _Told:
    """What a plan, or the error in its place, tells of rules: by their places in the file."""

    def __init__(self, plan: Plan | None, error: CustmapError | None) -> None:
        self._cleared = {_at(one.span) for one in plan.changes if one.action == "clear"} if plan else set()
        notes = () if plan is None else plan.notes
        self._skipped = {_at(one.span) for one in notes if one.span and one.fact is Noted.CLEAR_SKIPPED}
        told = [(one.span, one.code) for one in plan.rejected] if plan else []
        if isinstance(error, RecordError):
            told += [(one.span, one.code) for one in error.diagnostics if one.span]
        self._rejected = {(_at(span), code) for span, code in told}

    def of(self, part: Part) -> Iterator[Shown]:
        for root in part.operation.parts.values():
            for leaf in leaves(root):
                yield from self._leaf(part, leaf, part.prefix)
            for node in own_objects(root):
                if node.clear is not None:
                    yield from self._of(part, node, node.clear, part.prefix)

    def _leaf(self, part: Part, leaf: Leaf, prefix: str) -> Iterator[Shown]:
        yield from self._of(part, leaf, leaf.policy.clear, prefix)
        for each in eaches(leaf.origin):
            for member in leaves(each.table.item):
                yield from self._leaf(part, member, f"{prefix}{leaf.target}[].")

    def _of(self, part: Part, rule: Leaf | ObjectNode, clear: Clear, prefix: str) -> Iterator[Shown]:
        place = place_of(part.request, rule.span, prefix + rule.target)
        at = _at(rule.span)
        if at in self._cleared:
            listed = isinstance(rule, Leaf) and rule.ways is not None
            yield place, Fact("clear", "gone" if listed else clear_word(clear))
        if at in self._skipped:
            yield place, Fact("clear", clear_word(SKIP))
        for where, code in self._rejected:
            if where == at:
                yield place, Fact("rejected", code)


def _at(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _parameters(
    part: Part, answer: Answer, riders: tuple[Any, ...], params: dict[str, Any]
) -> Iterator[Shown]:
    """Which parameters and constants a request carries, and which it leaves out."""
    operation = part.operation
    sent = [one for one in answer.requests if one.name == operation.name and one.clears == operation.clears]
    if not sent or len(riders) != len(operation.riders):
        return
    bodies = [body for one in sent for body in _bodies(operation, one.body)]
    for root in operation.parts.values():
        yield from _riders_below(part, root, part.prefix, bodies, riders, params, inside=False)
    if operation.bulk is not None:
        own = [one.body for one in sent]
        envelope = operation.bulk.envelope
        yield from _riders_below(part, envelope, part.prefix, own, riders, params, inside=False)


def _bodies(operation: Operation, body: Any) -> list[Any]:
    return [body] if operation.bulk is None else operation.bulk.items(body)


def _riders_below(
    part: Part,
    root: Any,
    prefix: str,
    bodies: list[Any],
    riders: tuple[Any, ...],
    params: dict[str, Any],
    *,
    inside: bool,
) -> Iterator[Shown]:
    flat = root in part.operation.flat.values()
    for node in nodes(root):
        if isinstance(node, Rider):
            place = place_of(part.request, node.span, prefix + node.target)
            rider = part.operation.riders[node.index]
            there = flat or inside or part.operation.changes is not None
            there = there or any(found_at(body, node.path) is not ABSENT for body in bodies)
            if riders[node.index] is ABSENT:
                yield place, Fact("parameter", LEFT_OUT)
            elif there:
                yield place, Fact("parameter", SENT)
                if rider.param in params and rider.values is not None:
                    mark = fingerprint(params[rider.param])
                    for left, right in rider.values:
                        if fingerprint(left) == mark:
                            yield place, Fact("values", row_name(left, right))
        if isinstance(node, Leaf):
            for each in eaches(node.origin):
                items = [found_at(body, node.path) for body in bodies]
                if inside or any(type(one) is list and one for one in items):
                    within = f"{prefix}{node.target}[]."
                    item = each.table.item
                    yield from _riders_below(part, item, within, [], riders, params, inside=True)
