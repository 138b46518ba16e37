"""The canonical field that a vendor's member is named after, and the rule that reads it.

A draft fills in only what a name and a type leave no doubt about: it is read by people who would not look
twice at a line that is there. So words that mean something else in other systems are left out (`title`,
`state`), and members of an object only count where the object itself is one that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from custmap.expressions.inference import format_source
from custmap.schema.canonical import load_canonical
from custmap.testing.write_yaml import flow
from custmap.values.members import named_paths
from custmap.values.synonyms import SYNONYMS
from custmap.values.types import Type

Names = tuple[str | int, ...]

CUSTOMER: Final = "customer"
"""The holder whose members are those of a customer; `other`: of something else."""
OTHER: Final = "other"
ADDRESS: Final = "addresses"
NAME: Final = "name"
PHONE: Final = "phone"
_NAMED_PEOPLE: Final = "customer user contact person people profile member subscriber guest"
_NAMED_WRAPPERS: Final = "data attributes properties traits datafields fields"
_NAMED_ADDRESSES: Final = "address addresses postaladdress homeaddress mailingaddress primaryaddress location"
_NAMED_DOUBTFUL: Final = (
    "id title first last full card creditcard paymentmethod extra extras custom contacts type ext guid uuid "
    "customeruserid clientid customerid contactid personid userid status active isactive enabled isenabled "
    "stateofaccount role usertype userrole customertype priority channels ids tier points programs "
    "generation memberid membernumber membershipid membershipnumber segments permissions"
)
_NAMED_FOREIGN: Final = "externalid externalcustomerid referenceid foreignid customerreference"
PEOPLE: Final = frozenset(_NAMED_PEOPLE.split())
"""What vendors call their customers."""
_WRAPPERS: Final = frozenset(_NAMED_WRAPPERS.split()) | PEOPLE
"""Objects that hold a customer's members, if they list any."""
_ADDRESSES: Final = frozenset(_NAMED_ADDRESSES.split())
_DOUBTFUL: Final = frozenset(_NAMED_DOUBTFUL.split())
"""Words of the customer that are as often something else, or an id that the vendor gives."""
_FOREIGN: Final = frozenset(_NAMED_FOREIGN.split())
"""The customer's id in the caller's own system, as vendors call it."""
_CALLS: Final[dict[Names, str]] = {
    ("name", "given"): "given_name(name)",
    ("name", "middle"): "middle_name(name)",
    ("name", "family"): "family_name(name)",
    ("name", "prefix"): "name_prefix(name)",
    ("name", "suffix"): "name_suffix(name)",
    ("name", "formatted"): "full_name(name)",
    ("name",): "full_name(name)",
}
_WHOLE_NAME: Final[frozenset[Names]] = frozenset({("name",), ("name", "formatted")})
_FEWEST: Final = 3
"""So many members of an address stand together before their names count."""


@dataclass(frozen=True, slots=True)
class Known:
    """A rule in YAML, and the canonical paths that it reads."""

    rule: str
    reads: tuple[Names, ...]


def holder_of(name: str, type_: Type, around: str, siblings: int) -> str:
    """What the members of an object member are about; `siblings` are the members of the object around it."""
    word = bare(name)
    if around != CUSTOMER:
        return OTHER
    if word in _ADDRESSES and sum(one in _words(ADDRESS) for one in map(bare, type_.members)) >= _FEWEST:
        return ADDRESS
    if word in ("name", "fullname") and any(bare(one) in _words(NAME) for one in type_.members):
        return NAME
    if word in ("phone", "phonenumber") and "number" in map(bare, type_.members):
        return PHONE
    return CUSTOMER if word in _WRAPPERS or siblings == 1 else OTHER


def known_rule(name: str, type_: Type, holder: str, siblings: Iterable[str]) -> Known | None:
    """The rule of a member that has no members of its own; None where there is a doubt."""
    if holder == OTHER:
        return None
    word = bare(name)
    if holder == CUSTOMER and word in _FOREIGN:
        return _read(("id",), type_)
    path = _words(holder).get(word)
    if path is None and holder == CUSTOMER and _are_an_address(siblings):
        path = _words(ADDRESS).get(word)
    if path is None or (path in _WHOLE_NAME and _has_parts(siblings)):
        return None
    return _read(path, type_)


def bare(name: str) -> str:
    """Its letters and digits in lower case, as `values.did_you_mean` compares names."""
    return "".join(filter(str.isalnum, name)).casefold()


def is_customer_id(word: str) -> bool:
    """Is it the name of a customer's id: `customer_id`, `contactId`?"""
    return bare(word) in {bare(one) for one in ("id", *SYNONYMS["id"].split())}


