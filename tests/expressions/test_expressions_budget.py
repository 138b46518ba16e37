"""The text that a record may make is limited, for the record and not for the call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import custmap
from custmap.diagnostics.errors import RecordError
from small_mappings import made

BIG = "x" * 1_000_000
HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("join(company, tags)", {"company": "x" * 10_000, "tags": ["a"] * 100_000}),
    ("tags[*].join(@, ['a', 'b'])", {"tags": [BIG] * 20}),
    ("tags[*].pad_left(@, `100000`, 'x')", {"tags": ["a"] * 100_000}),
    ("replace(company, 'x', email)", {"company": BIG, "email": "y" * 1_000}),
    ("tags[*].replace(@, 'x', 'yyyyyyyyyyyyyyyyyyyyyyyy')", {"tags": [BIG] * 2}),
    (f"concat({', '.join(['company'] * 40)})", {"company": BIG}),
    ("tags[*].concat(@, '" + "y" * 3_000 + "')", {"tags": ["a"] * 100_000}),
]


@pytest.mark.parametrize(("expression", "record"), HOSTILE, ids=[one for one, _ in HOSTILE])
def test_too_much_text(expression: str, record: dict[str, Any], tmp_path: Path) -> None:
    mapping = made(tmp_path, f'body: {{a: "{expression}", b: email}}')
    with pytest.raises(RecordError) as caught:
        mapping.apply(record)
    assert [(one.code, one.message) for one in caught.value.diagnostics] == [
        ("CM704", "makes more than 16 MiB of text in one record")
    ]
    plan = mapping.diff({}, {"email": "a", **record})
    assert [(one.target, one.code) for one in plan.rejected] == [("a", "CM704")]
    assert plan.request is not None and list(plan.request.body) == ["b"]


def test_each_record_has_a_budget_of_its_own(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {a: \"concat(company, '!')\"}")
    record = {"company": BIG * 10}
    for result in mapping.apply_many([record] * 5):
        assert result.error is None
    assert mapping.diff(record, {"company": "y" + BIG * 10}).rejected == ()
    with pytest.raises(RecordError):
        mapping.apply({"company": BIG * 20})
    assert mapping.apply(record).body == {"a": BIG * 10 + "!"}


def test_an_expression_alone() -> None:
    join = custmap.compile_expression("join(a, b)")
    given = {"a": BIG, "b": ["x"] * 100}
    with pytest.raises(RecordError):
        join(given)
    assert join({"a": BIG, "b": ["x"] * 10}) == BIG.join(["x"] * 10)
    assert join({"a": BIG, "b": ["x"] * 10}) == BIG.join(["x"] * 10)


def test_conditions_of_options_inside_options_have_a_budget(tmp_path: Path) -> None:
    """A call that is not found is not metered: then all records of a thread share one budget."""
    inner = "{first: [company, role], when: \"join('-', tags) == 'y'\"}"
    mapping = made(tmp_path, f"body: {{a: {{first: [{inner}, email]}}}}")
    for _ in range(5):
        assert mapping.apply({"tags": [BIG] * 6, "email": "e", "blocked": True}).body == {"a": "e"}
