"""Other libraries on the same work, each shown to give the same output, over custmap in the same run.

None of them makes a request, or tells absent from null as a vendor needs it: they are given complete records.
pydantic and msgspec check types, the others nothing. What is not installed is named and left out; what none
of the commands here installs: glom, jsonata-python, jsonatapy, jsonpatch, deepdiff-rs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

import jmespath
import keyed
import lean
import msgspec
from deepdiff import DeepDiff
from generated import generated, parts, taken
from harness import call, measure, medians, microseconds
from lean import Record
from pydantic import BaseModel, ConfigDict

import custmap
from records import FULL, PARAMS, changed

Peer = tuple[str, Callable[[Record], Any]]

MICROBASE: Final = "microbase/customer-update"


def _present(name: str) -> Any:
    """The module; None, with a line, if it is not installed."""
    with suppress(ModuleNotFoundError):
        return import_module(name)
    print(f"  {name}: not installed")
    return None


def _jmespath_customer() -> Peer:
    found = jmespath.compile(
        "{email: email, firstName: name.given, id: identifiers.microbase, lastName: name.family, "
        "status: status == 'active' && 'ACTIVE' || 'INACTIVE', tags: tags}"
    )
    return "jmespath", found.search


def _jmespath_items() -> Peer:
    found = jmespath.compile(
        "{addresses: addresses[].{city: city, country: country == 'US' && 'USA' || 'CAN', name: label, "
        "street: line1, zip: postal_code}}"
    )
    return "jmespath", found.search


JSONATA_CUSTOMER: Final = """{
  "email": email, "firstName": name.given, "id": identifiers.microbase, "lastName": name.family,
  "status": status = "active" ? "ACTIVE" : "INACTIVE", "tags": tags
}"""
JSONATA_ITEMS: Final = """{"addresses": [addresses.{
  "city": city, "country": country = "US" ? "USA" : "CAN", "name": label, "street": line1, "zip": postal_code
}]}"""


def _jsonata(text: str) -> Iterator[Peer]:
    if (module := _present("jsonata")) is not None:
        found = module.Jsonata(text)
        yield "jsonata-python", found.evaluate
    if (module := _present("jsonatapy")) is not None:
        compiled = module.compile(text)
        yield "jsonatapy (Rust)", compiled.evaluate


def _glom(spec: Any) -> Iterator[Peer]:
    if (module := _present("glom")) is not None:
        ready = module.Glommer()
        yield "glom", lambda record: ready.glom(record, spec)


GLOM_CUSTOMER: Final = {
    "email": "email",
    "firstName": "name.given",
    "id": "identifiers.microbase",
    "lastName": "name.family",
    "status": ("status", lean.STATUS.get),
    "tags": "tags",
}
GLOM_ITEMS: Final = {
    "addresses": (
        "addresses",
        [
            {
                "city": "city",
                "country": ("country", keyed.COUNTRIES.get),
                "name": "label",
                "street": "line1",
                "zip": "postal_code",
            }
        ],
    )
}


class _Name(BaseModel):
    given: str
    family: str


class _Identifiers(BaseModel):
    microbase: str


class _Customer(BaseModel):
    model_config = ConfigDict(strict=True)
    email: str
    name: _Name
    identifiers: _Identifiers
    status: str
    tags: list[str]


class _Update(BaseModel):
    email: str
    firstName: str
    id: str
    lastName: str
    status: str
    tags: list[str]


def _pydantic_customer(record: Record) -> Any:
    held = _Customer.model_validate(record)
    return _Update(
        email=held.email,
        firstName=held.name.given,
        id=held.identifiers.microbase,
        lastName=held.name.family,
        status=lean.STATUS[held.status],
        tags=held.tags,
    ).model_dump()


class _Address(BaseModel):
    label: str
    line1: str
    city: str
    postal_code: str
    country: str


class _Addresses(BaseModel):
    addresses: list[_Address]


class _Place(BaseModel):
    city: str
    country: str
    name: str
    street: str
    zip: str


class _Places(BaseModel):
    addresses: list[_Place]


def _pydantic_items(record: Record) -> Any:
    return _Places(
        addresses=[
            _Place(
                city=one.city,
                country=keyed.COUNTRIES[one.country],
                name=one.label,
                street=one.line1,
                zip=one.postal_code,
            )
            for one in _Addresses.model_validate(record).addresses
        ]
    ).model_dump()


class _NameStruct(msgspec.Struct):
    given: str
    family: str


class _IdentifiersStruct(msgspec.Struct):
    microbase: str


class _CustomerStruct(msgspec.Struct):
    email: str
    name: _NameStruct
    identifiers: _IdentifiersStruct
    status: str
    tags: list[str]


def _msgspec_customer(record: Record) -> Any:
    held = msgspec.convert(record, _CustomerStruct)
    return {
        "email": held.email,
        "firstName": held.name.given,
        "id": held.identifiers.microbase,
        "lastName": held.name.family,
        "status": lean.STATUS[held.status],
        "tags": held.tags,
    }


class _AddressStruct(msgspec.Struct):
    label: str
    line1: str
    city: str
    postal_code: str
    country: str


class _AddressesStruct(msgspec.Struct):
    addresses: list[_AddressStruct]


def _msgspec_items(record: Record) -> Any:
    return {
        "addresses": [
            {
                "city": one.city,
                "country": keyed.COUNTRIES[one.country],
                "name": one.label,
                "street": one.line1,
                "zip": one.postal_code,
            }
            for one in msgspec.convert(record, _AddressesStruct).addresses
        ]
    }


def _apply_peers(by_hand: Callable[[Record], Any], items: bool) -> list[Peer]:
    return [
        ("by hand, lean", by_hand),
        ("msgspec structs, by hand", _msgspec_items if items else _msgspec_customer),
        ("pydantic models, by hand", _pydantic_items if items else _pydantic_customer),
        _jmespath_items() if items else _jmespath_customer(),
        *_jsonata(JSONATA_ITEMS if items else JSONATA_CUSTOMER),
        *_glom(GLOM_ITEMS if items else GLOM_CUSTOMER),
    ]


def _apply(title: str, mapping: custmap.Mapping, params: Any, record: Record, peers: list[Peer]) -> None:
    given = taken(mapping, record)
    function = generated(mapping, params, given)
    wanted = mapping.apply(record, params).body
    assert parts(function.once())[0] == wanted
    for name, peer in peers:
        assert peer(record) == wanted, (name, peer(record), wanted)
    works = [function, call(mapping.apply, record, params), *(call(peer, record) for _, peer in peers)]
    table = measure(works)
    times, _ = medians(table)
    _, over_function = medians(table)
    _, over_apply = medians([row[1:] for row in table])
    print(f"\n{title}\n  {'':<44}{'time':>12}{': function':>12}{': apply':>12}")
    print(f"  {'custmap, generated function':<44}{microseconds(times[0]):>9} µs{1:>11.2f}×")
    print(
        f"  {'custmap, mapping.apply, checked':<44}{microseconds(times[1]):>9} µs"
        f"{1 / over_function[1]:>11.2f}×{1:>11.2f}×"
    )
    for at, (name, _) in enumerate(peers):
        print(
            f"  {name:<44}{microseconds(times[at + 2]):>9} µs"
            f"{1 / over_function[at + 2]:>11.2f}×{1 / over_apply[at + 1]:>11.2f}×",
            flush=True,
        )


def _diff_peers() -> Iterator[tuple[str, Callable[[Record, Record], Any], Callable[[Any], set[str]]]]:
    """A name, the call, and the changed fields in what it gives."""

    def deep(found: Any) -> set[str]:
        return {path.split("'")[1] for kind in found.values() for path in kind}

    yield "DeepDiff", DeepDiff, deep
    if (module := _present("deepdiff_rs")) is not None:
        yield "deepdiff-rs (Rust)", module.DeepDiff, lambda found: deep(found.to_dict())
    if (module := _present("jsonpatch")) is not None:
        yield (
            "jsonpatch",
            module.make_patch,
            lambda found: {one["path"].split("/")[1] for one in found.patch},
        )


def _diff() -> None:
    mapping = custmap.load(MICROBASE)
    before, after = changed(MICROBASE, 3)
    plan = mapping.diff(before, after, PARAMS[MICROBASE])
    fields = {str(change.source) for change in plan.changes}
    peers = list(_diff_peers())
    for name, peer, changes in peers:
        assert changes(peer(before, after)) == fields, (name, peer(before, after), fields)
    for title, other in (("three changes", after), ("no change", copy.deepcopy(before))):
        ours = call(mapping.diff, before, other, PARAMS[MICROBASE])
        table = measure([ours, *(call(peer, before, other) for _, peer, _ in peers)])
        times, ratios = medians(table)
        print(f"\nPeers, diff of two records of 1 KB, {title}\n  {'':<44}{'time':>12}{': custmap':>12}")
        print(f"  {'custmap, plan and request, MicroBase':<44}{microseconds(times[0]):>9} µs{1:>11.2f}×")
        for at, (name, _, _) in enumerate(peers, 1):
            print(f"  {name:<44}{microseconds(times[at]):>9} µs{1 / ratios[at]:>11.2f}×", flush=True)


def run() -> None:
    print()
    _apply(
        "Peers, MicroBase's body from a record of 1 KB",
        custmap.load(MICROBASE),
        PARAMS[MICROBASE],
        FULL,
        _apply_peers(lean.microbase_body, items=False),
    )
    _apply(
        "Peers, a list of 100 addresses",
        custmap.load(keyed.MAPPING),
        {},
        keyed.customer(100),
        _apply_peers(keyed.lean_body, items=True),
    )
    _diff()
