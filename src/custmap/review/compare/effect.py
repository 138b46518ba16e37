"""`Effect`: what a change of a mapping does to the requests of many records, counted; no value is kept.

A sample counts once, however many of its calls differ, so no count is more than the number of samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from custmap.review.compare.given_samples import Sample
from custmap.review.compare.meaning import Key, Subject
from custmap.review.compare.side import Result, Said, Side, parts_of
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.words import counted
from custmap.wire.request import Request

NOW_CLEARED: Final = "now cleared"
NO_LONGER_CLEARED: Final = "no longer cleared"
CLEARED_OTHERWISE: Final = "cleared in another way"
NOW_REJECTED: Final = "now rejected"
NO_LONGER_REJECTED: Final = "no longer rejected"
NOW_SENT: Final = "now sent"
NO_LONGER_SENT: Final = "no longer sent"
SENT_DIFFERENTLY: Final = "sent differently"
FATES: Final = (
    SENT_DIFFERENTLY, NOW_CLEARED, NO_LONGER_CLEARED, CLEARED_OTHERWISE, NOW_SENT, NO_LONGER_SENT,
    NOW_REJECTED, NO_LONGER_REJECTED,
)  # fmt: skip
_NOTHING: Final = Said({}, {})
_MOST: Final = 3
"""So many targets that are now cleared are named in a summary."""


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What becomes of one rule: in how many samples, by fate."""

    request: str
    target: str
    counts: dict[str, int]

    @property
    def name(self) -> str:
        return f"{self.request} {self.target}" if self.request else self.target


@dataclass(frozen=True, slots=True)
class Effect:
    """What differs over samples.

    `fixtures`, `records`  how many there were; `are_drawn`: the records were drawn.
    `differ`   samples of which a request differs; `rejected`, `accepted` those of which something is now, or
               is no longer, rejected; `refused`, `taken` the same of whole records.
    `unsent`   given records, not drawn ones, for which neither side makes a request: they show nothing.
    `codes`    for which samples are now rejected or refused.
    `rules`    by target.
    """

    fixtures: int
    records: int
    are_drawn: bool
    differ: int
    rejected: int
    accepted: int
    refused: int
    taken: int
    unsent: int
    codes: dict[str, int]
    rules: tuple[RuleEffect, ...]

    def __bool__(self) -> bool:
        return bool(self.differ or self.rejected or self.accepted or self.rules)

    def having(self, fate: str) -> list[tuple[RuleEffect, int]]:
        """The rules with this fate, and in how many samples they have it."""
        return [(one, one.counts[fate]) for one in self.rules if one.counts.get(fate)]

    def __str__(self) -> str:
        """`over 60 fixtures and 2,000 records: 212 requests differ · 3 now clear `phone` · …`"""
        parts = []
        if self.differ:
            parts.append(f"{counted(self.differ, 'request')} {'differs' if self.differ == 1 else 'differ'}")
        cleared = sorted(self.having(NOW_CLEARED), key=lambda one: -one[1])
        for one, count in cleared[:_MOST]:
            parts.append(f"{count:,} now {'clears' if count == 1 else 'clear'} `{one.name}`")
        if len(cleared) > _MOST:
            parts.append(f"{counted(len(cleared) - _MOST, 'more target')} cleared")
        for count, word in ((self.rejected, "now"), (self.accepted, "no longer")):
            if count:
                parts.append(f"{count:,} {'is' if count == 1 else 'are'} {word} rejected")
        parts = parts or ["no request differs"]
        if self.unsent:
            verb = "makes" if self.unsent == 1 else "make"
            parts.append(f"{counted(self.unsent, 'record')} {verb} no request in either version")
        return f"over {self.over}: {' · '.join(parts)}"

    @property
    def over(self) -> str:
        found = [counted(self.fixtures, "fixture")] if self.fixtures or not self.records else []
        found += [counted(self.records, "record")] if self.records else []
        return " and ".join(found)

    def to_dict(self) -> dict[str, Any]:
        return {
            "fixtures": self.fixtures,
            "records": self.records,
            "drawn": self.are_drawn,
            "requests_differ": self.differ,
            "now_rejected": self.rejected,
            "no_longer_rejected": self.accepted,
            "now_refused": self.refused,
            "no_longer_refused": self.taken,
            "without_requests": self.unsent,
            "codes": self.codes,
            "rules": [
                {"request": one.request, "target": one.target, "counts": one.counts} for one in self.rules
            ],
        }


