"""Written anew in place: the value is the new one, and each line that did not change is as it was."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yaml_styles import Written

from custmap.syntax.node import MapNode, plain
from custmap.syntax.yaml_reader import read_yaml
from custmap.testing.rewrite import Unsure, rewritten
from custmap.values.absent import ABSENT
from custmap.values.equality import same

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "a", "NO", "é #:", "Ann's", "1", "x" * 50])
)
NAMES = st.sampled_from(["body", "url", "a b", "é", "1", "on", "email"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=14,
)
EXPECT = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5)


def changed(random: Random, value: Any) -> Any:
    """A near value: at most three leaves, members or items are others, gone, or new."""
    value = deepcopy(value)
    for _ in range(random.randint(1, 3)):
        holder = value
        while True:
            inner = holder if isinstance(holder, list) else list(holder.values())
            below = [one for one in inner if isinstance(one, dict | list) and one]
            if not below or random.random() < 0.4:
                break
            holder = random.choice(below)
        places = list(range(len(holder))) if isinstance(holder, list) else list(holder)
        place, action = (random.choice(places) if places else None), random.random()
        fresh: Any = random.choice([1, "new", None, [], {}, {"k": [1, 2]}, ["v"], "y" * 90])
        if action < 0.3 and place is not None and (len(value) > 1 or holder is not value):
            del holder[place]
        elif action < 0.5 and isinstance(holder, list):
            holder.insert(random.randint(0, len(holder)), fresh)
        elif action < 0.5:
            holder[f"n{random.randint(0, 99)}"] = fresh
        elif place is not None:
            holder[place] = fresh
    return value


def root_of(text: str) -> MapNode:
    node = read_yaml(text.encode(), "f.yaml")
    assert isinstance(node, MapNode)
    return node


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        known = isinstance(value, dict) and step in value
        known = known or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if not known:
            return ABSENT
        value = value[step]
    return value


@settings(max_examples=80, deadline=None)
@given(EXPECT, st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_did_not_change_keeps_its_bytes(
    old: dict[str, Any], random: Random, newline: str, ended: bool
) -> None:
    written = Written(random)
    written.member((), "expect: ", old, 0)
    lines = [line for _, line in written.lines]
    head, tail = ["# A case.", "mapping:   acme/update  # é", ""], ["", "# The end.", "summary: S"]
    text = newline.join([*head, *lines, *tail]) + newline * ended
    root = root_of(text)
    assert plain(root) == {"mapping": "acme/update", "expect": old, "summary": "S"}
    new = changed(random, old)
    try:
        made = rewritten(text, root, "expect", new)
    except Unsure:
        assume(False)
    again = root_of(made)
    assert same(plain(again), {**plain(root), "expect": new}), made
    assert rewritten(made, again, "expect", new) == made
    left = made.split(newline)
    assert left[: len(head)] == head and made.endswith(newline.join(["", *tail]) + newline * ended), made
    assert newline != "\r\n" or "\n" not in made.replace("\r\n", "")
    for path, line in written.lines:
        lists = [place for place in range(len(path)) if isinstance(at(old, path[:place]), list)]
        path = path[: lists[0]] if lists else path
        was, now = at(old, path), at(new, path)
        is_comment = line.lstrip().startswith("#")
        stays = type(was) is type(now) and isinstance(now, dict) and bool(now) and is_comment and not lists
        if same(was, now) or stays:
            assert line in left, f"{line}\n--- before\n{text}\n--- after\n{made}"


CASES = [
    ("{a: 1,   b: [x,  y], c: 'it''s'}", {"a": 1, "b": ["x", "z"], "c": "we're"},
     "{a: 1,   b: [x,  z], c: 'we''re'}"),
    ("{a: 1, b: 2, c: 3}", {"a": 1, "c": 3}, "{a: 1, c: 3}"),
    ("{a: 1, b: 2,   c: 3}", {"a": 1, "c": 3}, "{a: 1, c: 3}"),
    ("{ a: 1 }", {"b": 2}, "{ b: 2 }"),
    ("{a: {}}", {"a": {"b": [1]}}, "{a: {b: [1]}}"),
    ("{a: [1]}", {"a": []}, "{a: []}"),
    ('{a: "x", b: "y"}', {"a": "é\n", "b": "y"}, '{a: "é\\n", b: "y"}'),
    ("\n  a: 1  # one\n  # of b\n  b: 2  # two\n  c: 3  # three", {"a": 1, "c": 4},
     "\n  a: 1  # one\n  # of b\n  c: 4  # three"),
    ("\n  a: 1  # one\n  b: 2", {"b": 2}, "\n  b: 2"),
    ("\n  a:\n  - x  # ex\n  - y\n  b: 2", {"a": ["x", "new", "y"], "b": 2},
     "\n  a:\n  - x  # ex\n  - new\n  - y\n  b: 2"),
    ("\n  a:\n    - {k: 1}\n    - k: 2  # two\n      l: 3", {"a": [{"k": 1}, {"k": 2, "l": 4}]},
     "\n  a:\n    - {k: 1}\n    - k: 2  # two\n      l: 4"),
    ("\n  a: |  # text\n    line\n  b: 2", {"a": "new", "b": 2}, "\n  a: new\n  b: 2"),
    ("\n  request:  # it\n    body: {}\n  changes: []", {"request": None, "changes": []},
     "\n  request: null\n  changes: []"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "new", "after"), CASES)
def test_styles(before: str, new: dict[str, Any], after: str) -> None:
    text = f"mapping: m\nexpect: {before}\nsummary: S\n".replace("expect: \n", "expect:\n")
    wanted = f"mapping: m\nexpect: {after}\nsummary: S\n".replace("expect: \n", "expect:\n")
    assert rewritten(text, root_of(text), "expect", new) == wanted
    assert yaml.safe_load(wanted)["expect"] == new
