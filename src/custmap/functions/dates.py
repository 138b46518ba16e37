"""Dates and times: from ISO 8601 to a fixed set of formats, and back.

A date-time without an offset is refused, since its meaning would depend on the machine. Nothing depends on
the machine: no locale, no time zone, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache, partial
from typing import Annotated, Final

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import kind_of
from custmap.functions.calling import blank_stays, same_text
from custmap.functions.declare import function as _function
from custmap.functions.refining import dated
from custmap.values.types import STRING

function = partial(_function, topic="dates")

# As in ISO 8601; U+2212 is its minus sign.
_OFFSET: Final = r"(?P<offset>[Zz]|[+\-\u2212][0-9]{2}(?::?[0-9]{2})?)"
# RFC 3339, and what ISO 8601 and databases write besides: no seconds, a comma, more digits, `+0530`, `+05`,
# a blank for `T` and one before the offset (Snowflake, SQL Server), ` UTC` (BigQuery).
_MOMENT: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,12}))?)?"
    rf"(?: ?{_OFFSET}|(?P<utc> UTC))?)?"
)
_USUAL: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-5][0-9])"
).fullmatch
"""Nearly all date-times: Python reads these as they are meant, and quickly."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN: Final = re.compile(r"YYYY|MM|DD|HH|mm|SSS|ss|ZZ|Z|T|\[[^\[\]]*\]|[^A-Za-z\[\]]")
_NUMBERS: Final = ("year", "month", "day", "hour", "minute", "second")
_NAMED: Final = frozenset({"iso", "utc", "epoch", "epoch_ms"})

# Vendors answer in formats that they do not accept themselves: every form of an offset is read.
_READ: Final = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "SSS": r"(?P<fraction>[0-9]{3})",
    "Z": _OFFSET,
    "ZZ": _OFFSET,
}
_WRITE: Final = {
    "YYYY": "{0.year:04}",
    "MM": "{0.month:02}",
    "DD": "{0.day:02}",
    "HH": "{0.hour:02}",
    "mm": "{0.minute:02}",
    "ss": "{0.second:02}",
    "SSS": "{1:03}",
    "Z": "{2}:{3}",
    "ZZ": "{2}{3}",
}
_TIME_TOKENS: Final = frozenset({"HH", "mm", "ss", "SSS", "Z", "ZZ"})


def _read(value: str) -> tuple[datetime, bool]:
    """The moment in its own offset, and whether it has a time; a date alone is midnight UTC."""
    if isinstance(value, str) and _USUAL(value):
        return _usual(value), True
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise FunctionError("is not an ISO 8601 date or date-time, like `2024-02-29T23:59:59+01:00`")
    got = found.groupdict()
    timed = got["hour"] is not None
    if timed and got["offset"] is None and got["utc"] is None:
        raise FunctionError("has no offset from UTC, so the moment is not defined")
    return _moment(got), timed


def _usual(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise FunctionError("has a day or time that does not exist") from None


def _moment(got: Mapping[str, str | None]) -> datetime:
    """The moment for the parts that were read; missing parts are 0, a missing offset is UTC."""
    micro = (got.get("fraction") or "").ljust(6, "0")[:6]
    year, month, day, hour, minute, second = (int(got.get(part) or 0) for part in _NUMBERS)
    try:
        return datetime(year, month, day, hour, minute, second, int(micro), _zone(got.get("offset")))
    except ValueError:
        raise FunctionError("has a day or time that does not exist") from None


@lru_cache(maxsize=64)
def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].removeprefix(":") or 0)
    if hours > 23 or minutes > 59:
        raise ValueError
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(size if offset[0] == "+" else -size)


