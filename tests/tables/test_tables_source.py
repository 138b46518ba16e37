"""Sources: what the cells of a row state of a customer, and what a mapping makes of it."""

from __future__ import annotations

import datetime as dt
import pickle
from collections import OrderedDict
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import custmap
from small_mappings import made

HEAD = """\
custmap: 1
source: crm/customers
columns:
  customer_id: integer
  first_name: string
  last_name: string
  email: string
  phone: string
  country: string
  tags: {type: array, items: string}
  plan: string
  score: number
  joined: {type: string, format: date-time}
  home: {type: object, properties: {street: string, city: string}}
key: customer_id
nulls: clear
"""
RULES = """\
customer:
  id: text(customer_id)
  identifiers.aifi: text(customer_id)
  name.given: first_name
  name.family: {from: last_name, nulls: absent}
  email: {from: email, empty: clear}
  phone.number: phone_e164(phone, country)
  tags: {from: tags, nulls: absent}
  attributes.plan: plan
  attributes.score: {from: score, nulls: absent}
  attributes.joined: joined
  addresses: {each: "[home]", nulls: absent, fields: {line1: street, city: city}}
"""
ROW: dict[str, Any] = {
    "customer_id": 7,
    "first_name": "Ann",
    "last_name": "Li",
    "email": "ann@example.com",
    "phone": "206 555 0142",
    "country": "US",
    "tags": ["a", "b"],
    "plan": "gold",
    "score": 1.5,
    "joined": "2026-01-02T03:04:05Z",
    "home": {"street": "1 Example Court", "city": "Bloomington"},
}
CUSTOMER: dict[str, Any] = {
    "id": "7",
    "identifiers": {"aifi": "7"},
    "name": {"given": "Ann", "family": "Li"},
    "email": "ann@example.com",
    "phone": {"number": "+12065550142"},
    "tags": ["a", "b"],
    "attributes": {"plan": "gold", "score": 1.5, "joined": "2026-01-02T03:04:05Z"},
    "addresses": [{"line1": "1 Example Court", "city": "Bloomington"}],
}
SEVERAL = """
requests:
  - {name: one, contract: {method: PUT, url: 'https://x.io/one'}, body: {mail: email}}
  - {name: two, contract: {method: PUT, url: 'https://x.io/two'}, body: {id: id}}
"""
PARAMS = {"host": "h", "token": "t"}


def write(folder: Path, text: str = HEAD + RULES, name: str = "crm/customers") -> Path:
    path = folder / "sources" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> custmap.Source:
    return custmap.source(write(tmp_path))


def codes(error: custmap.CustmapError) -> list[str]:
    return [one.code for one in error.diagnostics]


def test_a_row_states_a_customer(source: custmap.Source) -> None:
    row = dict(ROW)
    assert source.customer(row) == CUSTOMER
    assert row == ROW
    assert source.columns == tuple(ROW)
    assert (source.name, source.key) == ("crm/customers", "customer_id")


@pytest.mark.parametrize(
    ("cells", "changed"),
    [
        ({"first_name": None}, {"name": {"given": None, "family": "Li"}}),
        ({"last_name": None}, {"name": {"given": "Ann"}}),
        ({"first_name": ""}, {"name": {"given": "", "family": "Li"}}),
        ({"email": None}, {"email": None}),
        ({"email": ""}, {"email": None}),
        ({"phone": None}, {"phone": {"number": None}}),
        ({"country": None, "phone": "+12065550142"}, {}),
        ({"tags": []}, {"tags": []}),
        ({"plan": None}, {"attributes": {**CUSTOMER["attributes"], "plan": None}}),
        ({"home": {"street": "2", "city": None}}, {"addresses": [{"line1": "2"}]}),
    ],
)
def test_three_states(source: custmap.Source, cells: dict[str, Any], changed: dict[str, Any]) -> None:
    assert source.customer(ROW | cells) == CUSTOMER | changed


@pytest.mark.parametrize("column", ["tags", "home"])
def test_null_that_says_nothing(source: custmap.Source, column: str) -> None:
    made = source.customer(ROW | {column: None})
    unsaid = {"tags": "tags", "home": "addresses"}[column]
    assert made == {name: value for name, value in CUSTOMER.items() if name != unsaid}


