"""No method of a foreign class is called, wherever its objects stand, and whatever they say to be."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID

import pytest

import custmap
from custmap import Mapping
from custmap.diagnostics.errors import CustmapError
from shipped_mappings import SHIPPED

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
METHODS = """
    __getattribute__ __eq__ __ne__ __iter__ __len__ __bool__ __repr__ __str__ __contains__ __getitem__ __lt__
    __le__ __gt__ __ge__ __index__ __int__ __float__ __format__ __sub__ __add__ __radd__ __and__ __reduce__
    __copy__ __deepcopy__ keys items get values copy lower strip encode isoformat utcoffset
"""
PLACES = """
    record params param param-name key email name name.given phone tags tags.0 attributes attributes.a
    channels channels.0 addresses status priority loyalty identifiers payment_card company
"""
ALIKE = ("braze/", "mailchimp/", "salesforce/", "shopify/")
"""Vendors whose mappings have nothing that the others do not have: they would only take time here."""
MAPPINGS = [name for name in SHIPPED if not name.startswith(ALIKE)]
PARAMS = {
    "host": "x.example",
    "scheme": "https",
    "order_id": "1",
    "tenant_id": "t",
    "channel_id": "12",
    "token": "t",
    "source": "INSTORE",
    "use_async": True,
}


CLASS_METHODS = (
    "__hash__ __eq__ __ne__ __getattribute__ __instancecheck__ __subclasscheck__ __repr__ __call__"
)


def foreign(base: type, lie: type | None, calls: list[str], *, odd_class: bool = False) -> Any:
    """An object of a class below `base` whose methods tell that they were called, and break with a secret.

    `odd_class`: those of its class's own class do so, too.
    """

    def method(name: str) -> Any:
        def called(self: Any, *arguments: Any, **named: Any) -> Any:
            frame = sys._getframe(1)
            calls.append(f"{name} from {frame.f_code.co_filename}:{frame.f_lineno}")
            raise RuntimeError("zqsecret")

        return called

    members: dict[str, Any] = {name: method(name) for name in METHODS.split()}
    members["__hash__"] = None if base in (dict, list) else base.__hash__
    if lie is not None:
        del members["__getattribute__"]

        def says(self: Any) -> type:
            calls.append(f"__class__ from {sys._getframe(1).f_code.co_filename}:{sys._getframe(1).f_lineno}")
            return lie

        members["__class__"] = property(says)
    odd = type("Odd", (type,), {name: method(name) for name in CLASS_METHODS.split()})
    kind: Any = type.__call__(odd if odd_class else type, "Foreign", (base,), members)
    made = base.__new__(kind, *GIVEN.get(base, ()))
    if base in (dict, list):
        base.__init__(made, *GIVEN[base])
    if base is UUID:
        UUID.int.__set__(made, 7)  # type: ignore[attr-defined]  # the slot
    return made


GIVEN: dict[type, tuple[Any, ...]] = {
    str: ("a@b.c",),
    dict: ({"given": "x"},),
    list: (["x"],),
    int: (3,),
    float: (0.5,),
    Decimal: ("0.5",),
    dt.date: (2022, 2, 11),
    dt.datetime: (2022, 2, 11, 0, 0, 0, 0, dt.UTC),
}
BASES = (object, UUID, *GIVEN)
LIES = (None, str, dict, list, int)
loaded = cache(custmap.load)


def customer() -> dict[str, Any]:
    return {
        "id": "1",
        "identifiers": {"fabric": "1", "microbase": "1", "aifi": "1", "capillary": "1"},
        "email": "a@b.c",
        "name": {"given": "x"},
        "attributes": {"a": "b"},
        "tags": ["a"],
        "channels": [{"type": "email", "value": "x"}],
    }


def placed(place: str, thing: Any, names: tuple[str, ...]) -> tuple[Any, Any]:
    """A record and parameters with the thing at its place."""
    record: Any = customer()
    params: Any = {name: PARAMS[name] for name in names if name in PARAMS}
    match place:
        case "record":
            record = thing
        case "params":
            params = thing
        case "param":
            params["token"] = thing
        case "param-name":
            params = {**params, thing: "x"}
        case "key":
            record[thing] = "x"
        case "name.given":
            record["name"]["given"] = thing
        case "tags.0":
            record["tags"][0] = thing
        case "attributes.a":
            record["attributes"]["a"] = thing
        case "channels.0":
            record["channels"][0] = thing
        case _:
            record[place] = thing
    return record, params


def calls_of(mapping: Mapping, record: Any, params: Any, check: bool) -> Iterator[Any]:
    before = {"id": "1", "identifiers": customer()["identifiers"]}
    yield lambda: mapping.apply(record, params, check=check)
    yield lambda: mapping.diff(None, record, params, check=check)
    yield lambda: mapping.diff(before, record, params, check=check)
    yield lambda: mapping.diff(record, before, params, check=check)
    yield lambda: list(mapping.apply_many([record], params, check=check))


@pytest.mark.parametrize("odd_class", [False, True])
@pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)
@pytest.mark.parametrize("name", MAPPINGS)
def test_foreign_objects(name: str, base: type, odd_class: bool) -> None:
    """What a foreign class's own class raises does not come out; its methods may be called.

    In a short run, a class that says to be another one stands once at each place of each mapping: records are
    checked or not, and its own class is odd or not, in turn.
    """
    mapping = loaded(name)
    called: list[str] = []
    escaped: list[str] = []
    turn = BASES.index(base) + MAPPINGS.index(name)
    places = enumerate(PLACES.split())
    for (at, lie), (number, place), check in product(enumerate(LIES), places, (True, False)):
        if base is not str and place in ("key", "param-name"):
            continue
        if not LONG and (turn + at + number + 2 * check + 4 * odd_class) % 8:
            continue
        record, params = placed(place, foreign(base, lie, called, odd_class=odd_class), mapping.params)
        for call in calls_of(mapping, record, params, check):
            try:
                call()
            except (CustmapError, TypeError, ValueError) as error:
                assert "zqsecret" not in f"{error!r} {error.__context__!r}"
            except Exception as error:  # pytest would show the record, and so call its methods
                escaped.append(f"{type(error).__name__} at {place}")
    assert escaped == []
    assert odd_class or called == []
