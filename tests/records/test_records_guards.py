"""The limits of guards: how they are read, and what is over them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from custmap.records.guards import GuardError, Guards
from custmap.records.tally import PairTally

FIELDS = ("attributes", 'attributes."a,b=c"', "email", "phone.number")
READ: list[tuple[list[str], str]] = [
    (["clears=1%"], "clears"),
    (["clears=1%,changes=20%,rejected=5%"], "rejected"),
    (["clears = 0.5% , changes = 7"], "changes"),
    (["clears.email=100,"], "clears.email"),
    (['clears.attributes."a,b=c"=0'], 'clears.attributes."a,b=c"'),
    (["clears=1", "changes=100%"], "changes"),
]
WRONG: list[tuple[list[str], str, str]] = [
    ([""], "is no guard", "Write `clears=1%`"),
    (["clears"], "`clears` is no guard", "Write `clears=1%`"),
    (["clears=1%,,changes=1"], "`,changes=1` is no guard", "Write"),
    (["clear=1%"], "Unknown guard `clear`", "Did you mean `clears`?"),
    (["deletes=1%"], "Unknown guard `deletes`", "There are clears, changes, rejected"),
    (["changes.email=1%"], "Unknown guard `changes.email`", "Did you mean `changes`?"),
    (["clears.emial=1%"], "The mapping reads no field `emial`", "Did you mean `email`?"),
    (["clears.=1%"], "The mapping reads no field ``", "Fields that it reads: attributes"),
    (["clears.x=1%"], "The mapping reads no field `x`", "Fields that it reads: attributes"),
    (["clears=1%,clears=2%"], "`clears` is given twice", "one limit"),
    (["clears=1", "clears=1"], "`clears` is given twice", "one limit"),
    *[
        ([f"clears={limit}"], f"`clears={limit}` is neither a count nor a share", "Write `clears=100`")
        for limit in ("", "%", "-1", "1.5", "1e3%", "101%", "1 %", "٣%", "9999999999999")
    ],
]


def over(texts: list[str], **counts: Any) -> list[str]:
    """The names of the guards that trip: `email=(cleared, had)`, `changed`, `rejected` of `of` pairs."""
    email = counts.get("email", (0, 0))
    clears: Any = SimpleNamespace(
        fields=("email", "tags"), cleared=[email[0], 0], had=[email[1], 100], untold=[0, 0]
    )
    pairs = PairTally(unchanged=counts.get("of", 0) - counts.get("changed", 0), sent=counts.get("changed", 0))
    guards = Guards(texts, clears.fields)
    found = guards.tripped(clears, pairs, counts.get("rejected", 0), counts.get("of", 0))
    return [one.name if one.field is None else f"{one.name}.{one.field}" for one in found]


@pytest.mark.parametrize(("texts", "name"), READ)
def test_what_can_be_read(texts: list[str], name: str) -> None:
    assert name in Guards(texts, FIELDS)._limits


@pytest.mark.parametrize(("texts", "reason", "help"), WRONG)
def test_what_cannot_be_read(texts: list[str], reason: str, help: str) -> None:
    with pytest.raises(GuardError) as caught:
        Guards(texts, FIELDS)
    assert reason in str(caught.value) and help in caught.value.help


LIMITS: list[tuple[list[str], dict[str, Any], list[str]]] = [
    ([], {"email": (19, 19)}, []),
    ([], {"email": (20, 20)}, ["clears.email"]),
    ([], {"email": (20, 200)}, []),
    ([], {"email": (20, 199)}, ["clears.email"]),
    ([], {"email": (21, 200)}, ["clears.email"]),
    (["clears=10%"], {"email": (1, 9)}, ["clears.email"]),
    (["clears=10%"], {"email": (1, 10)}, []),
    (["clears=100%"], {"email": (10**6, 10**6)}, []),
    (["clears=0"], {"email": (0, 10**6)}, []),
    (["clears=0"], {"email": (1, 10**6)}, ["clears.email"]),
    (["clears=0%"], {"email": (1, 10**6)}, ["clears.email"]),
    (["clears=100"], {"email": (100, 100)}, []),
    (["clears=100"], {"email": (101, 10**9)}, ["clears.email"]),
    (["clears.email=100"], {"email": (100, 100)}, []),
    (["clears.tags=0"], {"email": (50, 100)}, ["clears.email"]),
    (["clears=0,clears.email=50%"], {"email": (50, 100)}, []),
    (["clears=33.3%"], {"email": (333, 1000)}, []),
    (["clears=33.3%"], {"email": (334, 1000)}, ["clears.email"]),
    ([], {"changed": 100, "rejected": 100, "of": 100}, []),
    (["changes=20%"], {"changed": 20, "of": 100}, []),
    (["changes=20%"], {"changed": 21, "of": 100}, ["changes"]),
    (["rejected=5"], {"rejected": 6, "of": 10**6}, ["rejected"]),
    (["rejected=5%"], {"rejected": 0, "of": 0}, []),
    (["changes=0,rejected=0"], {"changed": 1, "rejected": 1, "of": 3}, ["changes", "rejected"]),
]


@pytest.mark.parametrize(("texts", "counts", "names"), LIMITS)
def test_what_is_over_its_limit(texts: list[str], counts: dict[str, Any], names: list[str]) -> None:
    assert over(texts, **counts) == names


def test_what_a_guard_says() -> None:
    clears: Any = SimpleNamespace(fields=("email",), cleared=[1500], had=[1999], untold=[12])
    pairs, texts = PairTally(unchanged=1000, sent=3000), ["changes=1.5%,rejected=1000"]
    assert list(map(str, Guards(texts, clears.fields).tripped(clears, pairs, 2000, 6000))) == [
        "`email` is cleared in 75% of the records that have it (1,500 of 1,999); `clears.email` allows 10%; "
        "the vendor cannot be told of 12 of these",
        "75% of the pairs change (3,000 of 4,000); `changes` allows 1.5%",
        "33.3% of the pairs and rows are rejected (2,000 of 6,000); `rejected` allows 1,000",
    ]
