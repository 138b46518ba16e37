"""What an answer to many customers says of each, for the shipped mappings: `shipped_bulk.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import custmap
from custmap.back.outcome import Outcome

SUITES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "shipped_bulk.yaml").read_text("utf-8")
)
CASES = [(suite, answer) for suite in SUITES for answer in suite["answers"]]
ROOT = Path(__file__).parents[2]


def word(outcome: Outcome) -> str:
    kind = "ok" if outcome.ok else "unknown" if outcome.applied is None else "refused"
    return " ".join([kind, *(str(error.code) for error in outcome.errors)])


def named(path: str, value: str) -> dict[str, Any]:
    """A record that says only who the customer is."""
    head, _, rest = path.partition(".")
    return {head: named(rest, value) if rest else value}


@pytest.mark.parametrize(
    ("suite", "answer"), CASES, ids=[f"{suite['mapping']}-{answer['status']}" for suite, answer in CASES]
)
def test_each_customer(suite: dict[str, Any], answer: dict[str, Any]) -> None:
    mapping = custmap.load(suite["mapping"])
    records = [suite["record"] | named(suite["identifier"], one) for one in answer["sent"]]
    results = list(mapping.apply_many(records, suite["params"], bulk=True))
    (request,) = {id(one.request): one.request for one in results}.values()
    outcomes = mapping.outcomes(answer["status"], answer["body"], request)
    assert list(map(word, outcomes)) == answer["each"]


def test_every_shipped_bulk_mapping_has_a_suite() -> None:
    files = [path for path in ROOT.glob("mappings/*/*.yaml") if "\nbulk:" in path.read_text("utf-8")]
    assert {f"{path.parent.name}/{path.stem}" for path in files} == {suite["mapping"] for suite in SUITES}
