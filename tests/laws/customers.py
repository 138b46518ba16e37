"""Customers and near pairs, drawn by hypothesis.

A near pair is a customer and a copy in which at most three leaves are drawn anew: two customers that
are drawn apart differ everywhere, and test little. Every field is absent, null or a value.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from hypothesis import strategies as st

from custmap.values.absent import ABSENT

Customer = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

KEYS: Final = (
    "plan",
    "a",
    "a.b",
    "",
    "__proto__",
    "$x",
    "b c",
    'q"u',
    "line\n",
    "é",
    "attributes",
    "0",
    "[0]",
)
PATHS: Final = (
    "id", "email", "company", "status", "blocked", "role", "priority", "tags", "addresses", "channels",
    "name", "name.formatted", "name.given", "name.middle", "name.family", "phone", "phone.number",
    "phone.type", "phone.extension", "loyalty", "loyalty.account_id", "loyalty.member",
    "loyalty.enrollments", "payment_card", "payment_card.provider", "payment_card.token",
    "payment_card.default", "attributes", "custom_fields",
)  # fmt: skip
"""The named leaves and objects; a path with a dot is drawn into its object."""

_words = st.sampled_from(
    ("Ann", "ann", "Bo", "Li", "", " ", "x" * 60, "O'Neil", "é\u202e", "a\u2028b", "0", "null", "\x00", "12")
)
_numbers = st.sampled_from(("+12065550142", "+12065550143", "206-555-0142", "+447911123456", "abc", ""))
_plain = st.sampled_from((0, 1, 1.0, True, False, -1, "", "x", "1", "true", 10**24, 0.5))
_whens = st.sampled_from(("2022-02-11T16:36:17+05:30", "2027-01-01T00:00:00Z", "2022-02-11T11:06:17Z"))
anything = st.recursive(
    _plain | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=2),
    max_leaves=4,
)
_name_texts = st.sampled_from(("Ann Li", "Li, Ann", "Ann B. Li", "Ann", "Dr. Ann de la Cruz Jr.", ""))


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: st.none() | value for name, value in members.items()})


_channels = _object(
    type=st.sampled_from(("mobile", "email", "mobile_push", "line")),
    value=_numbers | _words,
    primary=st.booleans(),
    verified=st.booleans(),
    last_viewed_at=_whens,
)
_enrollments = _object(
    program_id=st.sampled_from((1, 2, "1", "7", "x")),
    tier=st.sampled_from((0, 1, 2)),
    points=st.sampled_from((0, 10, 2**40)),
    tier_expires_at=_whens,
    points_expire_at=_whens,
)
_addresses = _object(label=_words, city=_words, postal_code=_words)

VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "id": _words,
    "email": st.sampled_from(("ann@example.com", "Ann@Example.com", "bo@example.org", "", "no mail")),
    "company": _words,
    "status": st.sampled_from(("active", "inactive")),
    "blocked": st.booleans(),
    "role": st.sampled_from(("customer", "tester", "unknown")),
    "priority": st.sampled_from((0, 1, -10, 10, 11)),
    "tags": st.lists(st.sampled_from(("VIP", "a", "b", "", "1")), max_size=3),
    "addresses": st.lists(_addresses, max_size=2),
    "channels": st.lists(_channels, max_size=2),
    "name": _name_texts,
    "name.formatted": _name_texts,
    "name.given": _words,
    "name.middle": _words,
    "name.family": _words,
    "phone": _numbers,
    "phone.number": _numbers,
    "phone.type": st.sampled_from(("mobile", "home", "work")),
    "phone.extension": st.sampled_from(("", "12", "9")),
    "loyalty": st.just({}),
    "loyalty.account_id": _words,
    "loyalty.member": st.booleans(),
    "loyalty.enrollments": st.lists(_enrollments, max_size=2),
    "payment_card": st.just({}),
    "payment_card.provider": st.sampled_from(("STRIPE", "ADYEN", "nobody", "")),
    "payment_card.token": _words,
    "payment_card.default": st.booleans(),
    "attributes": st.dictionaries(st.sampled_from(KEYS), _words | anything, max_size=3),
    "custom_fields": st.dictionaries(st.sampled_from(KEYS), anything, max_size=2),
}
_ABSENT: Final = ABSENT
_STATES: Final = {path: st.just(_ABSENT) | st.none() | value | value for path, value in VALUES.items()}
_MAPS: Final = ("attributes", "custom_fields")
_entry = st.just(_ABSENT) | _words | _plain | anything


def _paths(fields: tuple[str, ...]) -> tuple[str, ...]:
    """The paths below the given fields; entries of maps come often."""
    named = tuple(path for path in PATHS if path.split(".")[0] in fields or path in fields)
    return named + tuple(f"{field}.*" for field in _MAPS if field in fields) * 4


def _put(customer: Customer, path: str, value: Any) -> None:
    """Set, or with _ABSENT take away, a leaf; an object on the way is made where there is none."""
    head, _, rest = path.partition(".")
    if not rest:
        if value is _ABSENT:
            customer.pop(head, None)
        else:
            customer[head] = value
        return
    held = customer.get(head)
    if isinstance(held, str):
        held = {"formatted" if head == "name" else "number": held}
    if not isinstance(held, dict):
        if value is _ABSENT:
            return
        held = {}
    customer[head] = held
    _put(held, rest, value)


def _edit(draw: Draw, customer: Customer, path: str) -> None:
    if path.endswith(".*"):
        held = customer.setdefault(path[:-2], {})
        if not isinstance(held, dict):
            held = customer[path[:-2]] = {}
        key = draw(st.sampled_from((*held, *KEYS[:4])))
        value = draw(_entry)
        if value is _ABSENT:
            held.pop(key, None)
        else:
            held[key] = deepcopy(value)
    else:
        _put(customer, path, deepcopy(draw(_STATES[path])))


ALL: Final = tuple(dict.fromkeys(path.split(".")[0] for path in PATHS))


@st.composite
def customers(draw: Draw, fields: tuple[str, ...] = ALL) -> Customer:
    """A customer of whom some of the fields are said."""
    customer: Customer = {}
    for path in draw(st.lists(st.sampled_from(_paths(fields)), min_size=2, max_size=9)):
        _edit(draw, customer, path)
    return customer


def _near(draw: Draw, customer: Customer, fields: tuple[str, ...]) -> Customer:
    copy = deepcopy(customer)
    for path in draw(st.lists(st.sampled_from(_paths(fields)), min_size=1, max_size=3)):
        _edit(draw, copy, path)
    return copy


@st.composite
def near_pairs(draw: Draw, fields: tuple[str, ...] = ALL) -> tuple[Customer, Customer]:
    """(before, after): after is a near copy, or says only the fields that it changes."""
    before = draw(customers(fields))
    return before, _near(draw, before if draw(st.integers(0, 3)) else {}, fields)


@st.composite
def near_triples(draw: Draw, fields: tuple[str, ...] = ALL) -> tuple[Customer, Customer, Customer]:
    first = draw(customers(fields))
    second = _near(draw, first, fields)
    return first, second, _near(draw, second, fields)
