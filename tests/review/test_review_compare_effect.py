"""What a change does to requests: counts over fixtures and records, and no value of any record."""

from __future__ import annotations

import doctest
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import custmap
from custmap import Comparison, Mapping
from custmap.review.compare import compare
from custmap.review.compare.as_markdown import comparisons_markdown
from custmap.review.compare.comparison import document_of
from custmap.review.compare.drawn import drawn_samples, ways_of
from custmap.review.compare.effect import FATES, effect_of
from custmap.review.compare.gathered import meaning_of
from custmap.review.compare.given_samples import Pair, Sample
from custmap.review.compare.side import Side
from small_mappings import made

SECRET = "SENTINEL"
OLD = """
params: {token: {secret: true}}
headers: {X: {param: token}}
body:
  email: {from: email, clear: send_null}
  phone: {from: phone_digits(phone), clear: send_null}
  tags: {from: tags, merge: set, clear: send_empty}
  attributes: {from: attributes, merge: entries, clear: {name_in: gone}}
  status: {from: status, values: {active: A, inactive: I}}
  company: company
"""
RECORDS: list[dict[str, Any]] = [
    {
        "id": f"{SECRET}-{at}",
        "name": {"given": SECRET, "family": f"{SECRET} {at}"},
        "email": f"{SECRET}{at}@example.com",
        "phone": SECRET if at % 2 else "+12065550142",
        "tags": [SECRET, f"{SECRET}{at}"],
        "attributes": {f"{SECRET}key": SECRET, SECRET: {SECRET: [SECRET]}},
        "company": SECRET,
        "status": "active",
        "identifiers": {"aifi": str(at), "microbase": SECRET, "capillary": SECRET},
        SECRET: SECRET,
    }
    for at in range(12)
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No fixtures are in reach."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer records are drawn: what is tested needs no more."""
    monkeypatch.setattr(compare, "RECORDS", 400)


def both(folder: Path, *edits: tuple[str, str]) -> tuple[Mapping, Mapping]:
    text = OLD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    sides = []
    for name, rules in (("old", OLD), ("new", text)):
        (folder / name).mkdir()
        sides.append(made(folder / name, rules))
    return sides[0], sides[1]


def counts(comparison: Comparison) -> dict[str, dict[str, int]]:
    assert comparison.effect is not None
    return {one.target: one.counts for one in comparison.effect.rules}


# What is planted, and what becomes of three customers, and of a pair of them.
THREE: list[dict[str, Any]] = [
    {"email": "Ann@example.com", "phone": "+12065550142", "status": "active", "company": "A", "tags": ["a"]},
    {"email": None, "phone": None, "status": "inactive", "tags": [], "attributes": {"k": "v"}},
    {"email": "bo@example.com", "company": "B"},
]
PAIR = (
    {"email": "Ann@example.com", "company": "A", "attributes": {"k": "v", "l": "w"}},
    {"email": None, "company": "", "attributes": {"l": "w"}},
)
PLANTED: list[tuple[str, str, dict[str, dict[str, int]], str]] = [
    ("from: email,", "from: lower(email),", {"email": {"sent differently": 1}}, "1 request differs"),
    (
        "from: phone_digits(phone), clear: send_null",
        "from: phone_digits(phone), clear: impossible",
        {"phone": {"no longer cleared": 1, "now rejected": 1}},
        "1 request differs · 1 is now rejected",
    ),
    (
        "company: company",
        "company: {from: company, when: status == 'active'}",
        {"company": {"no longer cleared": 1, "no longer sent": 1}},
        "2 requests differ",
    ),
    (
        "{active: A, inactive: I}",
        "{active: A}",
        {"status": {"now rejected": 1}},
        "1 request differs · 1 is now rejected",
    ),
    (
        "  company: company\n",
        "",
        {"company": {"no longer cleared": 1, "no longer sent": 2}},
        "3 requests differ",
    ),
    (
        "company: company",
        "company: {from: company, empty: reject}",
        {"company": {"no longer cleared": 1, "now rejected": 1}},
        "1 request differs · 1 is now rejected",
    ),
    (
        "headers: {X: {param: token}}",
        'headers: {X: {param: token, format: "T {}"}}',
        {"headers.X": {"sent differently": 4}},
        "4 requests differ",
    ),
    (
        "merge: set, clear: send_empty",
        "merge: set, clear: {send: [none]}",
        {},
        "no request differs",
    ),
    (
        "email: {from: email, clear: send_null}",
        'email: {from: email, clear: {send: ""}}',
        {"email": {"cleared in another way": 2}},
        "2 requests differ",
    ),
    (
        "clear: {name_in: gone}",
        "clear: {name_in: removed}",
        {"attributes": {"cleared in another way": 1}},
        "1 request differs",
    ),
    (
        "clear: {name_in: gone}",
        "clear: impossible",
        {"attributes": {"no longer cleared": 1, "now rejected": 1}},
        "1 request differs · 1 is now rejected",
    ),
    (
        "company: company",
        "company: {from: company, default: C}",
        {"company": {"now sent": 1}},
        "1 request differs",
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one[0]} → {one[1]}"[:60])
def test_what_becomes_of_records(planted: Any, tmp_path: Path) -> None:
    old, new, told, summary = planted
    sides = [Side(one, meaning_of(one.engine)) for one in both(tmp_path, (old, new))]
    samples = [Sample((Pair(None, one),)) for one in THREE] + [Sample((Pair(*PAIR),))]
    effect = effect_of(sides[0], sides[1], [], samples, are_drawn=False)
    assert {one.target: one.counts for one in effect.rules} == told
    assert str(effect) == f"over 4 records: {summary}"


def test_the_same_is_false(tmp_path: Path) -> None:
    comparison = custmap.compare(*both(tmp_path))
    assert not comparison
    assert comparison.status == "same"
    assert "no change of meaning" in str(comparison)
    assert comparison.effect is not None and comparison.effect.records == 2000


def test_drawn_records_are_the_same_each_time(tmp_path: Path, few: None) -> None:
    sides = both(tmp_path, ("clear: {name_in: gone}", "clear: impossible"), ("from: email,", "from: id,"))
    first, second = custmap.compare(*sides), custmap.compare(*sides)
    assert first == second and first
    assert first.effect is not None and first.effect.are_drawn
    found = counts(first)
    assert found["attributes"]["now rejected"] > 10
    assert found["email"]["sent differently"] > 10


def test_each_fate_is_reached(tmp_path: Path, few: None) -> None:
    edits = [
        ("from: email, clear: send_null", "from: lower(email), clear: impossible"),
        ("from: tags, merge: set, clear: send_empty", 'from: tags, merge: set, clear: {send: ["none"]}'),
        ("company: company", "company: {from: company, clear: send_null}"),
        ("status: {from: status, values: {active: A, inactive: I}}", "locale: locale"),
    ]
    found = counts(custmap.compare(*both(tmp_path, *edits)))
    assert {fate for one in found.values() for fate in one} == {*FATES}


@pytest.mark.parametrize(
    "mapping", ["aifi/update-customer", "capillary/update-customer", "fabric/update-attributes"]
)
def test_no_value_is_ever_shown(mapping: str, tmp_path: Path) -> None:
    other = {"fabric/update-attributes": "fabric/update-customer"}.get(mapping, "microbase/customer-update")
    comparison = custmap.compare(mapping, other, RECORDS)
    for text in shapes(comparison):
        assert SECRET not in text
    assert comparison.effect is not None and comparison.effect.differ


def test_no_value_of_a_planted_change_is_shown(tmp_path: Path) -> None:
    edits = [("clear: {name_in: gone}", "clear: impossible"), ("from: email,", "from: upper(email),")]
    comparison = custmap.compare(*both(tmp_path, *edits, ("phone_digits", "phone_e164")), records=RECORDS)
    assert comparison.effect is not None and len(comparison.effect.rules) >= 2
    for text in shapes(comparison):
        assert SECRET not in text


def test_no_value_of_a_fixture_is_shown(tmp_path: Path) -> None:
    sides = both(tmp_path, ("from: email,", "from: upper(email),"), ("phone_digits", "phone_e164"))
    folder = tmp_path / "fixtures" / "acme"
    folder.mkdir(parents=True)
    for at, record in enumerate(RECORDS[:4]):
        case = {
            "mapping": "acme/case",
            "params": {"token": SECRET},
            "before": record,
            "after": {**RECORDS[at + 4]},
        }
        text = yaml.safe_dump({**case, "expect": {"rejected": [SECRET]}}, sort_keys=False)
        (folder / f"{SECRET}-{at}.yaml").write_text(text)
    (folder / "another.yaml").write_text(
        "mapping: acme/other\nsummary: Not acme/case\ncustomer: {email: a}\n"
    )
    (folder / "broken.yaml").write_text(f"mapping: acme/case\ncustomer: {{{SECRET}: [\n")
    comparison = custmap.compare(*sides, records=[])
    assert comparison.effect is not None and comparison.effect.fixtures == 4
    assert counts(comparison)["email"] == {"sent differently": 4}
    for text in shapes(comparison):
        assert SECRET not in text


def shapes(comparison: Comparison) -> Iterator[str]:
    yield str(comparison)
    yield comparison.picture(color=True)
    yield comparison.to_markdown()
    yield json.dumps(comparison.to_dict())
    yield json.dumps(document_of([comparison], None))
    yield repr(comparison)


def test_records_are_not_modified(tmp_path: Path) -> None:
    records = [json.loads(json.dumps(one)) for one in RECORDS]
    custmap.compare(*both(tmp_path, ("from: email,", "from: id,")), records=records)
    assert records == RECORDS


def test_markdown_of_a_strangers_mapping_is_text(tmp_path: Path) -> None:
    edit = ("company: company", "company: {value: '<img src=x> @someone #1 | `x` https://evil.example'}")
    text = custmap.compare(*both(tmp_path, edit), records=[]).to_markdown()
    cells = [line for line in text.split("\n") if "evil" in line]
    assert cells
    for cell in cells:
        assert "``" in cell or "`the constant" in cell  # in a code span
        assert "\\|" in cell


def test_what_is_too_long_for_a_comment_is_named() -> None:
    long = [Comparison(f"acme/{name}", "a", "b", status="changed", remarks=("x" * 40_000,)) for name in "mn"]
    text = comparisons_markdown(long, "main")
    assert len(text) < 65_536
    assert text.rstrip().endswith("Not shown, since a comment has an end: `acme/n`.")


def test_what_records_show_is_a_harm_too(tmp_path: Path) -> None:
    sides = both(tmp_path, ("company: company", "company: {from: company, when: 'integer(company) > `1`'}"))
    assert custmap.compare(*sides, records=[]).harms == set()
    assert custmap.compare(*sides, records=[{"company": "A"}]).harms == {"reject"}


def test_the_examples_of_the_docstring_run() -> None:
    assert doctest.testmod(compare).failed == 0


def test_without_hypothesis_a_note_says_what_is_not_drawn(
    tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    fields = "fields: {a: {type: string, pattern: '^A'}}"
    rules = f"contract: {{method: PUT, url: 'https://x.io', {fields}}}\nbody: {{a: id}}\n"
    (note,) = custmap.compare(made(tmp_path, rules), made(tmp_path, rules)).remarks
    assert "custmap[prove]" in note
    plain = "body: {a: id}\n"
    assert custmap.compare(made(tmp_path, plain), made(tmp_path, plain)).remarks == ()


def test_requests_for_entries_are_paired_by_their_keys(tmp_path: Path) -> None:
    rules = """
requests:
  - name: entries
    for_each: attributes
    set:
      contract: {method: PUT, url: 'https://x.io/{id}/{key}'}
      path: {id: customer.id, key: key}
      headers: {X: {value: a}}
      body: {value: value}
    clear:
      contract: {method: DELETE, url: 'https://x.io/{id}/{key}'}
      path: {id: customer.id, key: key}
"""
    for name in ("old", "text", "header"):
        (tmp_path / name).mkdir()
    old = made(tmp_path / "old", rules)
    text = made(tmp_path / "text", rules.replace("value: value", "value: text(value)"))
    header = made(tmp_path / "header", rules.replace("X: {value: a}", "X: {value: b}"))
    customer = {"id": "1", "attributes": {f"{SECRET}1": 1, f"{SECRET}2": "b", f"{SECRET}3": "c"}}
    pair = Pair(customer, {"id": "1", "attributes": {f"{SECRET}2": "d", f"{SECRET}4": 4}})
    for new, told in ((text, "body"), (header, "headers.X")):
        sides = [Side(one, meaning_of(one.engine)) for one in (old, new)]
        effect = effect_of(sides[0], sides[1], [], [Sample((pair,))], are_drawn=False)
        (rule,) = effect.rules
        assert (rule.request, rule.target, rule.counts) == ("entries", told, {"sent differently": 1})
    listed = Pair(customer, {"id": "1", "attributes": {**customer["attributes"], f"{SECRET}5": ["x"]}})
    sides = [Side(one, meaning_of(one.engine)) for one in (old, text)]
    effect = effect_of(sides[0], sides[1], [], [Sample((listed,))], are_drawn=False)
    assert [(one.target, one.counts) for one in effect.rules] == [("entries[set].value", {"now rejected": 1})]


def test_records_that_are_refused_as_a_whole(tmp_path: Path) -> None:
    url = "method: PATCH, url: 'https://x.io/c'"
    old = f"contract: {{{url}, fields: {{b: string}}}}\nbody: {{a: email, b: company}}\n"
    new = old.replace("{b: string}", "{b: {type: string, required: true}}")
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    sides = made(tmp_path / "old", old), made(tmp_path / "new", new)
    for pair, counted in ((sides, (1, 0, 1, 0)), (sides[::-1], (0, 1, 0, 1))):
        judged = [Side(one, meaning_of(one.engine)) for one in pair]
        records = [Sample((Pair(None, one),)) for one in ({"email": "a"}, {"email": "a", "company": "b"})]
        effect = effect_of(judged[0], judged[1], [], records, are_drawn=False)
        assert (effect.rejected, effect.accepted, effect.refused, effect.taken) == counted
        assert effect.codes == ({"CM707": 1} if counted[0] else {})
        assert effect.differ == 1


def test_half_of_the_drawn_pairs_are_complete_records(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {a: email, b: phone.number}\n")
    samples = drawn_samples((mapping, mapping), 40, 0)
    readings = [call.options["absent"] for one in samples for call in one.calls if call.before is not None]
    assert readings.count("keep") == readings.count("clear") == 20


def test_where_a_request_replaces_all_drawn_records_are_complete(tmp_path: Path) -> None:
    mapping = made(tmp_path, "merge: whole\nbody: {a: email}\n")
    samples = drawn_samples((mapping, mapping), 10, 0)
    applied = [call.options for one in samples for call in one.calls if call.before is None]
    assert applied == [{"absent": "clear"}] * 10


def test_near_records_are_of_one_customer(tmp_path: Path) -> None:
    mapping = made(tmp_path, "body: {id: {from: id, identity: true}, a: email}\n")
    assert ways_of([mapping]) == [("email",)]
