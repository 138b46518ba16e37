"""`diff(None, after, vendor=document)`: a document is data from outside, and held as records are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping, RecordError
from small_mappings import made

RULES = """
body:
  e: {from: email, clear: send_null}
  t: {from: tags, merge: set}
"""


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(Path(tmp_path_factory.mktemp("m")), RULES)


def test_complete_record_that_says_nothing_clears(mapping: Mapping) -> None:
    plan = mapping.diff(None, {}, vendor={"e": "a"}, absent="clear")
    assert plan.request is not None
    assert plan.request.body == {"e": None}


def test_nothing_known_to_be_there_is_not_cleared(mapping: Mapping) -> None:
    assert not mapping.diff(None, {}, vendor={}, absent="clear")
    assert not mapping.diff(None, {"email": None}, vendor={})


def test_plan_shares_nothing_with_the_document(mapping: Mapping) -> None:
    document: dict[str, Any] = {"t": ["x"]}
    plan = mapping.diff(None, {"tags": ["y"]}, vendor=document)
    assert plan.changes[0].before == ["x"]
    assert plan.changes[0].before is not document["t"]


@pytest.mark.parametrize(
    ("document", "code"), [([1], "CM701"), ({"t": [float("nan")]}, "CM702"), ({"t": {1: 2}}, "CM702")]
)
def test_what_is_no_document_is_refused(mapping: Mapping, document: Any, code: str) -> None:
    with pytest.raises(RecordError) as caught:
        mapping.diff(None, {"tags": ["y"]}, vendor=document)
    assert [found.code for found in caught.value.diagnostics] == [code]
