"""Drawn nights: customers and what becomes of them, and the same nights without a fault, in this process."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any, Final

from nightly_shops import Shop
from stores.store import Call, State

import custmap

Customer = dict[str, Any]
_CUSTOMERS: Final = 6
_PROGRAMS: Final = ("3", "7", "9")


class World:
    """`nights` are the records of each; the last has all customers, with a value in each field."""

    def __init__(self, name: str, seed: int, nights: int) -> None:
        self.rng = Random(f"{name} {seed}")
        self.name = name
        self.customers = [self._new(number) for number in range(1, _CUSTOMERS + 1)]
        self.nights = [self._night() for _ in range(nights)]
        self._change(1.0)
        self.nights.append(deepcopy(self.customers))

    def _new(self, number: int) -> Customer:
        key = f"C-{number}"
        return {"id": key, "identifiers": {self.name: str(number)}}

    def _night(self) -> list[Customer]:
        """Some customers change; some rows are missing, wrong, or there twice."""
        self._change(0.6)
        rows = []
        for customer in self.customers:
            match self.rng.random():
                case chance if chance < 0.1:
                    continue
                case chance if chance < 0.2:
                    rows.append({**customer, "email": 5})
                case chance if chance < 0.25:
                    rows += [customer, customer]
                case chance if chance < 0.35:
                    rows.append({**customer, "email": None})
                case _:
                    rows.append(customer)
        self.rng.shuffle(rows)
        return deepcopy(rows)

    def _change(self, share: float) -> None:
        for customer in self.customers:
            for name, drawn in FIELDS[self.name].items():
                if name not in customer or self.rng.random() < share:
                    customer[name] = drawn(self.rng)
            if self.name == "capillary":
                held = customer.setdefault("loyalty", {"enrollments": []})["enrollments"]
                left = [one for one in _PROGRAMS if one not in {item["program_id"] for item in held}]
                if left and self.rng.random() < 0.5:
                    held.append({"program_id": left[0], "points": 10})


def _texts(*texts: str) -> Callable[[Random], str]:
    return lambda rng: rng.choice(texts)


def _map(*keys: str, whole: bool) -> Callable[[Random], dict[str, str]]:
    """A map with these keys, some of them or, where one cannot be removed, all."""
    return lambda rng: {key: rng.choice("xyz") for key in keys if whole or rng.random() < 0.7}


def _name(rng: Random) -> dict[str, str]:
    return {"given": rng.choice(("Ann", "Bo", "Éva")), "family": rng.choice(("Lee", "O'Neil"))}


_EMAIL: Final = _texts("ann@example.com", "bo@example.com", "c@example.com")
FIELDS: Final[dict[str, dict[str, Callable[[Random], Any]]]] = {
    "microbase": {
        "name": _name,
        "email": _EMAIL,
        "status": _texts("active", "inactive"),
        "tags": lambda rng: rng.sample(["a", "b", "c"], rng.randint(0, 3)),
    },
    "aifi": {
        "name": _name,
        "email": _EMAIL,
        "role": _texts("customer", "tester"),
        "attributes": _map("plan", "gift", whole=False),
        "payment_card": lambda rng: {
            "provider": "STRIPE",
            "token": rng.choice(("t1", "t2")),
            "default": True,
        },
    },
    "fabric": {"email": _EMAIL, "attributes": _map("plan", "gift", "coupon", whole=False)},
    "capillary": {
        "name": _name,
        "email": _EMAIL,
        "attributes": _map("plan", "gift", whole=True),
        "custom_fields": _map("lang", whole=True),
    },
}


def undisturbed(
    world: World, mapping: custmap.Mapping, shop: Shop, params: dict[str, str]
) -> dict[str, State]:
    """What the vendor holds when all goes well, by customer."""
    held: dict[str, State] = {}
    kept: dict[str, Customer] = {}
    for night in world.nights:
        for row in night:
            key = row["id"]
            if row["email"] == 5 or sum(one["id"] == key for one in night) > 1:
                continue
            given = params | ({"order_id": key} if world.name == "fabric" else {})
            if key in kept:
                plan = mapping.diff(kept[key], row, given)
                requests = plan.requests
                outcome = mapping.outcome(200, {"ok": True}) if requests else None
                kept[key] = mapping.settle(kept[key], row, plan, outcome) or {}
            else:
                requests = (mapping.apply(row, given, on_rejected="drop"),)
                kept[key] = row
            who = key if world.name == "fabric" else row["identifiers"][world.name]
            for request in requests:
                held[who] = shop.store.receive(held.get(who, shop.store.empty), Call.of(request))
    return held