def effect_of(
    old: Side, new: Side, fixtures: Sequence[Sample], records: Sequence[Sample], *, are_drawn: bool
) -> Effect:
    """What differs between two sides over these samples."""
    rules: dict[Key, Counter[str]] = {}
    totals: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    unsent = 0
    for at, sample in enumerate((*fixtures, *records)):
        sent = are_drawn or at < len(fixtures)
        seen: set[tuple[Key, str]] = set()
        facts: set[str] = set()
        now: set[str] = set()
        for call in sample.calls:
            was, is_ = old.result(sample, call), new.result(sample, call)
            sent = sent or bool(was.requests or is_.requests)
            if _look(old, new, was, is_, seen, facts):
                facts.add("differ")
            now |= _new_codes(was, is_)
        for key, fate in seen:
            rules.setdefault(key, Counter())[fate] += 1
        unsent += not sent
        totals.update(facts)
        codes.update(now)
    return Effect(
        fixtures=len(fixtures),
        records=len(records),
        are_drawn=are_drawn,
        differ=totals["differ"],
        rejected=totals["rejected"],
        accepted=totals["accepted"],
        refused=totals["refused"],
        taken=totals["taken"],
        unsent=unsent,
        codes=dict(sorted(codes.items())),
        rules=tuple(_effect(key, rules[key]) for key in sorted(rules)),
    )


def _effect(key: Key, counts: Counter[str]) -> RuleEffect:
    return RuleEffect(key.request, key.target, {fate: counts[fate] for fate in FATES if counts[fate]})


def _look(
    old: Side, new: Side, was: Result, now: Result, seen: set[tuple[Key, str]], facts: set[str]
) -> bool:
    """Notes what differs between two results; does a request?"""
    if was.refused or now.refused:
        if now.refused and not was.refused:
            facts |= {"refused", "rejected"}
        if was.refused and not now.refused:
            facts |= {"taken", "accepted"}
        return bool(was.requests) != bool(now.requests)
    differs = not _same_requests(was.requests, now.requests)
    if not differs and was.rules == now.rules:
        return False
    rejected = {target for said in now.rules.values() for target in said.rejected}
    for key in (*was.rules, *(key for key in now.rules if key not in was.rules)):
        for fate in _fates(was.rules.get(key, _NOTHING), now.rules.get(key, _NOTHING), rejected):
            seen.add((key, fate))
            facts |= {NOW_REJECTED: {"rejected"}, NO_LONGER_REJECTED: {"accepted"}}.get(fate, set())
    if differs:
        beside = set(_beside(old, new, was, now))
        if not beside and was.rules == now.rules:
            beside = set(_said_otherwise(old, new, was)) or {(_body(was, now), SENT_DIFFERENTLY)}
        seen |= beside
    return differs


