"""Equality, near names, types and target paths: the cases of `values.yaml`."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
import yaml

from custmap.values import types
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same, same_items
from custmap.values.nearest import distance, nearest
from custmap.values.paths import Index, Member, PathError, Select, format_path, parse_path

CASES = yaml.safe_load((Path(__file__).parent / "values.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("a", "b", "wanted"), CASES["same"], ids=repr)
def test_same(a: Any, b: Any, wanted: bool) -> None:
    assert same(a, b) is same(b, a) is wanted
    assert ({fingerprint(a), fingerprint(b)} == {fingerprint(a)}) is wanted
    assert same((a, a), (a, b)) is wanted
    assert (fingerprint((a,)) == fingerprint((b,))) is wanted


@pytest.mark.parametrize(("a", "b", "wanted"), CASES["same_items"], ids=repr)
def test_same_items(a: Any, b: Any, wanted: bool) -> None:
    assert same_items(a, b) is same_items(b, a) is wanted


@pytest.mark.parametrize(("word", "names", "meant"), CASES["nearest"], ids=repr)
def test_nearest(word: str, names: list[str], meant: str | None) -> None:
    assert nearest(word, names) == nearest(word, reversed(names)) == meant


@pytest.mark.parametrize(("a", "b", "apart"), CASES["distance"], ids=repr)
def test_distance(a: str, b: str, apart: int) -> None:
    assert distance(a, b) == distance(b, a) == apart


def test_absent_is_one_and_neither_true_nor_false() -> None:
    assert copy.copy(ABSENT) is copy.deepcopy(ABSENT) is pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert repr(ABSENT) == "ABSENT"
    assert not any(same(ABSENT, value) for value in (None, "", 0, False, [], {}, "ABSENT"))
    with pytest.raises(TypeError):
        bool(ABSENT)


def type_of(told: dict[str, Any]) -> types.Type:
    """A type as the cases write it: lists for its sets and tuples."""
    made = {"kinds": frozenset, "enum": tuple, "absent": bool}
    return types.Type(**{name: made[name](value) for name, value in told.items()})


@pytest.mark.parametrize(("told", "asked", "answer"), CASES["types"], ids=str)
def test_types(told: dict[str, Any], asked: str, answer: Any) -> None:
    found = getattr(type_of(told), asked)
    assert (found() if callable(found) else found) == (
        type_of(answer) if isinstance(answer, dict) else answer
    )


@pytest.mark.parametrize(("kinds", "asked", "answer"), CASES["only"], ids=str)
def test_only(kinds: list[str], asked: list[str], answer: bool) -> None:
    assert types.Type(frozenset(kinds)).only(*asked) is answer


@pytest.mark.parametrize(("name", "kinds"), CASES["constants"].items())
def test_constants(name: str, kinds: list[str]) -> None:
    assert getattr(types, name) == types.Type(frozenset(kinds))


def test_members_of_a_type() -> None:
    closed = types.Type(members={"a": types.STRING}, extra=types.NEVER)
    assert (closed.member("a"), closed.member("b")) == (types.STRING, types.NEVER)
    assert types.Type(members={"a": types.STRING}).member("b") is None


SEGMENTS = {frozenset({"name"}): Member, frozenset({"position"}): Index, frozenset({"key", "value"}): Select}


@pytest.mark.parametrize(("text", "segments"), CASES["paths"], ids=str)
def test_paths(text: str, segments: list[dict[str, Any]]) -> None:
    path = tuple(SEGMENTS[frozenset(told)](**told) for told in segments)
    assert parse_path(text) == path
    assert format_path(path) == text


@pytest.mark.parametrize(("text", "offset", "reason"), CASES["not_paths"], ids=str)
def test_not_paths(text: str, offset: int, reason: str) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(text)
    assert (caught.value.offset, caught.value.reason, str(caught.value)) == (offset, reason, reason)
