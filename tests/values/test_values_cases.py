"""Equality, near names, types and target paths: the cases of `values.yaml`."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

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


def test_of_very_many_names_case_and_signs_alone_may_differ() -> None:
    others = [f"other {number}" for number in range(1999)]
    assert nearest("emial", [*others, "email"]) == "email"
    assert nearest("emial", [*others, "email", "phone"]) is None
    assert nearest("E-Mail", [*others, "email", "phone"]) == "email"
    assert nearest("email2", [*others, "email", "phone"]) is None


WORD = st.text("abc", max_size=6)


def steps(a: str, b: str) -> int:
    """How far two words are apart, as the distance is defined."""
    if not a or not b:
        return len(a) + len(b)
    last = [steps(a[:-1], b) + 1, steps(a, b[:-1]) + 1, steps(a[:-1], b[:-1]) + (a[-1] != b[-1])]
    if len(a) > 1 and len(b) > 1 and a[-2:] == b[:-3:-1]:
        last.append(steps(a[:-2], b[:-2]) + 1)
    return min(last)


@given(WORD, WORD, st.integers(0, 6))
def test_a_distance_above_the_limit_is_only_known_to_be_above(a: str, b: str, limit: int) -> None:
    apart = steps(a, b)
    assert distance(a, b) == apart
    found = distance(a, b, limit)
    assert found == apart if apart <= limit else found > limit


def test_absent_is_one_and_neither_true_nor_false() -> None:
    assert copy.copy(ABSENT) is copy.deepcopy(ABSENT) is pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert repr(ABSENT) == "ABSENT"
    assert not any(same(ABSENT, value) for value in (None, "", 0, False, [], {}, "ABSENT"))
    with pytest.raises(TypeError, match="neither true nor false"):
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


@pytest.mark.parametrize(("told", "value", "answer"), CASES["lists"], ids=str)
def test_lists(told: dict[str, Any], value: Any, answer: bool) -> None:
    type_ = type_of(told)
    assert [type_.lists(value), type_.lists(value)] == [answer, answer]


def test_what_a_type_lists_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fits are asked for every record, and a vendor may list thousands of values."""
    asked: list[Any] = []
    monkeypatch.setattr(types, "fingerprint", lambda value: asked.append(value) or fingerprint(value))
    listing = types.Type(enum=("a", "b", None))
    assert listing.lists("a") and listing.lists(None) and asked == ["a", "b", None, "a", None]
    assert listing == types.Type(enum=("a", "b", None)) and repr(listing) == repr(
        types.Type(enum=("a", "b", None))
    )
    assert not listing.not_null().lists(None)  # what was worked out belongs to the old type alone


def test_a_type_of_which_nothing_is_said() -> None:
    said = {one.name: getattr(types.Type(), one.name) for one in fields(types.Type)}
    assert (said.pop("kinds"), said.pop("members"), said.pop("required")) == (types.KINDS, {}, frozenset())
    assert {name for name, value in said.items() if value is not None} == {
        name for name, value in said.items() if value is False
    } == {"absent", "free", "unique_items", "read_only"}  # fmt: skip


@pytest.mark.parametrize("ask", ["maybe_absent", "or_null", "present", "not_null"])
def test_a_type_that_is_so_already_is_kept(ask: str) -> None:
    type_ = types.Type(
        kinds=frozenset({"string", "null"} if ask == "or_null" else {"string"}),
        absent=ask == "maybe_absent",
        enum=("a", None),
    )
    assert getattr(type_, ask)() is type_


def test_types_are_equal_whatever_their_parts() -> None:
    """Parts may lead back to the whole, so comparing them might have no end."""
    whole = types.Type(members={"a": types.STRING}, extra=types.NEVER, items=types.STRING)
    assert {whole, types.Type()} == {whole}
    assert whole != types.Type(required=frozenset("a"))


def test_what_a_request_must_say() -> None:
    ours = types.Type(
        members={"id": types.Type(read_only=True), "name": types.STRING, "tag": types.STRING},
        required=frozenset({"id", "name", "other"}),
    )
    assert ours.asked == {"name", "other"}
    assert types.Type(members=ours.members).asked == frozenset()


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
