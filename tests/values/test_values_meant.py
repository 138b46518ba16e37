"""What a misspelt name of a record or a path probably means; and how much is compared for one file."""

from __future__ import annotations

import pytest

from custmap.schema.canonical import load_canonical
from custmap.values.did_you_mean import Meant
from custmap.values.members import named_paths
from custmap.values.nearest import for_one_file, nearest
from custmap.values.paths import PathError, parse_path
from custmap.values.types import ANY, NEVER, Type

CUSTOMER = Meant(load_canonical(None).type)
Names = tuple[str, ...]

BY: list[tuple[Names, str, str | None]] = [
    ((), "emal", "email"),
    ((), "emaill", "email"),
    ((), "nameGiven", "name.given"),
    ((), "loyalty account id", "loyalty.account_id"),
    ((), "postalcode", "addresses[*].postal_code"),
    ((), "tier", "loyalty.enrollments[*].tier"),
    ((), "number", "phone.number"),
    ((), "type", None),
    ((), "", None),
    (("addresses", "*"), "citty", "addresses[*].city"),
    (("addresses", "*"), "email", "email"),
]


@pytest.mark.parametrize(("holder", "name", "meant"), BY, ids=repr)
def test_by_name(holder: Names, name: str, meant: str | None) -> None:
    assert CUSTOMER.by(holder, name) == meant


ELSEWHERE: list[tuple[Names, Names | None]] = [
    (("phonenumber",), ("phone", "number")),
    (("loyalty", "accid"), ("loyalty", "account_id")),
    (("foo", "postal_code"), ("addresses", "*", "postal_code")),
    (("qqqqqqqq",), None),
]


@pytest.mark.parametrize(("asked", "meant"), ELSEWHERE, ids=repr)
def test_elsewhere(asked: Names, meant: Names | None) -> None:
    assert CUSTOMER.elsewhere(asked) == meant


def of(**members: Type) -> Type:
    return Type(frozenset({"object"}), members=members)


def test_a_path_is_told_from_its_names_in_one() -> None:
    assert Meant(of(ab=ANY, a=of(b=ANY))).elsewhere(("a", "b")) == ("a", "b")


def test_a_name_without_synonyms() -> None:
    meant = Meant(of(deep=of(nick=ANY, colour=ANY), other=of(colour=ANY)))
    found = [meant.by((), name) for name in ("deepNick", "nick", "colour")]
    assert found == ["deep.nick", "deep.nick", None], "a last name that two paths have means neither"


def test_a_longer_name_is_not_a_misspelt_field() -> None:
    meant = Meant(of(**{"a" * 40: ANY, "b" * 41: ANY}))
    assert meant.by((), "A" * 40) == "a" * 40
    assert meant.by((), "B" * 41) is None


def test_a_name_of_signs_alone_is_none() -> None:
    assert Meant(of(**{"$": ANY})).by((), "-") is None


def test_only_so_many_names_are_compared_for_one_file() -> None:
    names = [f"name {number}" for number in range(2000)]
    with for_one_file():
        for _ in range(10):
            assert nearest("nime 7", names) == "name 7"
        assert nearest("emial", ["email"]) == "email", "20,000 are"
        assert nearest("emial", ["email"]) is None
        with for_one_file():
            assert nearest("emial", ["email"]) == "email"
        assert nearest("emial", ["email"]) is None
    assert nearest("emial", ["email"]) == "email"


def test_a_search_of_names_ends_at_a_thousand() -> None:
    inner = of(**{f"b{number}": of(c=ANY) for number in range(99)})
    assert len(named_paths(of(**{f"a{number}": inner for number in range(10)}))) == 1000
    assert len(named_paths(of(**{f"a{number}": inner for number in range(9)}))) == 9 + 9 * 99 + 100


def test_a_member_that_cannot_be_is_not_named() -> None:
    assert named_paths(of(a=NEVER, b=ANY)) == [("b",)]


def test_a_path_of_too_many_parts_is_wrong_from_its_start() -> None:
    with pytest.raises(PathError) as raised:
        parse_path(".".join("a" * 65))
    assert raised.value.offset == 0
