"""What a run counts by kinds: errors, and unknown members; in parts it is the same as one after another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.note import Note, UnknownNote
from custmap.records.groups import Groups
from custmap.records.unknown_names import UnknownNames
from custmap.schema.unknown import UnknownMember, UnknownMembers

ERRORS = [
    Diagnostic("CM701", "12 characters too many", path="tags[0]"),
    Diagnostic("CM701", "1,300 characters too many", path="tags[7]"),  # the same kind
    Diagnostic("CM702", "12 characters too many", path="tags[0]"),
    Diagnostic("CM701", "12 characters too few", path="tags[0]"),
    Diagnostic("CM701", "12 characters too many", path="tags"),
    Diagnostic("CM701", "12 characters too many", path="tags[0]", target="t"),
    Diagnostic("CM701", "12 characters too many", path="tags[1]", target="u"),
    Diagnostic("CM701", "7 characters too many", path="tags[2]"),
]


def grouped(errors: list[Diagnostic], kinds: int, start: int = 0) -> Groups:
    made = Groups(kinds=kinds)
    for at, one in enumerate(errors, start):
        made.add(f"record {at}", RecordError([one]))
    return made


@pytest.mark.parametrize(
    ("kinds", "counts", "more"), [(9, [3, 1, 1, 1, 1, 1], 0), (2, [3, 1], 4), (1, [3], 5)]
)
def test_errors(kinds: int, counts: list[int], more: int) -> None:
    found = grouped(ERRORS, kinds)
    assert ([one.count for one in found], found.more) == (counts, more)
    first = next(iter(found))
    assert str(first) == f"3 times, first in record 0: {ERRORS[0]}"
    assert len(counts) < 2 or str(list(found)[1]) == f"record 2: {ERRORS[2]}"
    again = Groups(kinds=kinds)
    again.load(json.loads(json.dumps(found.state())))
    again.add("record 8", RecordError([ERRORS[0]]))
    assert ([one.count for one in again], again.more) == ([4, *counts[1:]], more)
    for cut in range(len(ERRORS)):
        parts = grouped(ERRORS[:cut], kinds)
        parts.add_all(grouped(ERRORS[cut:], 99, cut))
        assert parts.state() == found.state()


def note(*names: str, more: int = 0) -> Note:
    return UnknownNote(UnknownMembers(tuple(UnknownMember(name, None) for name in names), more))


NOTES = [note("a", "b[0].c"), note("b[3].c", more=2), note("d", "a"), note("e")]


def named(notes: list[Note], names: int) -> UnknownNames:
    made = UnknownNames(names=names)
    for one in notes:
        made.add([one, "another note"])
    return made


@pytest.mark.parametrize(
    ("names", "most", "shown"),
    [
        (9, 9, ({"a": 2, "b[*].c": 2, "d": 1, "e": 1}, 2)),
        (9, 2, ({"a": 2, "b[*].c": 2}, 4)),
        (2, 9, ({"a": 2, "b[*].c": 2}, 4)),
        (1, 9, ({"a": 2}, 6)),
    ],
)
def test_unknown_members(names: int, most: int, shown: Any) -> None:
    def told(found: UnknownNames) -> Any:
        frequent, more = found.most_frequent(most)
        return {one.name: one.records for one in frequent}, more

    found = named(NOTES, names)
    assert told(found) == shown
    again = UnknownNames(names=names)
    again.load(json.loads(json.dumps(found.state())))
    assert told(again) == shown
    for cut in range(len(NOTES)):
        parts = named(NOTES[:cut], names)
        parts.add_all(named(NOTES[cut:], 99))
        assert told(parts) == shown


def test_the_most_frequent_come_first() -> None:
    found = named([note("a"), note("b"), note("b")], 9)
    assert [str(one) for one in found.most_frequent(1)[0]] == ["b (2)"]
    found.add([UnknownNote(UnknownMembers((UnknownMember("emial", "email"),)))] * 3)
    assert [str(one) for one in found.most_frequent(1)[0]] == ["emial (3): did you mean `email`?"]
