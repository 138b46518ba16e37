"""The records that the benchmarks map, and the changes that they compare.

`FULL` is a customer of about 1 KB with stated name parts and one enrollment. The records of a mapping in
`GOOD` are those for which every baseline must give what custmap gives.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, Final

Record = dict[str, Any]

MAPPINGS: Final = (
    "fabric/update-customer",
    "fabric/update-attributes",
    "microbase/customer-update",
    "aifi/update-customer",
    "capillary/update-customer",
)

PARAMS: Final[dict[str, dict[str, str]]] = {
    "fabric/update-customer": {"tenant_id": "demo", "token": "t", "employee_id": "E-7"},
    "fabric/update-attributes": {"order_id": "1", "tenant_id": "demo", "token": "t"},
    "microbase/customer-update": {"host": "h", "token": "t"},
    "aifi/update-customer": {"host": "h", "token": "t"},
    "capillary/update-customer": {"host": "h", "source": "INSTORE", "account_id": "12", "token": "t"},
}

ENROLLMENTS: Final = [
    {
        "program_id": 469,
        "tier": 1,
        "points": 100,
        "tier_expires_at": "2027-02-11T16:36:17+05:30",
        "points_expire_at": "2027-08-11T16:36:17Z",
    },
    {"program_id": "470", "tier": 2, "points": 20, "tier_expires_at": "2027-02-11T16:36:17.250+05:30"},
    {"program_id": 471, "tier": 1, "points": 5},
]

CHANNELS: Final = [
    {"type": "email", "value": "ann.li@example.com", "primary": True, "verified": True},
    {"type": "mobile", "value": "+12065550142", "primary": False},
    {
        "type": "mobile_push",
        "value": "device-17",
        "verified": False,
        "last_viewed_at": "2026-02-11T16:36:17+05:30",
    },
]

FULL: Final[Record] = {
    "id": "C-1001",
    "identifiers": {"microbase": "HkhhuXESl", "aifi": "17", "capillary": "98662653"},
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
    ],
    "channels": CHANNELS[:1],
    "loyalty": {"account_id": "62272e917b12209e68751d94", "member": True, "enrollments": ENROLLMENTS[:1]},
    "payment_card": {"provider": "STRIPE", "token": "tok_example", "default": True},
    "attributes": {
        "plan": "gold", "giftWrap": True, "orders": 12, "ratio": 2.5, "source": "web", "store": "017",
        "segment": "A", "region": "NW", "coupon": "SPRING", "score": 731,
    },
    "custom_fields": {"shoe_size": 38, "language": "en", "birthday_month": "May", "pet": "cat"},
}  # fmt: skip

MINIMAL: Final[Record] = {
    "identifiers": {"microbase": "HkhhuXESl", "aifi": "17", "capillary": "98662653"},
    "email": "ann.li@example.com",
}


def with_changes(record: Record, changes: Iterable[tuple[str, Any]]) -> Record:
    """A copy with other values at dotted paths; `...` removes a member."""
    made = copy.deepcopy(record)
    for path, value in changes:
        *above, last = path.split(".")
        holder: Any = made
        for name in above:
            holder = holder[name]
        if value is ...:
            holder.pop(last, None)
        else:
            holder[last] = copy.deepcopy(value)
    return made


def capillary(enrollments: int, channels: int) -> Record:
    """`FULL` with so many enrollments and channels; none means that the list is not stated."""
    return with_changes(
        FULL,
        [
            ("loyalty.enrollments", ENROLLMENTS[:enrollments] or ...),
            ("channels", CHANNELS[:channels] or ...),
        ],
    )


NESTED: Final = {
    "plan": "gold",
    "address": {"zip": "98101", "city": "Seattle"},
    "marks": [3, {"b": 1, "a": 2}],
}

GOOD: Final[dict[str, list[Record]]] = {
    "fabric/update-customer": [
        FULL,
        MINIMAL,
        with_changes(FULL, [("name.middle", ...), ("phone.type", ...), ("company", ...)]),
        with_changes(FULL, [("phone.type", "work")]),
        {"company": "Demo Inc"},
        {},
    ],
    "fabric/update-attributes": [
        FULL,
        MINIMAL,
        with_changes(FULL, [("attributes.plan", None), ("attributes.coupon", None)]),
        {"attributes": {"a b": "x", "n": 3, "no": False}},
        {"attributes": {}},
        {},
    ],
    "microbase/customer-update": [
        FULL,
        MINIMAL,
        with_changes(FULL, [("tags", None)]),
        with_changes(FULL, [("tags", []), ("status", "inactive"), ("name.given", ...)]),
    ],
    "aifi/update-customer": [
        FULL,
        MINIMAL,
        with_changes(FULL, [("attributes", None), ("payment_card", None)]),
        with_changes(FULL, [("attributes", NESTED), ("payment_card.default", ...), ("priority", ...)]),
        with_changes(FULL, [("identifiers.aifi", "0"), ("blocked", True), ("attributes.plan", None)]),
    ],
    "capillary/update-customer": [
        *(capillary(enrollments, channels) for enrollments in (0, 1, 3) for channels in (0, 1, 3)),
        MINIMAL,
        with_changes(FULL, [("attributes", NESTED), ("loyalty.member", False), ("custom_fields", ...)]),
        {"identifiers": {"capillary": "98662653"}},
    ],
}

CHANGES: Final[dict[str, list[tuple[str, Any]]]] = {
    "fabric/update-customer": [
        ("email", "ann@example.com"),
        ("company", "Demo & Sons"),
        ("loyalty.account_id", "62272e917b12209e68751d95"),
        ("name.given", "Anna"),
        ("name.middle", "C."),
        ("name.family", "Lee"),
        ("phone.number", "+12065550143"),
        ("phone.type", "home"),
    ],
    "fabric/update-attributes": [
        ("attributes.plan", "silver"),
        ("attributes.orders", 13),
        ("attributes.coupon", ...),
        ("attributes.giftWrap", False),
        ("attributes.ratio", 2.75),
        ("attributes.source", "shop"),
        ("attributes.store", "018"),
        ("attributes.segment", None),
        ("attributes.score", 732),
        ("attributes.referrer", "mail"),
    ],
    "microbase/customer-update": [
        ("email", "ann@example.com"),
        ("status", "inactive"),
        ("tags", ["VIP"]),
        ("name.given", "Anna"),
        ("name.family", "Lee"),
    ],
    "aifi/update-customer": [
        ("email", "ann@example.com"),
        ("blocked", True),
        ("attributes.plan", "silver"),
        ("id", "C-1002"),
        ("name.given", "Anna"),
        ("name.family", "Lee"),
        ("phone.number", "+12065550143"),
        ("priority", 1),
        ("role", "employee"),
        ("payment_card.token", "tok_other"),
    ],
    "capillary/update-customer": [
        ("attributes.plan", "silver"),
        ("custom_fields.pet", "dog"),
        ("name.given", "Anna"),
        ("channels", CHANNELS[:2]),
        ("loyalty.enrollments", ENROLLMENTS[:2]),
        ("attributes.orders", 13),
        ("attributes.score", 732),
        ("attributes.store", "018"),
        ("custom_fields.shoe_size", 39),
        ("name.family", "Lee"),
    ],
}
"""Each makes one change at the vendor; the first ones are taken."""


def changed(mapping: str, count: int) -> tuple[Record, Record]:
    """Before and after, as two records that share nothing."""
    return copy.deepcopy(FULL), with_changes(FULL, CHANGES[mapping][:count])