ZONE = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("column", "cell", "stated"),
    [
        ("customer_id", np.int64(7), None),
        ("customer_id", Decimal(7), None),
        ("customer_id", pa.scalar(7), None),
        ("score", Decimal("1.5"), None),
        ("score", np.float32(1.5), None),
        ("joined", dt.datetime(2026, 1, 2, 5, 4, 5, tzinfo=ZONE), "2026-01-02T05:04:05+02:00"),
        ("joined", pd.Timestamp("2026-01-02T05:04:05+02:00"), "2026-01-02T05:04:05+02:00"),
        ("plan", Decimal("12.50"), "12.50"),
        ("plan", dt.date(2026, 1, 2), "2026-01-02"),
        ("plan", UUID(int=7), str(UUID(int=7))),
        ("tags", np.array(["a", "b"]), None),
        ("tags", ("a", "b"), None),
        ("home", pa.scalar({"street": "1 Example Court", "city": "Bloomington"}), None),
    ],
)
def test_cells_are_what_they_mean(source: custmap.Source, column: str, cell: Any, stated: Any) -> None:
    wanted = CUSTOMER
    if stated is not None:
        wanted = CUSTOMER | {"attributes": {**CUSTOMER["attributes"], column: stated}}
    row = ROW | {column: cell}
    assert source.customer(row) == wanted
    assert row[column] is cell


@pytest.mark.parametrize("nothing", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT, Decimal("NaN")])
def test_what_is_null(source: custmap.Source, nothing: Any) -> None:
    for column in ("email", "score", "customer_id", "home"):
        assert source.customer(ROW | {column: nothing}) == source.customer(ROW | {column: None})


