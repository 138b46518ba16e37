"""`Meaning`: what a mapping says, as subjects with facts; order and spelling are no part of it.

Two mappings are compared fact by fact. A fact has a text to show and a form to compare: texts may be spelt in
several ways, forms not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from custmap.values.equality import fingerprint
from custmap.values.json_text import dump_json

States: TypeAlias = dict[str, tuple[str, str]]
"""What apply sends, and what a diff from a value sends, by the state of the source."""

RULE: Final = "rule"
FIELD: Final = "field"
RIDER: Final = "rider"
CONTAINER: Final = "container"
HEAD: Final = "head"
"""The kinds of subjects; a field is a rule of a source."""


class Fact(NamedTuple):
    """One thing that is said: its text, and the form that is compared."""

    text: str
    form: Hashable


def stated(value: Any) -> Fact:
    """A fact that is a constant."""
    return Fact(dump_json(value), fingerprint(value))


def word(text: str) -> Fact:
    """A fact whose text is its form."""
    return Fact(text, text)


YES: Final = word("yes")


class Key(NamedTuple):
    """What subjects are matched by: the name of the request, the target, and which of several with these."""

    request: str
    target: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule, a container, or a part of the head, with what is said of it.

    `line`     of the rule; None for what has no line of its own.
    `facts`    by name; one that is missing says nothing.
    `states`   of a rule, as `explain` has them.
    `reads`    the source paths that it reads, as texts.
    `things`   what its value is: a value, a list, a map, a phone.
    `replaced` the vendor replaces the container around it, so what is not sent is lost.
    """

    kind: str
    key: Key
    line: int | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    states: States = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    thing: str = "value"
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """All subjects of a mapping. `labels`: the key of each rule and container, by its place in the file."""

    subjects: dict[Key, Subject]
    labels: dict[Hashable, Key]


def numbered(subjects: Iterable[tuple[Subject, Hashable]]) -> Meaning:
    """Subjects with their places; those with one request and target are told apart by their order."""
    found: dict[Key, Subject] = {}
    labels: dict[Hashable, Key] = {}
    for subject, place in subjects:
        key = subject.key
        while key in found:
            key = key._replace(number=key.number + 1)
        found[key] = subject
        if place is not None:
            labels.setdefault(place, subject.key)
    return Meaning(found, labels)
