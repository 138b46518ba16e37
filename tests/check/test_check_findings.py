"""What the checks find, by code and place, and what silences them; the fields that nobody reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from check_projects import FUNCTIONS, found_in, text_at, written

from custmap.check.uncovered import unused_fields
from custmap.diagnostics.codes import Severity
from custmap.loader import check_mapping

CASES = yaml.safe_load((Path(__file__).parent / "findings.yaml").read_text("utf-8"))
ROOT = Path(__file__).parents[2]
OF_SMALL_ONES = {"CM513", "CM514", "CM522"}


def _name(case: dict[str, Any]) -> str:
    return f"{'-'.join(case['finds']) or 'nothing'}: {case['body'][:50]}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_findings(case: dict[str, Any], tmp_path: Path) -> None:
    place = written(tmp_path, case["fields"], case["body"], case.get("more", ""))
    found = found_in(place)
    if not case.get("whole"):
        found = tuple(one for one in found if one.code not in OF_SMALL_ONES)
    stated = case["finds"]
    assert sorted(one.code for one in found) == sorted(stated), [str(one) for one in found]
    for one in found:
        assert text_at(place, one).startswith(stated[one.code])
        assert "`None`" not in f"{one.message} {one.help}"


def test_what_is_said_once_names_all(tmp_path: Path) -> None:
    place = written(tmp_path, dict.fromkeys("abcdefghijklmnop", "string"), "a: email\nq.r: email")
    found = {one.code: one for one in found_in(place)}
    assert set(found) == {"CM513", "CM514"}
    assert found["CM513"].message == "the contract does not list `q.r`"
    assert found["CM514"].message.startswith("no rule fills `b`, `c`")
    assert found["CM514"].message.endswith("and 3 more")


def test_second_places(tmp_path: Path) -> None:
    place = written(
        tmp_path,
        {"a": "string", "gone": {"type": "array", "items": {"type": "string"}}},
        "a: {from: email, clear: {name_in: gone}}\nb: {from: id, clear: {name_in: gone, as: a}}",
    )
    (found,) = [one for one in found_in(place) if one.code == "CM507"]
    assert [note.span.line for note in found.notes] == [5]


@pytest.mark.parametrize("path", sorted(ROOT.glob("mappings/*/*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_mappings_are_clean(path: Path) -> None:
    if path.name == "openapi.yaml":
        return
    checked, found = check_mapping(path, FUNCTIONS)
    assert checked is not None
    assert [str(one) for one in found if one.level is not Severity.INFO] == []


def test_fields_that_nobody_reads() -> None:
    checked, _ = check_mapping(ROOT / "mappings" / "fabric" / "update-customer.yaml", FUNCTIONS)
    assert checked is not None
    unused = unused_fields(checked)
    assert {"id", "tags", "loyalty.member", "addresses"} <= set(unused)
    assert not {"email", "company", "loyalty", "loyalty.account_id", "phone"} & set(unused)
