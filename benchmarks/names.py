"""Text names and phones by hand, with the libraries that custmap calls.

A name costs one call of nameparser's `Parser`, made once with custmap's own vocabulary. A phone number costs
`parse`, `is_possible_number_with_reason` and `format_number` of phonenumbers, each once, whatever needs it.

What they do not do: recognise plain names or canonical numbers without the library, remember the last ones,
clean a text of what does not belong in it (brackets, extensions, invisible characters), doubt a split, or
word a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle, product
from typing import Any, Final

import lean
import phonenumbers
from harness import Table, Work
from lean import Call, Record
from nameparser import Lexicon, Parser, Policy

import custmap
from custmap.functions import name_words
from records import PARAMS

_POSSIBLE = phonenumbers.ValidationResult.IS_POSSIBLE
_E164 = phonenumbers.PhoneNumberFormat.E164


@cache
def _parser() -> Parser:
    return Parser(Lexicon.default().add(titles=name_words.TITLES), Policy(patronymic_rules=frozenset()))


def split(text: str) -> Record:
    """The stated parts of a name as one text."""
    found = _parser().parse(text)
    parts = {"given": found.given, "middle": found.middle, "family": found.family}
    return {part: value for part, value in parts.items() if value}


def e164(text: str) -> str:
    """A possible number with `+` and country code; ValueError for any other."""
    found = phonenumbers.parse(text, None)
    if phonenumbers.is_possible_number_with_reason(found) != _POSSIBLE:
        raise ValueError("not a possible number")
    return str(phonenumbers.format_number(found, _E164))


def _in_parts(customer: Record) -> Record:
    """The customer with the parts of its name and the E.164 form of its number."""
    made = customer.copy()
    name: Any = made.get("name")
    if name is not None:
        made["name"] = split(name if name.__class__ is str else name["formatted"])
    phone: Any = made.get("phone")
    if phone is not None:
        made["phone"] = (
            {"number": e164(phone)} if phone.__class__ is str else {**phone, "number": e164(phone["number"])}
        )
    return made


def fabric_customer(customer: Record) -> Call:
    return lean.fabric_customer(_in_parts(customer))


def microbase(customer: Record) -> Call:
    made = customer.copy()
    name: Any = customer.get("name")
    if name is not None:
        made["name"] = split(name if name.__class__ is str else name["formatted"])
    return lean.microbase(made)


def aifi(customer: Record) -> Call:
    return lean.aifi(_in_parts(customer))


# Distinct records, more than any cache holds, so that the libraries are at work each time.
COUNT: Final = 2500
GIVEN: Final = ["Ann", "Robert", "Maria", "Peter", "Susan", "Edward", "Laura", "Henry", "Julia", "Walter"]
FAMILY: Final = [
    "Marlow",
    "Fischer",
    "Stone",
    "Bergman",
    "Carver",
    "Dalton",
    "Evans",
    "Foster",
    "Grant",
    "Hughes",
]


def _names(form: str) -> Iterator[str]:
    """Distinct names: the family name gets another ending each time."""
    endings = ("".join(pair) for pair in product(["", *"bdfklm"], ["", "ton", "ley", "worth", "field"]))
    for ending, family, given in product(list(endings), FAMILY, GIVEN):
        yield form.format(given=given, family=family + ending)


def _records(name: str | None, phone: str | None) -> list[Record]:
    made: list[Record] = []
    for number, whole in zip(range(COUNT), _names(name or ""), strict=False):
        record: Record = {
            "identifiers": {"microbase": "HkhhuXESl", "aifi": "17"},
            "email": "ann.li@example.com",
        }
        if name is not None:
            record["name"] = whole
        if phone is not None:
            record["phone"] = phone.format(number // 1000 + 2, number % 1000)
        made.append(record)
    return made


PLAIN: Final = "{given} {family}"
TITLED: Final = "Dr. {given} B. van der {family} Jr."
INVERTED: Final = "Dr. van der {family}, {given} B."
WRITTEN: Final = "+1 (206) 55{}-4{:03}"
CANONICAL: Final = "+120655{}4{:03}"

CASES: Final[list[tuple[str, str, str | None, str | None, Callable[[Record], Call]]]] = [
    ("microbase, names in two words", "microbase/customer-update", PLAIN, None, microbase),
    ("microbase, names with titles and particles", "microbase/customer-update", TITLED, None, microbase),
    (
        "microbase, names with a title and the family name first",
        "microbase/customer-update",
        INVERTED,
        None,
        microbase,
    ),
    ("aifi, phones as people write them", "aifi/update-customer", None, WRITTEN, aifi),
    ("aifi, phones in E.164 form", "aifi/update-customer", None, CANONICAL, aifi),
    ("fabric, both as people write them", "fabric/update-customer", TITLED, WRITTEN, fabric_customer),
    ("fabric, two words and E.164 form", "fabric/update-customer", PLAIN, CANONICAL, fabric_customer),
]


def run() -> None:
    table = Table(
        "Text names and phones: mapping.apply, checked, over lean code with the same libraries", 1.2
    )
    for what, name, whole, phone, by_hand in CASES:
        mapping, records = custmap.load(name), _records(whole, phone)
        assert len({str(record) for record in records}) == COUNT
        for record in records:  # all of them: of other cases nothing is remembered then
            request, own = mapping.apply(record, PARAMS[name]), by_hand(record)
            assert (request.url, request.headers) == (own.url, own.headers)
            assert request.body == own.body, (record, request.body, own.body)
        ours = {"f": mapping.apply, "p": PARAMS[name], "r": cycle(records)}
        theirs = {"f": by_hand, "r": cycle(records)}
        table.row(what, Work("f(next(r), p)", ours), Work("f(next(r))", theirs))