def column_path(name: str) -> Names | None:
    """The field of the customer for a column of a flat table; None where the name does not say it."""
    word = bare(name)
    path = _words(CUSTOMER).get(word) or _words(ADDRESS).get(word)
    if word in _FOREIGN:
        path = ("id",)
    if path is None or type_at(path).free:
        return None
    whole: dict[Names, Names] = {("name",): ("name", "formatted"), ("phone",): ("phone", "number")}
    return whole.get(path, path)


def _has_parts(names: Iterable[str]) -> bool:
    """Is a name said in parts beside the whole one?"""
    words = _words(CUSTOMER)
    return any(words.get(bare(name)) in (("name", "given"), ("name", "family")) for name in names)


def _are_an_address(names: Iterable[str]) -> bool:
    return sum(bare(name) in _words(ADDRESS) for name in names) >= _FEWEST


@cache
def _words(holder: str) -> Mapping[str, Names]:
    """The canonical path for each word that a holder's members may be called."""
    if holder == CUSTOMER:
        names = [path for path in named_paths(load_canonical(None).type) if path[0] != ADDRESS]
        table = _joined(path for path in names if "*" not in path)
        return {word: path for word, path in table.items() if word not in _DOUBTFUL}
    # The items of a list of addresses, the members of an object.
    inside = {ADDRESS: (ADDRESS, "*"), NAME: (NAME,), PHONE: (PHONE,)}[holder]
    paths = [path for path in named_paths(load_canonical(None).type) if path[:-1] == inside]
    table = {bare(path[-1]): path for path in paths if path[-1] != "name"}
    table = {**_joined(paths), **table}
    return {word: tuple(0 if part == "*" else part for part in path) for word, path in table.items()}


def _joined(paths: Iterable[tuple[str, ...]]) -> dict[str, Names]:
    """The paths by their joined names and by their synonyms."""
    listed = list(paths)
    table: dict[str, Names] = {bare("".join(part for part in path if part != "*")): path for path in listed}
    for path in listed:
        for word in SYNONYMS.get(".".join(part for part in path if part != "*"), "").split():
            table.setdefault(bare(word), path)
    return table


def _read(path: Names, wanted: Type) -> Known | None:
    """The rule that reads a path into a place of a type."""
    given = type_at(path)
    if path in _CALLS:
        reads = tuple(("name", part) for part in _named(path))
        return Known(_CALLS[path], reads) if _takes(wanted, "string") else None
    if path == ("phone",):
        path, given = ("phone", "number"), type_at(("phone", "number"))
    source = format_source(path)
    if given.free and _takes(wanted, "object"):
        return _of_map(source, path, given, wanted)
    if given.enum is not None:
        return _of_values(source, path, given, wanted)
    if wanted.enum is not None or not wanted.known:
        return None
    if "array" in given.kinds:
        items = wanted.items
        if not _takes(wanted, "array") or items is None or not items.only("string") or items.enum is not None:
            return None
        return Known(f"{{from: {source}, merge: set, assumed: The list is replaced}}", (path,))
    kind = next(iter(given.kinds - {"null"}))
    return Known(flow(source), (path,)) if _takes(wanted, kind) and not given.members else None


def _named(path: Names) -> tuple[str, ...]:
    return ("given", "family") if path[1:] in ((), ("formatted",)) else (str(path[1]),)


def _takes(wanted: Type, kind: str) -> bool:
    """Does a place take values of this kind, all of them?"""
    return wanted.known and wanted.enum is None and kind in wanted.kinds


def _of_map(source: str, path: Names, given: Type, wanted: Type) -> Known | None:
    if not wanted.free or (given.extra is not None and given.extra.known):
        return None
    inner = wanted.extra
    if inner is not None and inner.known:
        if not inner.only("string") or inner.enum is not None:
            return None
        source = f"text_values({source})"
    return Known(f"{{from: {source}, merge: entries, assumed: Merged key by key}}", (path,))


def _of_values(source: str, path: Names, given: Type, wanted: Type) -> Known | None:
    """A table of values, where each canonical one is a value of the vendor in other letters."""
    theirs = {bare(one): one for one in wanted.enum or () if isinstance(one, str)}
    ours: list[Any] = [one for one in given.enum or () if one is not None]
    if not all(isinstance(one, str) and bare(one) in theirs for one in ours):
        return None
    table = flow({one: theirs[bare(one)] for one in ours})
    return Known(f"{{from: {source}, values: {table}}}", (path,))


def type_at(path: Names) -> Type:
    """The type of a field of the customer."""
    found = load_canonical(None).type.at(path)
    assert found is not None
    return found
