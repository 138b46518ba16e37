"""Compares two meanings, subject by subject: what was added, removed, or means something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from custmap.review.compare.fact_words import harms_of_fact, meaning_of_fact, stated_of, text_of
from custmap.review.compare.head_facts import ORDER
from custmap.review.compare.meaning import CONTAINER, FIELD, HEAD, RIDER, RULE, Key, Meaning, Subject
from custmap.review.compare.state_words import harms_of, says_clear, sentences, states_in_words
from custmap.review.compare.told import CLEAR, REMOVE, FactChange, MeaningChange, StateChange

_RULES: Final = (RULE, FIELD, RIDER)
_BOTH: Final = ("from", "default", "format", "required", "unmapped")
"""The facts that rules and riders have alike."""


def changes_of(old: Meaning, new: Meaning) -> tuple[MeaningChange, ...]:
    """All changes of meaning: of requests first, then of rules by target, then of the rest of the head."""
    whole = [*_of_requests(old, new)]
    skipped = {one.request for one in whole} | _calls(old) ^ _calls(new)
    found = [
        one
        for key in dict.fromkeys((*old.subjects, *new.subjects))
        if not _is_of(key, skipped)
        and (one := _change(key, old, new, old.subjects.get(key), new.subjects.get(key))) is not None
    ]
    return (*whole, *sorted(found, key=_order))


def _order(one: MeaningChange) -> tuple[int, str, str]:
    place = 0 if one.target == "request" else 2 if one.target.startswith(("params.", "record")) else 1
    return (3 if one.target == "response" else place), one.request, one.target


def _entry(request: str) -> str:
    """The name of the entry of `requests`, of the name of one of its calls."""
    return request.removesuffix("[set]").removesuffix("[clear]")


def _of_requests(old: Meaning, new: Meaning) -> Iterator[MeaningChange]:
    """Requests that are made on one side only: their rules are not told one by one."""
    was, now = _requests(old), _requests(new)
    if was == {""} or now == {""}:
        was, now = was - {""}, now - {""}
    for name in sorted(was - now):
        yield _whole("removed", name, "no longer made", frozenset({REMOVE}))
    for name in sorted(now - was):
        yield _whole("added", name, "now made", frozenset())


def _is_of(key: Key, requests: set[str]) -> bool:
    """Does a subject belong to one of these requests, or to a call for entries?"""
    return not requests.isdisjoint({key.request, _entry(key.request), key.target.partition(".")[0]} - {""})


def _calls(meaning: Meaning) -> set[str]:
    """The calls for entries, `attributes[clear]`; whether there is one, a fact of its request says."""
    return {key.request for key in meaning.subjects if key.target == "request" and "[" in key.request}


def _requests(meaning: Meaning) -> set[str]:
    return {_entry(key.request) for key in meaning.subjects if key.target == "request"}


def _whole(action: Literal["added", "removed"], name: str, text: str, harms: frozenset[str]) -> MeaningChange:
    means = ("the vendor keeps what it holds of it",) if action == "removed" else ()
    fact = FactChange("request", None, None, text)
    return MeaningChange(action, name, "request", None, None, (fact,), (), means, None, harms)


def _change(
    key: Key, old: Meaning, new: Meaning, was: Subject | None, now: Subject | None
) -> MeaningChange | None:
    if was is not None and now is not None:
        return _changed(was, now)
    if was is not None:
        return _removed(was, new) if was.kind != CONTAINER else None
    assert now is not None
    return _added(now) if now.kind != CONTAINER else None


def _removed(was: Subject, new: Meaning) -> MeaningChange | None:
    key = was.key
    if key.target == ORDER or key.target.startswith("record "):  # the rules that read it say so
        return None
    if was.kind == HEAD:
        fact = FactChange("", None, None, "removed")
        return MeaningChange("removed", key.request, key.target, was.line, None, (fact,))
    means = "the vendor keeps what it holds"
    if was.kind == FIELD:
        means = "customers say nothing of it"
    elif was.kind == RIDER:
        means = "requests go without it"
    elif was.replaced:
        means = "the vendor replaces what is around it, and loses what it holds"
    source = was.facts["from"]
    word = "stated" if was.kind == FIELD else "sent"
    text = FactChange("from", source.text, None, f"no longer {word}")
    help = None
    heirs = [one.key.target for one in new.subjects.values() if _is_heir(one, was)]
    if heirs:
        help = f"Its source, `{source.text}`, fills {', '.join(f'`{one}`' for one in heirs)}."
    return MeaningChange(
        "removed", key.request, key.target, was.line, None, (text,), (), (means,), help, frozenset({REMOVE})
    )


def _is_heir(one: Subject, was: Subject) -> bool:
    return one.kind in _RULES and one.key != was.key and one.facts["from"].form == was.facts["from"].form


def _added(now: Subject) -> MeaningChange | None:
    key = now.key
    if key.target == ORDER or key.target.startswith("record "):
        return None
    if now.kind == HEAD:
        facts = tuple(
            FactChange(name, None, fact.text, text_of(name, None, fact, now))
            for name, fact in now.facts.items()
        )
        facts = facts or (FactChange("", None, None, "added"),)
        return MeaningChange("added", key.request, key.target, None, now.line, facts)
    source = now.facts["from"].text
    fact = FactChange("from", None, source, "now stated" if now.kind == FIELD else "now sent")
    states = (
        []
        if now.kind == FIELD
        else [StateChange(state, "diff", "nothing", told) for state, (_, told) in now.states.items()]
    )
    clears = [one.state for one in states if says_clear(one.state, one.new)]
    means = [f"from `{source}`", *([f"{states_in_words(clears, now.thing)} cleared"] if clears else [])]
    harms = frozenset({CLEAR}) if clears else frozenset[str]()
    return MeaningChange(
        "added", key.request, key.target, None, now.line, (fact,), tuple(states), tuple(means), None, harms
    )


def _changed(was: Subject, now: Subject) -> MeaningChange | None:
    names = [
        name
        for name in dict.fromkeys((*was.facts, *now.facts))
        if _form(was, name) != _form(now, name) and (was.kind == now.kind or name in _BOTH)
    ]
    names.sort(key="reads back".__eq__)  # what follows from the others comes last
    states = tuple(_states(was, now)) if was.states and now.states else ()
    if names and {"when", "reads back"}.issuperset(names):
        states = ()  # of a condition they say only what is not met
    if was.key.target == ORDER:
        names = names if _in_other_order(was, now) else []
    if not names and not states:
        return None
    facts: list[FactChange] = []
    harms: set[str] = set()
    for name in names:
        old, new = was.facts.get(name), now.facts.get(name)
        text = text_of(name, old, new, now)
        does = meaning_of_fact(name, old, new, was, now)
        does = does if does is None or now.kind != FIELD else stated_of(does)
        facts.append(FactChange(name, old.text if old else None, new.text if new else None, text, does))
        harms.update(harms_of_fact(name, old, new, was, now))
    harms |= harms_of(states)
    means = sentences(states, now.thing, one_way=now.kind == FIELD)
    if not facts:
        facts = [FactChange("states", None, None, "acts otherwise")]
    key = now.key
    return MeaningChange(
        "changed", key.request, key.target, was.line, now.line,
        tuple(facts), states, tuple(means), None, frozenset(harms),
    )  # fmt: skip


def _in_other_order(was: Subject, now: Subject) -> bool:
    """Are the requests of both sides in another order?"""
    old, new = (one.facts["order"].text.split(", ") for one in (was, now))
    return [name for name in old if name in new] != [name for name in new if name in old]


def _form(subject: Subject, name: str) -> object:
    fact = subject.facts.get(name)
    return None if fact is None else (fact.form,)


def _states(was: Subject, now: Subject) -> Iterator[StateChange]:
    for state in dict.fromkeys((*was.states, *now.states)):
        old, new = was.states.get(state), now.states.get(state)
        if old is None or new is None:  # a state that the value can have on one side only: the type says so
            continue
        for way, left, right in (("apply", old[0], new[0]), ("diff", old[1], new[1])):
            if left != right:
                yield StateChange(state, "apply" if way == "apply" else "diff", left, right)
