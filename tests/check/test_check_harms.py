"""Each kind of finding, with a record that shows the harm: the checker does not cry wolf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from check_projects import built_anyway, found_in, text_at, written

from custmap.diagnostics.errors import RecordError

CASES = yaml.safe_load((Path(__file__).parent / "harms.yaml").read_text("utf-8"))
# What is said of every such small mapping, and is not the point.
ASIDE = {"CM513", "CM514", "CM522"}


def _harm(place: Path, customer: dict[str, Any]) -> str:
    """What becomes of a record: a code, `unfit`, or the body as text."""
    mapping = built_anyway(place)
    try:
        request = mapping.apply({"id": "1", **customer}, check=False)
    except RecordError as error:
        return error.diagnostics[0].code
    validator = jsonschema.Draft202012Validator(
        mapping.checked.operation.contract.body_schema or {}, format_checker=jsonschema.FormatChecker()
    )
    return (
        "fits" if validator.is_valid(request.body) and request.body else ("unfit" if request.body else "lost")
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{'-'.join(case['finds'])}: {case['body'][:40]}")
def test_harm(case: dict[str, Any], tmp_path: Path) -> None:
    place = written(tmp_path, case["fields"], case["body"])
    found = [one for one in found_in(place) if one.code not in ASIDE]
    assert {one.code: text_at(place, one) for one in found} == case["finds"]
    harm = case["harm"]
    expected = {"none": "fits"}.get(harm, harm)
    assert _harm(place, case.get("customer", {})) == expected
    place = written(tmp_path, case["fields"], case["instead"])
    assert not [str(one) for one in found_in(place) if one.code not in ASIDE]
    assert _harm(place, case.get("customer", {})) in (case.get("then"), "fits", "lost")
