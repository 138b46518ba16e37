"""Date-times that are not written again are as if they were."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.expressions.function import FunctionError
from custmap.functions.dates import date_time

FORMAT = "YYYY-MM-DDTHH:mm:ssZ"
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=ZONES), st.sampled_from(["", "Z", "-00:00", "+00:00"]))
def test_as_python_writes_it(moment: datetime, zero: str) -> None:
    text = moment.replace(microsecond=0).isoformat()
    text = text[:19] + zero if zero else text
    assert date_time(text, FORMAT) == datetime.fromisoformat(text).isoformat(timespec="seconds")


@pytest.mark.parametrize(
    "text", ["2023-02-29T00:00:00Z", "2023-01-01T24:00:00Z", "2023-01-01T00:00:00+24:00"]
)
def test_what_does_not_exist(text: str) -> None:
    with pytest.raises(FunctionError):
        date_time(text, FORMAT)
