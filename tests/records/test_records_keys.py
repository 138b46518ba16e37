"""Keys: what is one as a text, and what is no key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from custmap.records.keys import Key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("7", "7"),
        (7, "7"),
        (7.0, "7"),
        (Decimal("7.00"), "7"),
        (Decimal("7.50"), "7.5"),
        (True, "true"),
        ("", ""),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "2026-01-02T00:00:00+00:00"),
        (UUID(int=7), str(UUID(int=7))),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (Decimal("nan"), None),
        (b"7", None),
        (dt.datetime(2026, 1, 2), None),
        ([7], None),
        ({"a": 7}, None),
    ],
)
def test_a_key_is_a_text(value: Any, text: str | None) -> None:
    assert Key("id").of({"id": value}) == text
    assert Key("a.id").of({"a": {"id": value}}) == text
    assert Key.column("a.id").of({"a.id": value}) == text


def test_a_record_without_the_place() -> None:
    assert [Key("a.id").of(one) for one in ({}, {"a": None}, {"a": [1]}, [], None)] == [None] * 5