@pytest.mark.parametrize(
    ("cells", "code", "path"),
    [
        ({"customer_id": "7"}, "CM701", "customer_id"),
        ({"customer_id": True}, "CM701", "customer_id"),
        ({"email": 7}, "CM701", "email"),
        ({"score": float("inf")}, "CM702", "score"),
        ({"plan": b"x"}, "CM702", "plan"),
        ({"plan": "\ud800"}, "CM702", "plan"),
        ({"joined": dt.datetime(2026, 1, 2)}, "CM702", "joined"),
        ({"tags": ["a", None]}, "CM701", "tags[1]"),
        ({"phone": "abc"}, "CM704", "phone.number"),
        ({"email": "no address"}, "CM706", "email"),
    ],
)
def test_a_row_that_does_not_fit(source: custmap.Source, cells: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(custmap.RecordError) as caught:
        source.customer(ROW | cells)
    assert [(one.code, one.path) for one in caught.value.diagnostics] == [(code, path)]
    assert "abc" not in str(caught.value)


def test_a_column_that_is_missing_is_an_error_of_the_file(source: custmap.Source, tmp_path: Path) -> None:
    row = {name: cell for name, cell in ROW.items() if name not in ("plan", "tags")}
    mapping = custmap.load("aifi/update-customer")
    for call in (
        lambda: source.customer(row),
        lambda: mapping.apply(row, PARAMS, source=source),
        lambda: mapping.diff(ROW, row, PARAMS, source=source),
        lambda: list(mapping.apply_many([ROW, row], PARAMS, source=source)),
    ):
        with pytest.raises(custmap.MappingError) as caught:
            call()
        assert codes(caught.value) == ["CM716"]
        assert "`tags`, `plan`" in str(caught.value)
    lenient = custmap.source(write(tmp_path, HEAD + "missing: null\n" + RULES))
    assert lenient.customer(row) == lenient.customer(row | {"plan": None, "tags": None})


def test_a_time_zone_for_moments_without_one(tmp_path: Path) -> None:
    source = custmap.source(write(tmp_path, HEAD + "timezone: Europe/Oslo\n" + RULES))
    for moment in (
        dt.datetime(2026, 7, 2, 1),
        pd.Timestamp("2026-07-02T01:00"),
        np.datetime64("2026-07-02T01"),
    ):
        made = source.customer(ROW | {"joined": moment})
        assert made["attributes"]["joined"] == "2026-07-02T01:00:00+02:00"


def test_columns_that_the_file_does_not_name_are_ignored_and_named(source: custmap.Source) -> None:
    mapping = custmap.load("aifi/update-customer")
    plain = mapping.apply(ROW, PARAMS, source=source)
    request = mapping.apply(ROW | {"emial": 1, "other": b"x"} | {"other": None}, PARAMS, source=source)
    assert (request.body, request.url) == (plain.body, plain.url)
    assert "emial" in " ".join(map(str, request.notes)) and "`email`" in " ".join(map(str, request.notes))
    with pytest.raises(custmap.RecordError) as caught:
        mapping.apply(ROW | {"emial": 1}, PARAMS, source=source, strict=True)
    assert codes(caught.value) == ["CM712"]
    changed = ROW | {"email": "b@example.com"}
    for pair in ((ROW | {"emial": 1}, changed), (ROW, changed | {"emial": 1})):
        assert "emial" in " ".join(map(str, mapping.diff(*pair, PARAMS, source=source).notes))
    assert source.customer(OrderedDict(ROW, emial=1)) == CUSTOMER


def test_columns_that_each_row_has_others_of_are_not_all_remembered(source: custmap.Source) -> None:
    for at in range(110):
        source.customer(ROW | {f"other{at}": 1})
    assert len(source.reader._extra) == 100


def test_several_requests_have_the_notes_of_their_row(source: custmap.Source, tmp_path: Path) -> None:
    mapping = made(tmp_path, SEVERAL)
    found = mapping.requests(ROW | {"emial": 1}, source=source)
    assert [(one.name, "emial" in " ".join(map(str, one.notes))) for one in found] == [
        ("one", True), ("two", True),
    ]  # fmt: skip


def test_what_fails_rejects_the_rules_that_read_it(source: custmap.Source) -> None:
    mapping = custmap.load("aifi/update-customer")
    broken, other = ROW | {"phone": "abc"}, ROW | {"phone": "abcd"}

    def diff(before: Any, after: Any) -> Any:
        plan = mapping.diff(before, after, PARAMS, source=source)
        return [one.target for one in plan.changes], [(one.target, one.code) for one in plan.rejected]

    assert diff(ROW, broken | {"email": "b@example.com"}) == (["email"], [("phone", "CM704")])
    assert diff(broken, broken) == ([], [])
    assert diff(broken, other) == ([], [("phone", "CM704")])
    assert diff(broken, ROW) == (["phone"], [])
    assert diff(None, broken)[1] == [("phone", "CM704")]
    with pytest.raises(custmap.RecordError) as caught:
        mapping.apply(broken, PARAMS, source=source)
    assert codes(caught.value) == ["CM704"]
    request = mapping.apply(broken, PARAMS, source=source, on_rejected="drop")
    assert "phone" not in request.body and request.body["email"] == "ann@example.com"


def test_what_no_rule_of_the_mapping_reads_does_not_fail(source: custmap.Source) -> None:
    mapping = custmap.load("fabric/update-attributes")
    params = {"order_id": "1", "tenant_id": "t", "token": "t", "request_id": "r"}
    request = mapping.apply(ROW | {"phone": "abc"}, params, source=source)
    assert request.body["attributes"]["plan"] == "gold"


def test_an_entry_that_is_absent_is_silence(source: custmap.Source) -> None:
    mapping = custmap.load("fabric/update-attributes")
    params = {"order_id": "1", "tenant_id": "t", "token": "t", "request_id": "r"}
    before, after = ROW | {"score": 2.5}, ROW | {"score": None}
    assert not mapping.diff(before, after, params, source=source)
    plan = mapping.diff(before, after | {"plan": None}, params, source=source)
    assert [str(one.target) for one in plan.changes] == ["attributes.plan"]
    complete = mapping.diff(before, after, params, source=source, absent="clear")
    assert [one.target for one in complete.changes] == ["attributes.score"]


def test_a_source_is_frozen_and_picklable(source: custmap.Source) -> None:
    other = pickle.loads(pickle.dumps(source))
    assert other.customer(ROW) == CUSTOMER


def test_misuse(source: custmap.Source, tmp_path: Path) -> None:
    mapping = custmap.load("aifi/update-customer")
    with pytest.raises(ValueError, match="says what NULL says"):
        mapping.apply(ROW, PARAMS, source=source, nulls="absent")


def test_explain_goes_down_to_the_column(source: custmap.Source) -> None:
    (line,) = source.explain("phone.number").lines
    assert line.sources == ("phone", "country")
    assert line.states["NULL"] == ("says null", "")
    (line,) = source.explain("tags").lines
    assert line.states["NULL"] == ("says nothing", "")


def test_a_pair_that_is_asked_for_again_is_not_read_again(source: custmap.Source) -> None:
    mapping = custmap.load("aifi/update-customer")
    through = source.through(mapping.engine)
    bound = mapping.engine.binder.bind({"host": "h", "token": "t"})
    once, after = through.once(), {**ROW, "plan": "basic"}
    stated = once.quick(ROW), once.quick(after)
    assert (once.quick(ROW), once.quick(after)) == stated
    assert once.quick(ROW) is stated[0]
    assert once.plan(ROW, after, bound) == through.plan(ROW, after, bound)
    once.quick(dict(ROW))
    once.quick(dict(ROW))
    assert once.quick(ROW) is not stated[0], "more than two are not held"
