"""Values that rules can use: what a text looks like depends on the functions that read it.

For numbers with limits in the contract, values just inside and just outside are used; texts from `values`,
`clear: {send: …}` and conditions are used as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from custmap.model.clear import Send, Write
from custmap.model.nodes import EachSource, FirstSource, FromSource, Leaf, Origin
from custmap.values.decimals import moved
from custmap.values.equality import fingerprint
from custmap.values.types import Type

KEYS: Final = ("plan", "a", "a.b", "", "__proto__", "$x", 'q"u', "é\n", "0")

_LONGEST: Final = 10_000
"""Texts at a limit are drawn up to this length."""
_WORDS: Final = ("Ann", "Bo", "ann", "", " ", "O'Neil \u202e", "0", "null", "Ann\u2028Bo", "x" * 80)
_NUMBERS: Final = (1, 0, 5, -1, 1.5, 10**12)
_ANYTHING: Final[tuple[Any, ...]] = (
    "Ann", 1, True, "", 0, False, 1.0, ["a"], [], {}, {"a": 1}, {"a": None}, None,
)  # fmt: skip
_BY_FORMAT: Final[dict[str, tuple[str, ...]]] = {
    "email": ("ann@example.com", "bo@example.org", "Ann@Example.com"),
    "date-time": ("2027-02-11T16:36:17+05:30", "2027-02-11T11:06:17Z", "2028-01-01T00:00:00Z"),
    "date": ("2027-02-11", "2028-01-01"),
    "uuid": ("6f1c2b7e-4b1d-4f0e-9a3a-0c9d7e5b1a10", "7f1c2b7e-4b1d-4f0e-9a3a-0c9d7e5b1a10"),
    "uri": ("https://example.com/a", "https://example.com/b"),
}
_BY_CALL: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"phone_\w+\(", ("+12065550142", "+12065550143", "206-555-0142", "(206) 555-0142 x12", "12")),
    (r"(given|middle|family|full)_name\(|name_(prefix|suffix)\(", ("Ann", "Li", "Ann Li", "Li, Ann", "B.")),
    (r"\bdate_time\(", _BY_FORMAT["date-time"]),
    (r"\bdate\(", _BY_FORMAT["date"]),
    (r"\b(integer|number)\(", ("1", "2", "07", "1.5")),
    (r"\bboolean\(", ("true", "false")),
)
_QUOTED: Final = re.compile(r"'([^'\\]*)'")


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a place from the rules that read it."""

    expressions: tuple[str, ...]
    values: tuple[Any, ...]
    targets: tuple[Type, ...]

    def __add__(self, other: Hints) -> Hints:
        return Hints(
            self.expressions + other.expressions, self.values + other.values, self.targets + other.targets
        )


def hints_of(leaf: Leaf) -> Hints:
    origins = list(_origins(leaf.origin))
    values: list[Any] = []
    match leaf.policy.clear:
        case Send(value):
            values.append(value)
        case Write(writes):
            values += [value for _, value in writes]
    for origin in origins:
        for left, right in origin.values or ():
            values += [left, right]
    return Hints(tuple(_texts(origins)), tuple(values), (leaf.type,) if leaf.type is not None else ())


def texts_of(origin: Origin) -> Hints:
    return Hints(tuple(_texts(_origins(origin))), (), ())


def _origins(origin: Origin) -> Iterator[Origin]:
    yield origin
    if isinstance(origin.source, FirstSource):
        for option in origin.source.origins:
            yield from _origins(option)


def _texts(origins: Iterable[Origin]) -> Iterator[str]:
    for origin in origins:
        if isinstance(origin.source, FromSource | EachSource):
            yield origin.source.expression.text
        if origin.when is not None:
            yield origin.when.text


def samples(type_: Type, hints: Hints) -> list[Any]:
    """Values of a type, plain ones first, since cases shrink to those."""
    if type_.enum is not None:
        return [value for value in type_.enum if value is not None]
    if not type_.known:
        return _distinct([*hints.values, *_ANYTHING])
    found: list[Any] = []
    if "string" in type_.kinds:
        found += _text_samples(type_, hints)
    if "boolean" in type_.kinds:
        found += [True, False]
    if type_.kinds & {"integer", "number"}:
        found += _number_samples(type_, hints)
    return _distinct(found)


def _text_samples(type_: Type, hints: Hints) -> list[str]:
    expressions = " ".join(hints.expressions)
    found: list[Any] = list(_BY_FORMAT.get(type_.format or "", ()))
    for pattern, values in _BY_CALL:
        if re.search(pattern, expressions):
            found += values
    # If a function needs a certain form, other words are rare: they only show its refusal.
    words = _WORDS[2:5] if found else _WORDS
    found += [value for value in hints.values if isinstance(value, str)]
    found += _QUOTED.findall(expressions)
    for target in (*hints.targets, type_):
        found += [value for value in target.enum or () if isinstance(value, str)]
        found += matching(target)
        found += _BY_FORMAT.get(target.format or "", ())
        for limit in (target.max_length, target.min_length and target.min_length - 1):
            if limit is not None and limit < _LONGEST:
                found += ["y" * limit, "y" * (limit + 1)]
    return [*found, *words]


def matching(type_: Type) -> tuple[str, ...]:
    """Two texts that match a type's pattern and are as long as it says; fewer where they are not found.

    None without hypothesis, which finds them.
    """
    if type_.pattern is not None:
        with suppress(ImportError):
            return _matching(type_.pattern, type_.min_length or 0, type_.max_length)
    return ()


@cache
def _matching(pattern: str, low: int, high: int | None) -> tuple[str, ...]:
    from hypothesis import find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

    plain = settings(database=None, derandomize=True, deadline=None)
    found: list[str] = []
    try:
        texts = st.from_regex(pattern).filter(
            lambda one: low <= len(one) <= (high or len(one)) and one not in found and one == one.strip()
        )
        for _ in range(2):
            found.append(find(texts, lambda _: True, settings=plain))
    except (HypothesisException, re.error):  # there is none, or the pattern is not one of Python's
        pass
    return tuple(found)


def _number_samples(type_: Type, hints: Hints) -> list[Any]:
    found: list[Any] = [
        value for value in hints.values if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    for target in (*hints.targets, type_):
        if (step := target.multiple_of) is not None:
            found += [made for many in (1, 3, -7) if (made := moved(0, step, many)) is not None]
        for limit in (target.minimum, target.maximum, target.exclusive_minimum, target.exclusive_maximum):
            if limit is not None:
                found += _near(limit, target.multiple_of or 1)
    found += _NUMBERS
    if "number" not in type_.kinds:
        found = [value for value in found if isinstance(value, int)]
    return found


def _near(limit: float, step: float) -> list[float]:
    """A limit, and the values one step from it."""
    return [made for many in (0, -1, 1) if (made := moved(limit, step, many)) is not None]


def _distinct(values: list[Any]) -> list[Any]:
    return list({fingerprint(value): value for value in values}.values())