def _fates(was: Said, now: Said, rejected: set[str]) -> Iterator[str]:
    """What becomes of a rule. `rejected`: all targets that are, by a rule of an entry's request too."""
    for target in {**was.changes, **now.changes}:
        old, new = was.changes.get(target), now.changes.get(target)
        if old is None and new is not None:
            yield NOW_CLEARED if new[0] == "clear" else NOW_SENT
        elif new is None and old is not None:
            if old[0] == "clear":
                yield NO_LONGER_CLEARED
            elif target not in rejected:
                yield NO_LONGER_SENT
        elif old is not None and new is not None and old[0] != new[0]:
            yield NOW_CLEARED if new[0] == "clear" else NO_LONGER_CLEARED
        elif old is not None and new is not None and not same(old[1], new[1]):
            yield SENT_DIFFERENTLY if new[0] == "set" else CLEARED_OTHERWISE
    if set(now.rejected) - set(was.rejected):
        yield NOW_REJECTED
    if set(was.rejected) - set(now.rejected):
        yield NO_LONGER_REJECTED


def _said_otherwise(old: Side, new: Side, result: Result) -> Iterator[tuple[Key, str]]:
    """The rules with the same changes on both sides that say them, or clear, in another way."""
    for key, said in result.rules.items():
        names = _differing(old.meaning.subjects.get(key), new.meaning.subjects.get(key))
        actions = {action for action, _ in said.changes.values()}
        if "clear" in names and "clear" in actions:
            yield key, CLEARED_OTHERWISE
        if names & {"set", "add", "added", "gone"}:
            yield key, SENT_DIFFERENTLY


def _differing(old: Subject | None, new: Subject | None) -> set[str]:
    """The names of the facts that differ."""
    if old is None or new is None:
        return set()
    return {name for name in (*old.facts, *new.facts) if old.facts.get(name) != new.facts.get(name)}


def _beside(old: Side, new: Side, was: Result, now: Result) -> Iterator[tuple[Key, str]]:
    """What differs in parts of requests that are on both sides, and are no changes: parameters, URLs."""
    for request, other in _paired(was.requests, now.requests):
        left = parts_of(request, old.riders.get(request.name, []))
        right = parts_of(other, new.riders.get(other.name, []))
        names = [
            name for name in {**left, **right} if not same(left.get(name, ABSENT), right.get(name, ABSENT))
        ]
        in_path = any(name.startswith("path.") for name in names)  # it is in the URL, too
        for name in names:
            if name != "request" or not in_path:
                fate = NOW_SENT if name not in left else NO_LONGER_SENT
                yield Key(request.name, name), SENT_DIFFERENTLY if name in left and name in right else fate


def _paired(some: Sequence[Request], others: Sequence[Request]) -> Iterator[tuple[Request, Request]]:
    """The requests of both sides that are the same call; of those for entries each with that for its key."""
    held: dict[tuple[str, bool], list[Request]] = {}
    for one in others:
        held.setdefault((one.name, one.clears), []).append(one)
    counts = Counter((one.name, one.clears) for one in some)
    for one in some:
        same_call = held.get((one.name, one.clears), [])
        if len(same_call) > 1 or counts[one.name, one.clears] > 1:
            same_call = [other for other in same_call if same(one.path, other.path)]
        yield from ((one, other) for other in same_call[:1])


def _body(was: Result, now: Result) -> Key:
    """The body of the first request that differs, where no rule tells why."""
    pairs = _paired(was.requests, now.requests)
    return Key(next((one.name for one, other in pairs if not _same_request(one, other)), ""), "body")


def _new_codes(was: Result, now: Result) -> set[str]:
    """The codes of what is now rejected or refused."""
    if now.refused:
        return set() if was.refused else set(now.refused)
    found: set[str] = set()
    for key, said in now.rules.items():
        known = was.rules.get(key, _NOTHING).rejected
        found |= {code for target, code in said.rejected.items() if target not in known}
    return set() if was.refused else found


def _same_requests(some: tuple[Request, ...], others: tuple[Request, ...]) -> bool:
    return len(some) == len(others) and all(map(_same_request, some, others))


def _same_request(one: Request, other: Request) -> bool:
    if not same(one.body, other.body) or not same(one.headers, other.headers):
        return False
    return _head(one) == _head(other)


def _head(request: Request) -> tuple[Any, ...]:
    return request.name, request.method, request.url, request.after, request.form