def _offset(moment: datetime) -> tuple[str, str]:
    """Hours with their sign, and minutes: `("-03", "30")`."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{sign}{hours:02}", f"{rest:02}"


def _iso(moment: datetime) -> str:
    """ISO 8601, with a fraction only if it is not 0."""
    if not moment.microsecond:
        return moment.isoformat()
    fraction = f".{moment.microsecond:06}".rstrip("0")
    return _laid_out(moment, "YYYY-MM-DDTHH:mm:ss") + fraction + ":".join(_offset(moment))


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise FunctionError("is outside the years 1 to 9999 in UTC") from None


@lru_cache(maxsize=64)
def _tokens(form: str) -> tuple[str, ...]:
    tokens = tuple(_TOKEN.findall(form))
    if not tokens or "".join(tokens) != form:
        reason = "the format has unknown letters; write literal text in brackets, `[at]`"
        raise FunctionError(reason, "format")
    return tokens


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    parts: list[str] = []
    for token in _tokens(form):
        known = _READ.get(token)
        parts.append(known if known else re.escape(_literal(token)))
    try:
        return re.compile("".join(parts))
    except re.error:
        raise FunctionError("the format has the same part twice and cannot be read back") from None


@blank_stays
def _back(written: str | float, form: str) -> str:
    """From a vendor's date-time to ISO 8601; a format without a time gives midnight."""
    if form == _SECONDS and type(written) is str and _USUAL(written):
        return _to_the_second(written)
    if form in ("epoch", "epoch_ms"):
        return _from_epoch(written, 1000 if form == "epoch_ms" else 1)
    if form in ("iso", "utc"):
        return _iso(_read(same_text(written))[0])
    if not can_be_read_back(form):
        raise FunctionError("the format is incomplete and cannot be read back")
    found = _pattern(form).fullmatch(same_text(written))
    if found is None:
        raise FunctionError("is not in the format")
    moment = _moment(found.groupdict())
    timed = "hour" in found.re.groupindex
    return _iso(moment) if timed else _laid_out(moment, "YYYY-MM-DD")


def _from_epoch(count: str | float, scale: int) -> str:
    if isinstance(count, bool) or not isinstance(count, (int, float)):
        raise FunctionError(f"expected a number, got {kind_of(count)}")
    try:
        return _iso(_EPOCH + timedelta(microseconds=round(count * 1_000_000 / scale)))
    except (OverflowError, ValueError):
        raise FunctionError("is outside the years 1 to 9999") from None


def can_be_read_back(form: object) -> bool:
    """Does a format contain the whole date, and with a time also its offset, each once?"""
    if not isinstance(form, str) or form in _NAMED:
        return isinstance(form, str)
    try:
        parts = _pattern(form).groupindex.keys()
    except FunctionError:
        return False
    return {"year", "month", "day"} <= parts and ("hour" not in parts or "offset" in parts)


_EXACT: Final = "spelling"
"""The moment comes back, written in one way."""


def lost(form: str) -> str:
    """What a date-time loses in a format, in a few words; empty where none can be read back."""
    if form in _NAMED:
        return {"iso": _EXACT, "utc": "offset", "epoch": "fraction of a second"}.get(form, "offset")
    if not can_be_read_back(form):
        return ""
    parts = _pattern(form).groupindex
    return "time of day" if "hour" not in parts else _EXACT if "fraction" in parts else "fraction of a second"


