"""The laws of language § 7, each a function that fails with the facts when the law is broken.

They ask a mapping only through `apply` and `diff`, and the vendor only through its store. The vendor's
state is looked at flat: `("attributes", "plan") → "gold"`, the places that plans name as targets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from stores.store import Call, State, Store

from custmap.values.equality import same
from custmap.values.paths import Index, Member, PathError, Select, Value, parse_path

Customer = dict[str, Any]
Place = tuple[str, ...]
Calls = tuple[Call, ...]
_NAMED = ("name", "phone", "loyalty", "payment_card")
_TEXT_PARTS = {"name": "formatted", "phone": "number"}
_NO_EXCUSE = ("replaced whole", "count as changed", "counts as changed", "twice", "taken as")
"""Notes with these words tell of what is sent; the others tell of what is not."""


class BrokenLaw(AssertionError):
    """A law does not hold; the message has the facts."""


@dataclass(frozen=True)
class Case:
    """A mapping beside its vendor."""

    mapping: Any
    store: Store

    def customer(self, record: Customer) -> Customer:
        """The record with the ids that name the customer at this vendor, and what is always said."""
        return {**record, **self.store.named}

    def apply(self, record: Customer) -> State:
        return self.store.receive(self.store.empty, *calls(self.requests(record)))

    def requests(self, record: Customer) -> Any:
        absent = "clear" if self.store.replaces else "keep"
        return self.mapping.requests(record, self.store.params, on_rejected="drop", absent=absent)

    def diff(self, before: Customer | None, after: Customer, absent: str = "keep") -> Any:
        """The plan. A vendor who replaces all is told of complete records: after is laid over before here."""
        if self.store.replaces and absent == "keep":
            after, absent = plus(before or {}, after), "clear"
        return self.mapping.diff(before, after, self.store.params, absent=absent)

    def update(self, state: State, plan: Any) -> State:
        return self.store.receive(state, *calls(plan.requests))


def calls(requests: Any) -> tuple[Call, ...]:
    """What the vendor sees of the requests."""
    return tuple(map(Call.of, requests))


def plus(before: Customer, after: Customer) -> Customer:
    """a⁺: `after` laid over `before`."""
    laid = {**before, **after}
    for field in _NAMED:
        then, now = before.get(field), after.get(field)
        if field in _TEXT_PARTS and isinstance(then, str):
            then = {_TEXT_PARTS[field]: then}
        if field == "phone" and isinstance(now, str) and isinstance(then, dict):
            kept = {key: value for key, value in then.items() if key not in ("number", "extension")}
            laid[field] = {**kept, "number": now}
        elif isinstance(then, dict) and isinstance(now, dict):
            laid[field] = {**then, **now}
    return laid


def flat(state: Any, at: Place = ()) -> dict[Place, Any]:
    """Every leaf of a state; an empty object is one."""
    if not isinstance(state, dict) or (not state and at):
        return {at: state}
    found: dict[Place, Any] = {}
    for key, value in state.items():
        found |= flat(value, (*at, key))
    return found


def place_of(target: str) -> Place:
    """A plan's target as a place in a flat state."""
    place: list[str] = []
    for segment in parse_path(target, values=True):
        match segment:
            case Member(name):
                place.append(name)
            case Index(position):
                place.append(str(position))
            case Select(_, value) | Value(value):
                place.append(str(value))
    return tuple(place)


def rejected_places(plan: Any) -> set[Place]:
    return {place_of(rejection.target) for rejection in plan.rejected}


def noted_places(plan: Any) -> set[Place]:
    """Places of which the plan notes that something was not said."""
    found = set()
    for note in plan.notes:
        if any(words in note for words in _NO_EXCUSE):
            continue
        try:
            found.add(place_of(note.target))
        except PathError:
            continue
    return found


def touches(place: Place, others: set[Place]) -> bool:
    """Is the place one of the others, inside one, or around one?"""
    return any(place[: len(other)] == other or other[: len(place)] == place for other in others)


def differences(one: State, other: State, left_out: set[Place]) -> dict[Place, tuple[Any, Any]]:
    """The places where two states differ, but for those that are left out."""
    first, second = flat(one), flat(other)
    missing = object()
    return {
        place: (first.get(place, "nothing"), second.get(place, "nothing"))
        for place in first.keys() | second.keys()
        if not same(first.get(place, missing), second.get(place, missing)) and not touches(place, left_out)
    }


def converges(
    case: Case, before: Customer, after: Customer, *, absent: str = "keep", sent: Calls | None = None
) -> None:
    """The vendor ends where saying everything would have brought it. `sent` instead of what the plan says."""
    wanted = case.apply(after if absent == "clear" else plus(before, after))
    held = case.apply(before)
    plan = case.diff(before, after, absent)
    ended = case.update(held, plan) if sent is None else case.store.receive(held, *sent)
    rejected = rejected_places(plan)
    off = differences(ended, wanted, rejected | noted_places(plan))
    if off:
        raise BrokenLaw(f"does not converge: {off}\n{_facts(plan, before, after)}")
    moved = {
        place: values
        for place, values in differences(ended, held, set()).items()
        if any(place[: len(other)] == other for other in rejected)
    }
    if moved:
        raise BrokenLaw(f"rejected, and yet changed: {moved}\n{_facts(plan, before, after)}")


