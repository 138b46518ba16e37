"""Customers and near pairs from one seed: `random.Random` draws a hundred times as fast as hypothesis.

Every field is absent, null or a value. A near pair is a customer and a copy in which at most three leaves
are drawn anew: two customers that are drawn apart differ everywhere, and test little.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any, Final

from custmap.values.absent import ABSENT

Customer = dict[str, Any]

WORDS: Final = ("Ann", "Bo", "Li", "", "-", "x y", "O'Neil", "é", "0", "null", "12", "007", "x,y")
KEYS: Final = ("plan", "a", "b", "a.b", "", "0", "é", "type", "x[y]", "x,y")
PLAIN: Final = (0, 1, 1.0, True, False, -1, "", "x", "1", "-", 0.5, 10**20)
NUMBERS: Final = ("+12065550142", "+12065550143", "206-555-0142", "+447911123456", "abc", "")
NAMES: Final = ("Ann Li", "Li, Ann", "Ann B. Li", "Ann", "")
MOMENTS: Final = ("2022-02-11T16:36:17+05:30", "2027-01-01T00:00:00Z", "2022-02-11T11:06:17Z")

CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "id": ("C-1", "C-2", ""),
    "email": ("ann@example.com", "Ann@Example.com", "bo@example.org", ""),
    "company": WORDS,
    "status": ("active", "inactive"),
    "blocked": (True, False),
    "role": ("customer", "employee", "tester", "unknown"),
    "priority": (0, 1, -10, 10),
    "name": NAMES,
    "name.formatted": NAMES,
    "name.given": WORDS,
    "name.middle": WORDS,
    "name.family": WORDS,
    "phone": NUMBERS,
    "phone.number": NUMBERS,
    "phone.type": ("mobile", "home", "work"),
    "phone.extension": ("", "12", "9"),
    "loyalty": ({},),
    "loyalty.account_id": WORDS,
    "loyalty.member": (True, False),
    "payment_card": ({},),
    "payment_card.provider": ("STRIPE", "ADYEN", ""),
    "payment_card.token": WORDS,
    "payment_card.default": (True, False),
}
MEMBERS: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "addresses": {"label": WORDS, "city": WORDS, "postal_code": WORDS, "phone": NUMBERS},
    "channels": {
        "type": ("mobile", "email", "line"),
        "value": (*NUMBERS, *WORDS),
        "primary": (True, False),
        "verified": (True, False),
        "last_viewed_at": MOMENTS,
    },
    "loyalty.enrollments": {
        "program_id": (1, 2, "7", "x"),
        "tier": (0, 1, 2),
        "points": (0, 10),
        "tier_expires_at": MOMENTS,
    },
}
MAPS: Final = ("attributes", "custom_fields")
IDS: Final = ("7", "8", "", "a b", "..")
TOPS: Final = (
    "id", "email", "company", "status", "blocked", "role", "priority", "name", "phone", "loyalty",
    "payment_card", "tags", "addresses", "channels", "attributes", "custom_fields",
)  # fmt: skip


class Records:
    """Draws customers of whom the given top-level fields matter."""

    def __init__(self, rng: Random, fields: tuple[str, ...], *, named: bool) -> None:
        self.rng = rng
        self.named = named
        every = (*CHOICES, *MEMBERS, "tags", *(f"{name}.*" for name in MAPS for _ in range(3)), *MAPS)
        self.paths = [path for path in every if path.split(".")[0] in fields] or ["email"]
        if named:
            self.paths.append("identifiers.acme")

    def customer(self) -> Customer:
        customer: Customer = {}
        if self.named and self.rng.random() < 0.9:
            customer["identifiers"] = {"acme": "7"}
        for _ in range(self.rng.randint(1, 10)):
            self.edit(customer)
        return customer

    def near(self, customer: Customer) -> Customer:
        """A copy with at most three leaves drawn anew."""
        copy = deepcopy(customer)
        for _ in range(self.rng.randint(1, 3)):
            self.edit(copy)
        return copy

    def pair(self) -> tuple[Customer | None, Customer]:
        """(before, after): near; or after says only what changes; or apart; or there is no before."""
        before = self.customer()
        kind = self.rng.random()
        if kind < 0.6:
            return before, self.near(before)
        if kind < 0.8:
            return before, self.near({"identifiers": {"acme": "7"}} if self.named else {})
        return (before if kind < 0.9 else None), self.customer()

    def edit(self, customer: Customer) -> None:
        path = self.rng.choice(self.paths)
        if path.endswith(".*"):
            self._entry(customer, path[:-2])
        elif path == "identifiers.acme":
            if self.rng.random() < 0.2:
                customer["identifiers"] = {"acme": self._state(self.rng.choice(IDS), path)}
                if customer["identifiers"]["acme"] is ABSENT:
                    customer["identifiers"] = {}
        else:
            _put(customer, path, self._state(self._value(path), path))

    def _state(self, value: Any, path: str) -> Any:
        return self.rng.choice((ABSENT, None, value, value, value))

    def _value(self, path: str) -> Any:
        if path in CHOICES:
            return deepcopy(self.rng.choice(CHOICES[path]))
        if path == "tags":
            return [self.rng.choice(("VIP", "a", "b", "")) for _ in range(self.rng.randint(0, 3))]
        if path in MEMBERS:
            return [self._item(MEMBERS[path]) for _ in range(self.rng.randint(0, 2))]
        entries = {self.rng.choice(KEYS): self.anything() for _ in range(self.rng.randint(0, 3))}
        return {key: value for key, value in entries.items() if value is not ABSENT}

    def _item(self, members: dict[str, tuple[Any, ...]]) -> Customer:
        item = {
            name: self._state(self.rng.choice(choices), name)
            for name, choices in members.items()
            if name in ("type", "program_id") or self.rng.random() < 0.6
        }
        return {name: value for name, value in item.items() if value is not ABSENT}

    def anything(self, depth: int = 2) -> Any:
        kind = self.rng.random()
        if kind < 0.15:
            return None
        if kind < 0.55:
            return self.rng.choice(WORDS)
        if kind < 0.8 or not depth:
            return self.rng.choice(PLAIN)
        if kind < 0.9:
            return [self.anything(0) for _ in range(self.rng.randint(0, 2))]
        return {self.rng.choice(KEYS): self.anything(depth - 1) for _ in range(self.rng.randint(0, 2))}

    def _entry(self, customer: Customer, name: str) -> None:
        held = customer.get(name)
        if not isinstance(held, dict):
            held = customer[name] = {}
        key = self.rng.choice((*held, *KEYS[:4]))
        if self.rng.random() < 0.25:
            held.pop(key, None)
        else:
            held[key] = self.anything()


def _put(customer: Customer, path: str, value: Any) -> None:
    """Set, or with ABSENT take away, a leaf; an object on the way is made where there is none."""
    head, _, rest = path.partition(".")
    if not rest:
        if value is ABSENT:
            customer.pop(head, None)
        else:
            customer[head] = value
        return
    held = customer.get(head)
    if isinstance(held, str):
        held = {"formatted" if head == "name" else "number": held}
    if not isinstance(held, dict):
        if value is ABSENT:
            return
        held = {}
    customer[head] = held
    _put(held, rest, value)