@function(
    inverse=_back,
    refine=dated,
    lossy="what the format leaves out",
    can_fail=True,
    examples=[
        ("2022-02-11T16:36:17+05:30", "iso", "2022-02-11T16:36:17+05:30"),
        ("2022-02-11T16:36:17.250+05:30", "YYYY-MM-DDTHH:mm:ssZ", "2022-02-11T16:36:17+05:30"),
        ("2022-02-11T16:36:17+05:30", "utc", "2022-02-11T11:06:17Z"),
        ("2022-02-11T16:36:17+05:30", "DD.MM.YYYY HH:mm", "11.02.2022 16:36"),
        ("2022-02-11T16:36:17+05:30", "epoch", 1644577577),
        ("2022-02-11T16:36:17.250+05:30", "epoch_ms", 1644577577250),
        ("2022-02-11", "YYYYMMDD", "20220211"),
        ("2022-02-11 16:36:17.2500000 +05", "iso", "2022-02-11T16:36:17.25+05:00"),
        ("2022-02-11 11:06:17 UTC", "utc", "2022-02-11T11:06:17Z"),
        ("", "iso", ""),
        ("2022-02-11T16:36:17", "iso", FunctionError),
        ("2022-02-11", "iso", FunctionError),
        ("2022-02-30", "YYYYMMDD", FunctionError),
    ],
)
@blank_stays
def date_time(value: str, format: str) -> str | int:
    """An ISO 8601 date-time in another format; one without an offset is refused.

    The forms that databases print are accepted: `2024-02-29T23:59:59Z`, a space instead of `T` or before the
    offset, `z`, `+05:30`, `+0530`, `+05` or ` UTC`, no seconds, or a fraction of up to 12 digits (6 are
    kept). Other zone names, offsets with seconds, `24:00`, leap seconds, and dates by week or by day of
    the year fail.

    The format is `iso`, `utc`, `epoch`, `epoch_ms`, or consists of `YYYY MM DD HH mm ss SSS`, `Z` (`+05:30`),
    `ZZ` (`+0530`), `T`, punctuation, and other letters in brackets. The time stays in the value's own
    offset, except for `utc`. A date alone needs a format without a time.
    """
    if format == _SECONDS and isinstance(value, str) and _USUAL(value):
        return _to_the_second(value)
    moment, timed = _read(value)
    if format in _NAMED:
        if not timed:
            raise FunctionError("is a date without a time")
        return _named(moment, format)
    tokens = _tokens(format)
    if not timed and not _TIME_TOKENS.isdisjoint(tokens):
        raise FunctionError("is a date without a time")
    return _laid_out(moment, format)


def _named(moment: datetime, form: str) -> str | int:
    match form:
        case "iso":
            return _iso(moment)
        case "utc":
            return _iso(_utc(moment)).removesuffix("+00:00") + "Z"
    since = moment - _EPOCH
    whole = since.days * 86400 + since.seconds
    return whole if form == "epoch" else whole * 1000 + since.microseconds // 1000


_SECONDS: Final = "YYYY-MM-DDTHH:mm:ssZ"
"""In this format the usual date-times are themselves, but for those in UTC."""
_UTC: Final = ("Z", "-00:00")


def _to_the_second(value: str) -> str:
    """A usual date-time in that format; from it, it is ISO 8601 already."""
    _usual(value)
    return f"{value[:19]}+00:00" if value.endswith(_UTC) else value


_PYTHONS: Final = {_SECONDS: "seconds", "YYYY-MM-DDTHH:mm:ss.SSSZ": "milliseconds"}
"""Formats that Python writes itself: `timespec` of `isoformat`."""


def _laid_out(moment: datetime, form: str) -> str:
    if (precision := _PYTHONS.get(form)) is not None:
        return moment.isoformat(timespec=precision)
    return _layout(form).format(moment, moment.microsecond // 1000, *_offset(moment))


@lru_cache(maxsize=64)
def _layout(form: str) -> str:
    """The format in Python's notation: tokens are fields, everything else is literal."""
    return "".join(
        _WRITE.get(token) or _literal(token).replace("{", "{{").replace("}", "}}") for token in _tokens(form)
    )


def _literal(token: str) -> str:
    return token[1:-1] if token[0] == "[" else token


@function(
    inverse=same_text,
    lossy="time of day",
    can_fail=True,
    examples=[
        ("2022-02-11T16:36:17+05:30", "2022-02-11"),
        ("2022-02-11", "2022-02-11"),
        ("", ""),
        ("11.02.2022", FunctionError),
    ],
)
@blank_stays
def date(value: str) -> Annotated[str, replace(STRING, format="date")]:
    """The date of an ISO 8601 date or date-time, in its own offset."""
    return _laid_out(_read(value)[0], "YYYY-MM-DD")
