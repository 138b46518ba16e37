"""Speed as ratios, both sides measured in turn in one run: times differ from machine to machine, ratios hold.

make bench
"""

from __future__ import annotations

import copy
import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import handwritten
from deepdiff import DeepDiff

import custmap

ROUNDS, CALLS = 31, 4000

CUSTOMER: dict[str, Any] = {
    "id": "C-1001",
    "identifiers": {"microbase": "HkhhuXESl", "aifi": "0", "capillary": "98662653"},
    "name": {"given": "Ann", "middle": "B.", "family": "Li"},
    "email": "ann.li@example.com",
    "phone": {"number": "+12065550142", "type": "mobile"},
    "company": "Demo Inc",
    "status": "active",
    "blocked": False,
    "role": "customer",
    "priority": 0,
    "tags": ["VIP", "newsletter", "beta"],
    "addresses": [
        {"label": "home", "line1": "1 Demo Street", "city": "Seattle", "postal_code": "98101"},
        {"label": "work", "line1": "2 Demo Street", "city": "Seattle", "postal_code": "98101"},
    ],
    "channels": [{"type": "email", "value": "ann.li@example.com", "primary": True, "verified": True}],
    "loyalty": {"account_id": "62272e917b12209e68751d94", "member": True},
    "attributes": {
        "plan": "gold", "giftWrap": True, "orders": 12, "ratio": 2.5, "source": "web", "store": "017",
        "segment": "A", "referrer": None, "coupon": "SPRING", "score": 731,
    },
    "custom_fields": {"shoe_size": 38, "language": "en", "birthday_month": "May", "pet": "cat"},
}  # fmt: skip


def changed(customer: dict[str, Any]) -> dict[str, Any]:
    """The same customer with three changes for each vendor."""
    after = copy.deepcopy(customer)
    after["email"], after["status"], after["tags"] = "ann@example.com", "inactive", ["VIP"]
    after["attributes"]["plan"], after["attributes"]["orders"] = "silver", 13
    del after["attributes"]["coupon"]
    return after


def seconds(call: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def ratio(
    name: str, left: Callable[[], object], right: Callable[[], object], limit: str, slow: int = 1
) -> None:
    """Print the median of the pairwise ratios; the pairs are taken in turn, so drift hits both.

    `slow`: how many times fewer calls of the left side are enough.
    """
    gc.disable()
    pairs = [(seconds(left, CALLS // slow), seconds(right, CALLS)) for _ in range(ROUNDS)]
    gc.enable()
    middle = statistics.median(a / b for a, b in pairs)
    a, b = (min(column) * 1e6 for column in zip(*pairs, strict=True))
    print(f"{name:<58} {middle:6.2f} ×   ({a:.2f} µs : {b:.2f} µs, asked: {limit})")


def main() -> None:
    microbase = custmap.load("microbase/customer-update")
    fabric = custmap.load("fabric/update-attributes")
    after, same = changed(CUSTOMER), copy.deepcopy(CUSTOMER)
    hand = handwritten
    params = {"host": "h", "token": "t"}
    fabric_params = {"order_id": "1", "tenant_id": "demo", "token": "t"}

    print("generated function : written by hand")
    build = microbase.functions.build
    ratio("  apply microbase", lambda: build(CUSTOMER, (), []), lambda: hand.microbase_build(CUSTOMER), "1.3")
    fabric_build = fabric.functions.build
    ratio(
        "  apply fabric attributes",
        lambda: fabric_build(CUSTOMER, (), []),
        lambda: hand.fabric_build(CUSTOMER),
        "1.3",
    )

    print("diff of plain records : written by hand, three changes")
    for name, mapping, given, by_hand in (
        ("microbase", microbase, params, hand.microbase_diff),
        ("fabric attributes", fabric, fabric_params, hand.fabric_diff),
    ):
        assert mapping.diff(CUSTOMER, after, given) == by_hand(CUSTOMER, after), name
        differ = mapping.differ(given)
        ratio(
            f"  diff {name}", lambda d=differ: d(CUSTOMER, after), lambda h=by_hand: h(CUSTOMER, after), "2"
        )

    print("diff of equal records : target values of both by hand")
    for name, mapping, given, values in (
        ("microbase", microbase, params, hand.microbase_values),
        ("fabric attributes", fabric, fabric_params, hand.fabric_values),
    ):
        differ = mapping.differ(given)
        ratio(
            f"  diff {name}",
            lambda d=differ: d(CUSTOMER, same),
            lambda v=values: (v(CUSTOMER), v(hand.overlaid(CUSTOMER, same))),
            "1.3",
        )

    print("against DeepDiff on the same pair (how much faster we are)")
    for name, mapping, given in (
        ("microbase", microbase, params),
        ("fabric attributes", fabric, fabric_params),
    ):
        differ = mapping.differ(given)
        ours = lambda d=differ: d(CUSTOMER, after)  # noqa: E731
        ratio(f"  DeepDiff : diff {name}", lambda: DeepDiff(CUSTOMER, after), ours, "100", slow=100)
        in_sets = lambda: DeepDiff(CUSTOMER, after, ignore_order=True)  # noqa: E731
        ratio(f"  DeepDiff, order of lists aside : diff {name}", in_sets, ours, "100", slow=100)

    print("whole processes")
    startup("custmap --version", ["-m", "custmap", "--version"], "100 ms over bare Python")
    two = ["microbase/customer-update", "fabric/update-attributes"]
    startup("custmap validate, two mappings", ["-m", "custmap", "validate", *two], "700 ms")
    startup("custmap validate, all five", ["-m", "custmap", "validate"], "1 s")


def startup(name: str, arguments: list[str], limit: str) -> None:
    root = Path(__file__).resolve().parent.parent

    def once(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=root, capture_output=True, check=False)
        return (time.perf_counter() - start) * 1000

    pairs = [(once(arguments), once(["-c", "pass"])) for _ in range(7)]
    whole, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"  {name:<56} {whole:6.0f} ms   ({whole - bare:.0f} ms over bare Python, asked: {limit})")


if __name__ == "__main__":
    main()
