"""Text names and phones by hand, with the libraries that custmap calls.

A name costs one call of nameparser's `Parser`, made once with custmap's own vocabulary. A phone number costs
`parse`, `is_possible_number_with_reason` and `format_number` of phonenumbers, each once, whatever needs it.

What they do not do: recognise plain names or canonical numbers without the library, remember the last ones,
clean a text of what does not belong in it (brackets, extensions, invisible characters), doubt a split, or
word a refusal.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import lean
import phonenumbers
from lean import Call, Record
from nameparser import Lexicon, Parser, Policy

from custmap.functions import name_words

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
