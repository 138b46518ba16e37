"""From a vendor's name of a field to the customer's and the line of its rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custmap import Mapping
from small_mappings import made

RULES = """
params: {token: {}, tenant: {}}
headers: {X-Tenant: {param: tenant}, X-Code: company}
query: {lang: locale}
body:
  person.first: name.given
  person.last: family_name(name)
  mail: email
  '"a.b".c': id
  tags: {from: tags, merge: set}
  map: {from: attributes, merge: whole, clear: send_null}
  made: {from: text_values(custom_fields), merge: entries, clear: {name_in: gone}}
  "p[0].code": birth_date
  "ch[type=sms].v": identifiers.sms
  ad: {each: addresses, fields: {c: city, at.zip: postal_code, fix: {value: 1}}}
  card: {from: payment_card, merge: whole, clear: send_null, fields: {t: token, p: provider}}
  first: {first: [company, timezone]}
  fixed: {value: 3}
  secret: {param: token}
  x.twin: attributes.g
  y.twin: company
response: {errors: {each: body, field: '@'}}
"""


LISTED = """
body:
  "[0].mail": email
  "[1].mail": company
response: {errors: {each: body, field: '@'}}
"""


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("[0].mail", "email"),
        ("[1].mail", "company"),
        ("/1/mail", "company"),
        ("[9].mail", "email"),
        ("mail", "email"),
    ],
)
def test_an_item_of_a_body_that_is_a_list(word: str, field: str, tmp_path: Path) -> None:
    (error,) = made(tmp_path, LISTED).outcome(400, [word]).errors
    assert (error.field, error.vendor_field) == (field, word)


@pytest.fixture(scope="module")
def mapping(tmp_path_factory: pytest.TempPathFactory) -> Mapping:
    return made(tmp_path_factory.mktemp("trace"), RULES)


def line_of(text: str) -> int:
    lines = ["custmap: 1", "name: acme/case", "contract", *RULES.split("\n")]
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))


TRACED: list[tuple[str, str | None, str | None]] = [
    ("mail", "email", "mail:"),
    ("person.first", "name.given", "person.first"),
    ("person.last", "name.family", "person.last"),
    ("/person/first", "name.given", "person.first"),
    ("/mail", "email", "mail:"),
    ("mail.x", "email", "mail:"),
    ('"a.b".c', "id", "'\"a.b\".c'"),
    ("/a.b/c", "id", "'\"a.b\".c'"),
    ("first", "name.given", None),
    ("last", "name.family", "person.last"),
    ("person", "name", "person.first"),
    ("tags", "tags", "tags:"),
    ("tags[3]", "tags", "tags:"),
    ("/tags/3", "tags", "tags:"),
    ("map", "attributes", "map:"),
    ("map.plan", "attributes.plan", "map:"),
    ("/map/plan", "attributes.plan", "map:"),
    ('map."a b"', 'attributes."a b"', "map:"),
    ("/map/a~1b~0c", 'attributes."a/b~c"', "map:"),
    ("made.plan", "custom_fields.plan", "made:"),
    ("p[0].code", "birth_date", '"p[0]'),
    ("/p/0/code", "birth_date", '"p[0]'),
    ("ch[type=sms].v", "identifiers.sms", '"ch['),
    ("ad", "addresses", "ad:"),
    ("ad[2].c", "addresses[2].city", "ad:"),
    ("/ad/2/c", "addresses[2].city", "ad:"),
    ("ad.c", "addresses[*].city", "ad:"),
    ("ad[1].at.zip", "addresses[1].postal_code", "ad:"),
    ("card.t", "payment_card.token", "card:"),
    ("card", "payment_card", "card:"),
    ("X-Tenant", None, "headers:"),
    ("X-Code", "company", "headers:"),
    ("lang", "locale", "query:"),
    ("fixed", None, "fixed:"),
    ("secret", None, "secret:"),
]


@pytest.mark.parametrize(("name", "field", "line"), TRACED, ids=[row[0] for row in TRACED])
def test_traced(mapping: Mapping, name: str, field: str | None, line: str | None) -> None:
    (error,) = mapping.outcome(400, [name]).errors
    if name == "first":  # a target of its own comes before a last name
        field, line = "company", "first:"
    assert (error.field, error.vendor_field) == (field, name)
    assert line is None or error.line == line_of(line)


UNKNOWN = [
    "nothing", "person.middle.x.y", "twin", "Mail", " mail", "p.zip", "", ".", "..", "[", "]", "[]", "a[",
    "a]b", "mail.", ".mail", "/", "//", "a..b", '"', '"a', "\\", "\x00", "\x1b[31mmail", "\u202email",
    "::error::x", "💥", "a" * 10_000, "a." * 5_000, "/" * 10_000, "/" * 10_001, "[0]" * 4_000, '"' * 10_000,
    "a" * 1_000_000, "/" + "9" * 9_000, "*", "$", "mail;drop", "%s{}{0}",
]  # fmt: skip


@pytest.mark.parametrize("position", range(len(UNKNOWN)))
def test_unknown(mapping: Mapping, position: int) -> None:
    name = UNKNOWN[position]
    outcome = mapping.outcome(400, [name])
    (error,) = outcome.errors
    assert (error.field, error.line, error.vendor_field) == (None, None, name)
    shown = str(outcome) + repr(outcome) + repr(error)
    assert shown.replace("\n", "").isprintable() and len(shown) < 1000


@pytest.mark.parametrize(
    "name", ["/mail/" + "9" * 5000, "/mail/\u00b2", "/mail/\u0663", "mail[0]", "mail[a=b]"]
)
def test_what_stands_below_a_value(mapping: Mapping, name: str) -> None:
    (error,) = mapping.outcome(400, [name]).errors
    assert error.line == line_of("mail:") and str(error.field).startswith("email")


@pytest.mark.parametrize(
    "name", ["map.zq0qz", "/map/zq0qz", "ad[7].c", "made.zq0qz", "ad[7].zq0qz", "map." + "zq0qz" * 1000]
)
def test_what_the_mapping_does_not_name_is_not_shown(mapping: Mapping, name: str) -> None:
    outcome = mapping.outcome(400, [name])
    said = str(outcome) + repr(outcome) + repr(outcome.errors)
    assert "zq0qz" not in said and "[7]" not in said
    assert "addresses" in said or "attributes" in said or "custom_fields" in said


def test_more_names_than_are_remembered(mapping: Mapping) -> None:
    names = [f"map.k{number}" for number in range(2500)]
    for _ in range(2):
        assert [one.field for one in mapping.outcome(400, names).errors] == [
            f"attributes.k{number}" for number in range(2500)
        ]


def test_a_mapping_without_a_body(tmp_path: Path) -> None:
    rules = """
contract: {method: DELETE, url: 'https://x.io/{id}'}
path: {id: id}
response: {errors: {each: body, field: '@'}}
"""
    outcome: Any = made(tmp_path, rules).outcome(404, ["id", "x"])
    assert [(one.field, one.vendor_field) for one in outcome.errors] == [("id", "id"), (None, "x")]