def idempotent(case: Case, record: Customer) -> None:
    """What did not change is not sent."""
    for absent in ("keep", "clear"):
        plan = case.diff(record, deepcopy(record), absent)
        if plan.requests or plan.changes:
            raise BrokenLaw(f"diff(x, x) has something to say ({absent})\n{_facts(plan, record, record)}")


def looks_the_same(case: Case, before: Customer, after: Customer) -> None:
    """Where both look the same to the vendor, and nothing was null anew, nothing is sent."""
    plan = case.diff(before, after)
    held = case.apply(before)
    if not plan.requests or differences(case.update(held, plan), held, set()):
        return
    if all(_told_anew(change) for change in plan.changes):
        return
    raise BrokenLaw(f"nothing changes, and yet a request\n{_facts(plan, before, after)}")


def minimal(case: Case, before: Customer, after: Customer) -> None:
    """Leaving out any part of the requests breaks convergence, but for what is exempt."""
    plan = case.diff(before, after)
    said = calls(plan.requests)
    # What could not be said of before is not known to the vendor, and is told anew, too.
    unsaid = {rejection.source for rejection in case.diff(None, before).rejected}
    anew = {place_of(one.target) for one in plan.changes if _told_anew(one) or one.source in unsaid}
    for part, without in shorter(said, case.store):
        if exempt(part, anew, case.store, plan):
            continue
        try:
            converges(case, before, after, sent=without)
        except AssertionError:
            continue
        raise BrokenLaw(f"{part} is not needed in {said}\n{_facts(plan, before, after)}")


def shorter(said: Calls, store: Store) -> Iterator[tuple[Place, Calls]]:
    """(part, the calls without it): parts of a body, names of a mask, and calls that have no body."""
    for at, call in enumerate(said):
        first, rest = said[:at], said[at + 1 :]
        for part, body in parts(call.body, store.selected, store.units) if call.body else ():
            yield part, (*first, replace(call, body=body), *rest)
        names = call.query[store.mask].split(",") if store.mask else []
        for name in names:
            query = {**call.query, store.mask: ",".join(other for other in names if other != name)}
            yield (name,), (*first, replace(call, query=query), *rest)
        if not call.body:
            yield call.path, (*first, *rest)


def _told_anew(change: Any) -> bool:
    """Is it said that there is nothing, where before said nothing? Who knows what the vendor holds."""
    held = change.before
    if isinstance(held, dict):
        nothing = all(value in (None, "") for value in held.values())
    else:
        nothing = held is None or held == []
    return nothing and (change.action == "clear" or change.after in ("", [], {}))


def exempt(part: Place, anew: set[Place], store: Store, plan: Any) -> bool:
    if part in store.exempt or part[-1] in store.along or touches(part, anew):
        return True
    if any(part[-1] == place[-1] for place in anew):  # a name in a list of names
        return True
    changed = {place_of(change.target) for change in plan.changes}
    inside = any(len(part) > len(w) and part[: len(w)] == w for w in map(place_of, store.whole))
    return inside and not touches(part, changed)


def parts(
    body: Any, selected: Mapping[str, str], units: frozenset[str], at: Place = ()
) -> Iterator[tuple[Place, Any]]:
    """(part, the body without it) for every leaf and every item of a list that stands there once.

    A container that has nothing left is left out with its last part. `selected` are the lists whose
    items have a name, and the member that has it; `units` those whose items go whole.
    """
    if isinstance(body, dict):
        for key, value in body.items():
            rest = {name: other for name, other in body.items() if name != key}
            if not value or not isinstance(value, dict | list):
                yield (*at, key), rest
                continue
            for part, without in parts(value, selected, units, (*at, key)):
                yield part, {**body, key: without} if without else rest
    elif len(body) == 1 and isinstance(body[0], dict) and ".".join(at) not in units:
        for part, without in parts(body[0], selected, units, (*at, _item_name(body[0], 0, at, selected))):
            yield part, [without] if without else []
    else:
        for position, item in enumerate(body):
            if body.count(item) == 1:
                name = _item_name(item, position, at, selected)
                yield (*at, name), [*body[:position], *body[position + 1 :]]


def _item_name(item: Any, position: int, at: Place, selected: Mapping[str, str]) -> str:
    if isinstance(item, dict):
        return str(item.get(selected.get(".".join(at), ""), position))
    return item if isinstance(item, str) else str(position)


def frame(case: Case, before: Customer, after: Customer, strangers: Mapping[str, Any]) -> None:
    """What the mapping does not manage stays: members that others put beside ours."""
    held = {**case.apply(before), **strangers}
    ended = case.update(held, case.diff(before, after))
    for name, value in strangers.items():
        if not same(ended.get(name), value):
            raise BrokenLaw(f"{name} is not ours, and changed")


