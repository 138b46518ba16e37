"""What becomes of the states of a source: `null and a gone map were sent as null, are now rejected`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from custmap.review.compare.told import CLEAR, REJECT, StateChange

_SILENT: Final = frozenset({"nothing", "keeps it", "not sent, noted", "says nothing"})
_REFUSED: Final = ("rejected", "refused")
_CLEARING: Final = frozenset({"null", '""', "[]", "{}", "gone"})
"""The states in which the record has no value for the target."""
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"nothing", "not sent"),
    (r"says nothing", "not stated"),
    (r"keeps it", "left as the vendor has it"),
    (r"not sent, noted", "left as the vendor has it, with a note"),
    (r"refused \((CM\d+).*\)", r"refused with the whole record (\1)"),
    (r"rejected \((CM\d+).*\)", r"rejected (\1)"),
    (r"sends it", "sent"),
    (r"sends (an item that says so|null for each key|.*)", r"sent as \1"),
    (r"says so in an item", "told by an item"),
    (r"says it", "stated"),
    (r"says (.*)", r"stated as \1"),
    (r"leaves it out", "left out"),
    (r"names it in the mask, and leaves it out", "named in the mask"),
    (r"names it in (.*)", r"named in \1"),
    (r"lists it in (.*)", r"listed in \1"),
    (r"marks it in (.*)", r"marked in \1"),
    (r"writes (.*)", r"told by \1"),
    (r"a request for each entry", "told by a request for each entry"),
)
"""What `explain` says of a state, and the same as a participle."""
_PARTS: Final = re.compile(r", (?=(?:names|lists|marks|leaves) it|writes |sends |says so)")


def is_refused(outcome: str) -> bool:
    return outcome.startswith(_REFUSED)


def says_clear(state: str, outcome: str) -> bool:
    """Is the vendor told that there is no value?"""
    return state in _CLEARING and outcome not in _SILENT and not is_refused(outcome)


def harms_of(changes: Iterable[StateChange]) -> set[str]:
    """Is a state cleared, or rejected, that was not?"""
    found: set[str] = set()
    for one in changes:
        if says_clear(one.state, one.new) and not says_clear(one.state, one.old):
            found.add(CLEAR)
        if is_refused(one.new) and not is_refused(one.old):
            found.add(REJECT)
    return found


def sentences(changes: Sequence[StateChange], thing: str, *, one_way: bool) -> list[str]:
    """A sentence for all states that had, and have, the same fate; what holds for both ways is told once.

    `one_way`: there is no diff, as of a source.
    """
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in _joined(changes):
        if is_refused(one.old) and is_refused(one.new):  # for another reason
            continue
        groups.setdefault((one.way, one.old, one.new), []).append(_state(one.state, thing))
    return [
        _sentence("" if one_way or way == "diff" else " by apply", old, new, states)
        for (way, old, new), states in groups.items()
    ]


def _joined(changes: Sequence[StateChange]) -> list[StateChange]:
    """The changes without those of apply that a diff repeats."""
    repeated = {(one.state, _told(one.old), _told(one.new)) for one in changes if one.way == "diff"}
    return [
        one
        for one in changes
        if one.way == "diff" or (one.state, _told(one.old), _told(one.new)) not in repeated
    ]


def _sentence(where: str, old: str, new: str, states: list[str]) -> str:
    many = len(states) > 1
    who = f"{', '.join(states[:-1])} and {states[-1]}" if many else states[0]
    was, now = ("were", "are") if many else ("was", "is")
    return f"{who} {was} {_told(old)}{where}, {now} now {_told(new)}"


def _told(outcome: str) -> str:
    parts = [outcome] if outcome.endswith("leaves it out") else _PARTS.split(outcome)
    return " and ".join(map(_participle, parts))


def _participle(part: str) -> str:
    for pattern, told in _WORDS:
        if re.fullmatch(pattern, part):
            return re.sub(pattern, told, part)
    return f"“{part}”"


def states_in_words(states: Sequence[str], thing: str) -> str:
    """`null and a gone map are`"""
    words = [_state(one, thing) for one in states]
    return f"{', '.join(words[:-1])} and {words[-1]} are" if len(words) > 1 else f"{words[0]} is"


def _state(state: str, thing: str) -> str:
    return {"absent": "an absent value", "value": f"a {thing}", "gone": f"a gone {thing}"}.get(state, state)
