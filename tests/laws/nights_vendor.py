"""The vendor of nights: the store that a mapping declares, which takes a request, a part of it, or nothing.

Whether its answer comes through is another matter.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from nights_schedule import Delivery, Fate
from nights_trial import Answer, Trial

from custmap.model.walkers import leaves
from custmap.plan.plan import Plan
from custmap.prove.moves import Refused
from custmap.prove.store import State, Store
from custmap.values.absent import ABSENT
from custmap.values.numbers import key_text
from custmap.values.paths import Index, Member, Select, Value, parse_path


class Vendor:
    """`held` is what it holds of each customer."""

    def __init__(self, trial: Trial, count: Counter[str]) -> None:
        self.count = count
        self.voice = trial.voice
        self.store = Store(trial.loaded.checked)
        roots = trial.loaded.checked.operation.parts.values()
        self.identities = [leaf.name for root in roots for leaf in leaves(root) if leaf.policy.identity]
        self.held: dict[str, State] = {}

    def receive(self, key: str, plan: Plan, fate: Fate, delivery: Delivery) -> Answer | None:
        """What becomes of the request of a plan that is sent; None where no answer comes."""
        said = self._take(key, plan, delivery) if fate.arrives else None
        match fate:
            case Fate.TAKEN:
                return said
            case Fate.TAKEN_FAILED | Fate.LOST_FAILED:
                return (502 if fate.arrives else 503), "<html>Bad gateway</html>"
            case Fate.TAKEN_ODD:
                return self.voice.odd
            case Fate.REFUSED:
                return self.voice.refused
            case Fate.BUSY:
                return 429, None
        return None

    def _take(self, key: str, plan: Plan, delivery: Delivery) -> Answer:
        """Take a request, but for what is refused of it."""
        assert plan.request is not None
        refused = self.refused(plan, delivery)
        held = self.held.get(key, {})
        try:
            taken = self.store.receive(held, plan.request.body, plan.request.query)
        except Refused:
            self.count["refused by the declared vendor"] += 1
            return self.voice.refused
        for target in refused:
            taken = _put_back(taken, held, target)
        self.held[key] = taken
        return self._said(refused, delivery)

    def refused(self, plan: Plan, delivery: Delivery) -> list[str]:
        """The targets of the plan's changes that the vendor does not take."""
        if (self.voice.named if delivery.named else self.voice.nameless) is None:
            return []
        targets = [change.target for change in plan.changes if change.request is not None]
        return sorted({targets[pick % len(targets)] for pick in delivery.refuses}) if targets else []

    def _said(self, refused: list[str], delivery: Delivery) -> Answer:
        voice = self.voice
        accused = self.identities if delivery.accuses and voice.named is not None else []
        if not refused and not accused:
            return voice.taken
        if refused and not delivery.named:
            assert voice.nameless is not None
            self.count["refused in part, not named"] += 1
            return voice.nameless
        assert voice.named is not None
        self.count["refused in part, named"] += bool(refused)
        self.count["an identity accused"] += bool(accused)
        return voice.named([*refused, *accused])


def _put_back(taken: State, held: State, target: str) -> State:
    """A state in which a target is as it was."""
    made = _put(taken, held, list(parse_path(target, values=True)))
    return made if isinstance(made, dict) else {}


def _put(taken: Any, held: Any, way: list[Any]) -> Any:
    if not way:
        return held
    step, *rest = way
    key = _key(step, taken, held)
    made = dict(taken) if isinstance(taken, dict) else {}
    below = made.get(key, ABSENT)
    now = _put(below, held.get(key, ABSENT) if isinstance(held, dict) else ABSENT, rest)
    if now is ABSENT or (now == {} and rest):
        made.pop(key, None)
    else:
        made[key] = now
    return made if made else ABSENT


def _key(step: Any, *states: Any) -> Any:
    """The key of a step in states: items of a list with a key are held by the key's value."""
    match step:
        case Member(name):
            return name
        case Index():
            return step
        case Value(value=value):
            known = [key for state in states if isinstance(state, dict) for key in state]
            return next((key for key in known if _text(key) == key_text(value)), value)
        case Select(value=value):
            known = [key for state in states if isinstance(state, dict) for key in state]
            return next((key for key in known if _text(key) == value), value)


def _text(key: Any) -> str:
    """The key of an item as targets have it: of one that a rule names, and of one of the customer's."""
    if isinstance(key, Select):
        return _text(key.value)
    if isinstance(key, tuple):  # the fingerprint of true or false
        return str(key[1]).lower()
    return str(key)
