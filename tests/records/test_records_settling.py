"""What `settle` for files holds against each other: values of plans and records, and lines without a key."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.identity import Who
from custmap.records.night import Night
from custmap.records.settling import _is_alike
from custmap.records.told_errors import told_errors
from small_mappings import made


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (0.1, 0.1000000000000000055, True),
        (10**16, 1e16, True),
        (2**53 + 1, float(2**53), True),
        (1, True, False),
        (1.5, 1.25, False),
        (10**400, 10**400 + 1, False),
        ([{"a": 10**16}], [{"a": 1e16}], True),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ([1], [1, 1], False),
        ("1", 1, False),
    ],
)
def test_values_that_are_written_as_the_same_json(one: Any, other: Any, alike: bool) -> None:
    assert _is_alike(one, other) is _is_alike(other, one) is alike


def test_a_line_without_a_key_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text('{"index":3,"errors":[]}\n{"index":3,"errors":[]}\n')
    with closing(Night(tmp_path / "plans", made(tmp_path, "body: {a: email}").checked)) as night:
        assert [night.take_unread(index) for index in (3, 4, 3, 3)] == [True, False, True, False]


def test_the_place_of_an_error_without_a_path_is_its_target() -> None:
    told = told_errors(Who(0), RecordError([Diagnostic("CM803", "cannot be cleared", target="a.b")]))
    assert [one["path"] for one in told["errors"]] == ["a.b"]