def retries(case: Case, before: Customer, after: Customer) -> None:
    """Any of it, then all of it is sending it once, but for what the plan names as not repeatable."""
    plan = case.diff(before, after)
    held = case.apply(before)
    said = calls(plan.requests)
    once = case.store.receive(held, *said)
    for arrived in range(1, len(said) + 1):
        twice = case.store.receive(held, *said[:arrived], *said)
        if off := differences(twice, once, {(name,) for name in case.store.again}):
            raise BrokenLaw(f"{arrived} sent twice: {off}\n{_facts(plan, before, after)}")


def disjoint(case: Case, before: Customer, after: Customer) -> None:
    """Nothing is set and cleared at once, and no target is said twice."""
    plan = case.diff(before, after)
    said = [change.target for change in plan.changes]
    if len(said) != len(set(said)):
        raise BrokenLaw(f"a target is said twice: {sorted(said)}\n{_facts(plan, before, after)}")
    if both := set(said) & {rejection.target for rejection in plan.rejected}:
        raise BrokenLaw(f"said and rejected: {sorted(both)}\n{_facts(plan, before, after)}")


def pure(case: Case, before: Customer, after: Customer) -> None:
    """Inputs stay as they are, outputs share nothing with them, and the order of keys means nothing."""
    kept = deepcopy((before, after))
    plan = case.diff(before, after)
    first = as_sent(plan.requests)
    json.dumps(plan.to_dict(), allow_nan=False)  # plain values, nothing of the engine's own
    if kept != (before, after) or repr(kept) != repr((before, after)):
        raise BrokenLaw("an input changed")
    again = case.diff(turned(before), turned(after))
    if as_sent(again.requests) != first or again.changes != plan.changes:
        raise BrokenLaw(f"the order of keys shows\n{_facts(plan, before, after)}\n{_facts(again)}")
    for request in plan.requests:
        _spoil(request.body)
    if repr(kept) != repr((before, after)):
        raise BrokenLaw("what goes out shares something with what came in")
    if as_sent(case.diff(before, after).requests) != first:
        raise BrokenLaw("what goes out shares something with the mapping")


def complete(case: Case, before: Customer, after: Customer) -> None:
    """The same with complete records: what after does not mention is gone."""
    converges(case, before, after, absent="clear")


def as_sent(requests: Any) -> str:
    """Requests with their members in the order in which they stand: a client writes `body` as it is."""
    return json.dumps([request.to_dict() for request in requests], allow_nan=False)


def turned(value: Any) -> Any:
    """The same value with the members of its objects in the other order."""
    if isinstance(value, dict):
        return {key: turned(item) for key, item in reversed(value.items())}
    return [turned(item) for item in value] if isinstance(value, list) else value


def _spoil(value: Any) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _spoil(item)
        value["spoiled"] = True
    elif isinstance(value, list):
        for item in value:
            _spoil(item)
        value.append("spoiled")


def without_a_before(case: Case, record: Customer) -> None:
    """diff(None, x) is apply(x), where there is something to say."""
    plan = case.diff(None, record)
    requests = case.requests(record)
    if plan.requests and as_sent(plan.requests) != as_sent(requests):
        raise BrokenLaw(f"apply: {as_sent(requests)}\n{_facts(plan, None, record)}")
    said = differences(case.apply(record), case.store.empty, set()).keys() - case.store.exempt
    if not plan.requests and said:
        raise BrokenLaw(f"apply has something to say: {as_sent(requests)}\n{_facts(plan, None, record)}")


def composes(case: Case, first: Customer, second: Customer, third: Customer) -> None:
    """Complete records, nothing rejected: a → b → c ends where a → c ends, a → b → a where it began."""
    start = case.apply(first)
    plans = [case.diff(*pair, absent="clear") for pair in ((first, second), (second, third), (first, third))]
    back = case.diff(second, first, absent="clear")
    if any(plan.rejected or noted_places(plan) for plan in (*plans, back)):
        return
    step = case.update(start, plans[0])
    if off := differences(case.update(step, plans[1]), case.update(start, plans[2]), set()):
        raise BrokenLaw(f"the way matters: {off}\n{first}\n{second}\n{third}")
    if off := differences(case.update(step, back), start, set()):
        raise BrokenLaw(f"there and back is elsewhere: {off}\n{first}\n{second}")


def _facts(plan: Any, before: Any = None, after: Any = None) -> str:
    sent = [(request.url, request.body) for request in plan.requests]
    told = "\n".join(f"  {item}" for item in (*plan.changes, *plan.rejected, *plan.notes))
    return f"before {before}\nafter  {after}\nsent   {sent}\n{told}"


PAIR_LAWS: dict[str, Callable[[Case, Customer, Customer], None]] = {
    "converges": converges,
    "converges_with_complete_records": complete,
    "minimal": minimal,
    "looks_the_same": looks_the_same,
    "retries": retries,
    "disjoint": disjoint,
    "pure": pure,
}
