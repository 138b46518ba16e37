"""`settle`, night after night: what is sent, what is rejected, and what is kept for the next time."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from custmap import Mapping
from custmap.back.outcome import Outcome
from custmap.values.equality import same
from small_mappings import made, tables

SUITES = tables(Path(__file__).parent / "nights.yaml")
ANSWERS = {"ok": (200, {}), "refused": (422, {}), "lost": None, "none": None}


def outcome(mapping: Mapping, answer: Any) -> Outcome | None:
    given = (answer["status"], answer["body"]) if isinstance(answer, dict) else ANSWERS[answer]
    return None if given is None else mapping.outcome(*given)


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite["suite"])
def test_nights(suite: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, suite["given"])
    absent = suite.get("absent", "keep")
    before = suite["before"]
    for number, night in enumerate(suite["nights"]):
        then, after = deepcopy(before), deepcopy(night["after"])
        plan = mapping.diff(before, after, absent=absent)
        sent = None if plan.request is None else plan.request.body
        assert same(sent, night["sent"]), (number, sent)
        assert [one.target for one in plan.rejected] == night.get("rejected", []), number
        if "notes" in night:
            assert [note.target for note in plan.notes] == night["notes"], number
        assert (plan.request is None) is (night["answer"] == "none"), number
        kept = mapping.settle(before, after, plan, outcome(mapping, night["answer"]), absent=absent)
        assert same(kept, night["kept"]), (number, kept)
        assert same(before, then) and same(after, night["after"]), "the input was changed"
        assert kept is None or kept is not before
        before = kept


@pytest.mark.parametrize(
    ("plan", "outcome", "error"),
    [
        (None, None, TypeError),
        ("plan", [], TypeError),
        ("plan", {0: 200}, TypeError),
        ("plan", {1: None}, ValueError),
    ],
)
def test_what_is_no_plan_or_no_outcome(
    tmp_path: Path, plan: Any, outcome: Any, error: type[Exception]
) -> None:
    mapping = made(tmp_path, "body: {mail: email}")
    given = mapping.diff({"email": "a"}, {"email": "b"}) if plan else None
    with pytest.raises(error):
        mapping.settle({"email": "a"}, {"email": "b"}, given, outcome)  # type: ignore[arg-type]


def test_a_plan_without_its_request_did_not_arrive(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {mail: email}\n")
    before, after = {"email": "a"}, {"email": "b"}
    plan = replace(mapping.diff(before, after), requests=())
    assert mapping.settle(before, after, plan, None) == before
